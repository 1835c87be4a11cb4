#include "tools/cli/registrar.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

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

Status Registrar::Append(event::Body body, std::string_view what) {
  JEJAK_ASSIGN_OR_RETURN(const event::SignedEvent event, signer_->Sign(std::move(body), Now()));
  JEJAK_ASSIGN_OR_RETURN(engine::Receipt receipt, cli::Append(*session_, event));
  const Status refused = RefusalOf(receipt);
  receipts_.push_back(std::move(receipt));
  if (refused.ok()) return refused;
  Status named(refused.reason(), fmt::format("{}: {}", what, refused.message()));
  for (const auto& [key, value] : refused.metadata()) named = std::move(named).With(key, value);
  return named;
}

template <typename Body, typename Fact>
Status Registrar::Chunks(std::vector<Fact> facts, std::vector<Fact> Body::*list, const Body& rest,
                         std::string_view what) {
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
    const Status done = Append(std::move(body), what);
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

Status Registrar::Officials(std::vector<event::OfficialFact> officials) {
  std::stable_sort(officials.begin(), officials.end(),
                   [](const auto& a, const auto& b) { return a.id < b.id; });
  return Chunks(std::move(officials), &event::OfficialsEnrolled::officials,
                event::OfficialsEnrolled(), "officials");
}

Status Registrar::People(const std::vector<NamedPerson>& people) {
  engine::PeopleRows rows;
  for (const NamedPerson& p : people) rows.emplace_back(p.official, p.person);
  if (rows.empty()) return OkStatus();
  return session_->ledger().PutPeople(rows);
}

}  // namespace jejak::cli
