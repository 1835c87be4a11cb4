#include "tools/cli/registrar.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>

#include "ledger/crypto/commitment.h"

namespace jejak::cli {
namespace {

// Facts that an event is tried with first; most fit.
constexpr size_t kFactsPerEvent = 500;

}  // namespace

NamedPerson HidePerson(std::string official, std::string name) {
  return {std::move(official), {crypto::RandomFixed<crypto::Salt>(), std::move(name)}};
}

Hash CommitmentOf(const NamedPerson& person) {
  return crypto::NameCommitment(person.person.salt, person.person.name);
}

Status Registrar::Append(event::Body body, std::string_view what, engine::PeopleRows names) {
  JEJAK_ASSIGN_OR_RETURN(const event::SignedEvent event, signer_->Sign(std::move(body), Now()));
  JEJAK_ASSIGN_OR_RETURN(engine::Receipt receipt, cli::Append(desk_, event, std::move(names)));
  const Status refused = RefusalOf(receipt);
  receipts_.push_back(std::move(receipt));
  if (refused.ok()) return refused;
  Status named(refused.reason(), fmt::format("{}: {}", what, refused.message()));
  for (const auto& [key, value] : refused.metadata()) named = std::move(named).With(key, value);
  return named;
}

template <typename Body, typename Fact>
Status Registrar::Chunks(std::vector<Fact> facts, std::vector<Fact> Body::*list, const Body& rest,
                         std::string_view what, const NamesOf& names_of) {
  std::deque<std::vector<Fact>> todo;
  for (size_t at = 0; at < facts.size(); at += kFactsPerEvent) {
    const auto end = std::min(facts.size(), at + kFactsPerEvent);
    todo.emplace_back(std::make_move_iterator(facts.begin() + static_cast<std::ptrdiff_t>(at)),
                      std::make_move_iterator(facts.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  while (!todo.empty()) {
    std::vector<Fact> chunk = std::move(todo.front());
    todo.pop_front();
    Body body = rest;
    body.*list = chunk;
    engine::PeopleRows names = names_of ? names_of(body) : engine::PeopleRows();
    const Status done = Append(std::move(body), what, std::move(names));
    if (done.reason() == Reason::kEventTooLarge && chunk.size() > 1) {
      const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(chunk.size() / 2);
      todo.emplace_front(std::make_move_iterator(middle), std::make_move_iterator(chunk.end()));
      chunk.erase(middle, chunk.end());
      todo.push_front(std::move(chunk));
      continue;
    }
    JEJAK_RETURN_IF_ERROR(done);
  }
  return OkStatus();
}

Status Registrar::Regions(std::vector<event::RegionFact> regions) {
  std::stable_sort(regions.begin(), regions.end(),
                   [](const auto& a, const auto& b) { return a.code < b.code; });
  return Chunks(std::move(regions), &event::RegionsRegistered::regions, event::RegionsRegistered(),
                "regions");
}

Status Registrar::Stations(std::vector<event::StationFact> stations) {
  std::stable_sort(stations.begin(), stations.end(),
                   [](const auto& a, const auto& b) { return a.code < b.code; });
  return Chunks(std::move(stations), &event::StationsRegistered::stations,
                event::StationsRegistered(), "stations");
}

Status Registrar::Amend(std::vector<event::Amendment> amendments, const std::string& legal_basis) {
  std::stable_sort(amendments.begin(), amendments.end(), [](const auto& a, const auto& b) {
    return std::tie(a.field, a.subject) < std::tie(b.field, b.subject);
  });
  event::RegistryAmended rest;
  rest.legal_basis = legal_basis;
  return Chunks(std::move(amendments), &event::RegistryAmended::amendments, rest, "amendments");
}

Status Registrar::Officials(std::vector<event::OfficialFact> officials,
                            const std::vector<NamedPerson>& people) {
  std::stable_sort(officials.begin(), officials.end(),
                   [](const auto& a, const auto& b) { return a.id < b.id; });
  std::map<std::string, engine::Person> known;
  for (const NamedPerson& p : people) known[p.official] = p.person;
  const auto names_of = [&](const event::Body& body) {
    engine::PeopleRows out;
    for (const event::OfficialFact& fact : std::get<event::OfficialsEnrolled>(body).officials) {
      if (const auto at = known.find(fact.id); at != known.end()) out.emplace_back(*at);
    }
    return out;
  };
  return Chunks(std::move(officials), &event::OfficialsEnrolled::officials,
                event::OfficialsEnrolled(), "officials", names_of);
}

}  // namespace jejak::cli
