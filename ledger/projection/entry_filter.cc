#include "ledger/projection/entry_filter.h"

#include <algorithm>

#include "ledger/projection/event_facts.h"
#include "ledger/projection/queries_rows.h"

namespace jejak::projection {
namespace {

Status Wrong(const char* field, const std::string& text, const char* why) {
  return Status(Reason::kInvalidArgument, fmt::format("{} \"{}\": {}", field, text, why))
      .With("field", std::string("filter.") + field);
}

// The body that this one ends, where the log has it.
Result<std::optional<event::Body>> Referred(const event::Body& body, const Queries& queries) {
  const auto event = ReferredBy(body);
  if (!event) return std::optional<event::Body>();
  JEJAK_ASSIGN_OR_RETURN(auto entry, queries.EntryOfEvent(*event));
  if (!entry) return std::optional<event::Body>();
  return std::optional(std::move(entry->event.body));
}

bool Names(const event::Body& body, const std::string& contest) {
  const auto contests = ContestsOf(body);
  return std::find(contests.begin(), contests.end(), contest) != contests.end();
}

bool NamesIn(const event::Body& body, const RegionCode& region) {
  const auto places = PlacesOf(body);
  return std::any_of(places.begin(), places.end(),
                     [&](const RegionCode& place) { return region.Contains(place); });
}

}  // namespace

Result<bool> LiesIn(const event::Body& body, const RegionCode& region, const Queries& queries) {
  if (NamesIn(body, region)) return true;
  JEJAK_ASSIGN_OR_RETURN(const auto referred, Referred(body, queries));
  return referred && NamesIn(*referred, region);
}

Result<bool> EntryFilter::Matches(const ReadEntry& entry, const Queries& queries) const {
  const event::Event& event = entry.event;
  if (kind && event.kind() != *kind) return false;
  if (accepted && *accepted == entry.entry.refusal.has_value()) return false;
  if (contest && !Names(event.body, *contest)) {
    JEJAK_ASSIGN_OR_RETURN(const auto referred, Referred(event.body, queries));
    if (!referred || !Names(*referred, *contest)) return false;
  }
  if (region) {
    JEJAK_ASSIGN_OR_RETURN(const bool lies, LiesIn(event.body, *region, queries));
    if (!lies) return false;
  }
  if (!official) return true;
  const auto author = queries.AuthorOf(event.author);
  if (!author.ok() && author.status().reason() != Reason::kNotFound) return author.status();
  return author.ok() && author->official == *official;
}

Result<EntryFilter> ReadEntryFilter(const EntryFilterText& text, const Queries& queries) {
  EntryFilter out;
  if (!text.contest.empty()) {
    if (queries.registry().Contest(text.contest) == nullptr) return UnknownContest(text.contest);
    out.contest = text.contest;
  }
  if (!text.region.empty()) {
    out.region = RegionCode::Parse(text.region == "0" ? "" : text.region);
    if (!out.region)
      return Wrong("region", text.region, "0 for the nation, or 2, 4, 6, 10 or 13 digits");
    JEJAK_RETURN_IF_ERROR(queries.Region(*out.region).status());
  }
  if (!text.kind.empty()) {
    out.kind = event::ParseBodyName(text.kind);
    if (!out.kind) return Wrong("kind", text.kind, "no such kind of event");
  }
  if (!text.official.empty()) {
    JEJAK_RETURN_IF_ERROR(queries.Official(text.official).status());
    out.official = text.official;
  }
  if (!text.verdict.empty()) {
    out.accepted = text.verdict == "accepted";
    if (!*out.accepted && text.verdict != "refused")
      return Wrong("verdict", text.verdict, "accepted or refused");
  }
  return out;
}

}  // namespace jejak::projection
