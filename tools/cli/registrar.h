// Appends facts of the registry, in as many events as they need.
//
// Thread rule: one thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/cli/session.h"

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
  Registrar(Session* session, Signer* signer) : session_(session), signer_(signer) {}

  // One event; a refusal is an error. `what` names it in messages.
  Status Append(event::Body body, std::string_view what);
  // Lists ascending by code, split wherever an event would be too large.
  Status Regions(std::vector<event::RegionFact> regions);
  Status Stations(std::vector<event::StationFact> stations);
  Status Amend(std::vector<event::Amendment> amendments, const std::string& legal_basis);
  Status Officials(std::vector<event::OfficialFact> officials);
  // Stores names of officials that are enrolled by now.
  Status People(const std::vector<NamedPerson>& people);

  // Receipts of what was appended, in order.
  const std::vector<engine::Receipt>& receipts() const { return receipts_; }

 private:
  template <typename Body, typename Fact>
  Status Chunks(std::vector<Fact> facts, std::vector<Fact> Body::*list, const Body& rest,
                std::string_view what);

  Session* session_;
  Signer* signer_;
  std::vector<engine::Receipt> receipts_;
};

}  // namespace jejak::cli
