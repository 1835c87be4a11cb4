// Appends facts of the registry, in as many events as they need.
//
// Thread rule: one thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tools/cli/desk.h"

namespace jejak::cli {

// A person who is going to be enrolled: the name goes to the people table, its commitment to the
// log.
struct NamedPerson {
  std::string official;
  engine::Person person;
};
// With random salt.
NamedPerson HidePerson(std::string official, std::string name);
Hash CommitmentOf(const NamedPerson& person);

class Registrar {
 public:
  Registrar(Desk* desk, Signer* signer) : desk_(desk), signer_(signer) {}

  // One event; a refusal is an error. `what` names it in messages, `names` those whom it enrols.
  Status Append(event::Body body, std::string_view what, engine::PeopleRows names = {});
  // Lists ascending by code, split wherever an event would be too large.
  Status Regions(std::vector<event::RegionFact> regions);
  Status Stations(std::vector<event::StationFact> stations);
  Status Amend(std::vector<event::Amendment> amendments, const std::string& legal_basis);
  // With the names of those of `people` who are among them.
  Status Officials(std::vector<event::OfficialFact> officials,
                   const std::vector<NamedPerson>& people);

  // Receipts of what was appended, in order.
  const std::vector<engine::Receipt>& receipts() const { return receipts_; }

 private:
  using NamesOf = std::function<engine::PeopleRows(const event::Body&)>;
  template <typename Body, typename Fact>
  Status Chunks(std::vector<Fact> facts, std::vector<Fact> Body::*list, const Body& rest,
                std::string_view what, const NamesOf& names_of = nullptr);

  Desk* desk_;
  Signer* signer_;
  std::vector<engine::Receipt> receipts_;
};

}  // namespace jejak::cli
