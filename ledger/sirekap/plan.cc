#include "ledger/sirekap/plan.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace jejak::sirekap {
namespace {

using election::FieldKind;

// The bytes of a photo are never seen here, so its hash stays absent.
event::Evidence EvidenceOf(size_t index, const std::string& url) {
  return {.page = static_cast<uint16_t>(index + 1),
          .media_type = "image/jpeg",
          .sha256 = std::nullopt,
          .url = url};
}

event::Source SourceOf(const Version& version) {
  return {.system = std::string(kSourceSystem),
          .published = version.published,
          .observed = version.observed,
          .note = version.psu.empty() ? std::string() : "psu=" + version.psu};
}

std::vector<event::Evidence> EvidenceOf(const Version& version) {
  std::vector<event::Evidence> out;
  for (size_t i = 0; i < version.images.size(); ++i) {
    if (!version.images[i].empty()) out.push_back(EvidenceOf(i, version.images[i]));
  }
  return out;
}

// What turns `before` into `after`, ascending by field.
std::vector<event::Change> ChangesOf(const std::vector<election::FieldValue>& before,
                                     const std::vector<election::FieldValue>& after) {
  std::vector<event::Change> out;
  auto b = before.begin();
  auto a = after.begin();
  while (b != before.end() || a != after.end()) {
    if (a == after.end() || (b != before.end() && b->key < a->key)) {
      out.push_back({b->key, std::nullopt});
      ++b;
    } else if (b == before.end() || a->key < b->key) {
      out.push_back({a->key, a->value});
      ++a;
    } else {
      if (a->value != b->value) out.push_back({a->key, a->value});
      ++a, ++b;
    }
  }
  return out;
}

// A photo differs by its address; a hash that someone else has added is no difference.
std::vector<event::EvidenceChange> ChangesOf(const std::vector<event::Evidence>& before,
                                             std::vector<event::Evidence> after) {
  std::map<uint16_t, event::EvidenceChange> changes;
  std::map<uint16_t, const event::Evidence*> old;
  for (const event::Evidence& evidence : before) {
    old[evidence.page] = &evidence;
    changes[evidence.page] = {evidence.page, std::nullopt};
  }
  for (event::Evidence& evidence : after) {
    const uint16_t page = evidence.page;
    if (old.contains(page) && old[page]->url == evidence.url) {
      changes.erase(page);
    } else {
      changes[page] = {page, std::move(evidence)};
    }
  }
  std::vector<event::EvidenceChange> out;
  for (auto& [page, change] : changes) out.push_back(std::move(change));
  return out;
}

event::ResultSubmitted Submission(const Version& version) {
  event::ResultSubmitted body;
  body.tps = version.tps;
  for (const auto& [key, value] : version.values) {
    if (key.kind == FieldKind::kFigure) {
      body.figures.push_back({static_cast<election::Figure>(key.id), value});
    } else {
      auto& list = key.kind == FieldKind::kVotes ? body.votes : body.party_totals;
      list.push_back({key.id, value});
    }
  }
  body.state = election::FieldState::kUnstated;
  body.evidence = EvidenceOf(version);
  body.source = SourceOf(version);
  return body;
}

}  // namespace

void SortForImport(std::vector<Version>* versions) {
  std::stable_sort(versions->begin(), versions->end(), [](const Version& a, const Version& b) {
    return std::tuple(a.time(), a.tps) < std::tuple(b.time(), b.tps);
  });
}

UnixMicros TimeOf(const event::Source& source) {
  return source.observed.value != 0 ? source.observed : source.published;
}

void ImportCounts::Add(Decision decision) {
  switch (decision) {
    case Decision::kEmpty:
      ++empty;
      return;
    case Decision::kStale:
      ++stale;
      return;
    case Decision::kUnchanged:
      ++unchanged;
      return;
    case Decision::kSubmitted:
      ++submitted;
      return;
    case Decision::kCorrected:
      ++corrected;
      return;
  }
}

Plan ImportPlanner::Decide(const ImportedState& state, const Version& version) const {
  Plan plan;
  plan.occurred_at = version.published.value != 0 ? version.published : version.observed;
  if (!state.any) {
    plan.decision = version.HasContent() ? Decision::kSubmitted : Decision::kEmpty;
    if (plan.decision == Decision::kEmpty) return plan;
    event::ResultSubmitted body = Submission(version);
    body.contest = contest_;
    body.round = round_;
    plan.body = std::move(body);
    return plan;
  }
  if (version.time() <= state.time) {
    plan.decision = Decision::kStale;
    return plan;
  }
  event::ResultCorrected body;
  body.changes = ChangesOf(state.values, version.values);
  body.evidence = ChangesOf(state.evidence, EvidenceOf(version));
  if (body.changes.empty() && body.evidence.empty()) {
    plan.decision = Decision::kUnchanged;
    return plan;
  }
  plan.decision = Decision::kCorrected;
  body.contest = contest_;
  body.tps = version.tps;
  body.round = round_;
  body.supersedes = state.newest;
  body.reason = election::CorrectionReason::kUnstated;
  body.source = SourceOf(version);
  plan.body = std::move(body);
  return plan;
}

void Apply(const Plan& plan, const Version& version, const Hash& event, ImportedState* state) {
  if (std::holds_alternative<std::monostate>(plan.body)) return;
  std::vector<event::Evidence> evidence = EvidenceOf(version);
  for (event::Evidence& now : evidence) {  // an unchanged photo keeps what was known of it
    for (const event::Evidence& before : state->evidence) {
      if (before.page == now.page && before.url == now.url) now = before;
    }
  }
  *state = {.any = true,
            .time = version.time(),
            .newest = event,
            .values = version.values,
            .evidence = std::move(evidence)};
}

}  // namespace jejak::sirekap
