#include "ledger/projection/entry_filter.h"

#include "ledger/projection/event_facts.h"
#include "ledger/projection/queries_rows.h"

namespace jejak::projection {
namespace {

Status Wrong(const char* field, const std::string& text, const char* why) {
  return Status(Reason::kInvalidArgument, fmt::format("{} \"{}\": {}", field, text, why))
      .With("field", std::string("filter.") + field);
}

}  // namespace

Result<bool> EntryFilter::Matches(const ReadEntry& entry, const Queries& queries) const {
  const event::Event& event = entry.event;
  if (kind && event.kind() != *kind) return false;
  if (accepted && *accepted == entry.entry.refusal.has_value()) return false;
  if (contest && ContestOf(event.body) != contest) return false;
  if (region) {
    const auto place = PlaceOf(event.body);
    if (!place || !region->Contains(*place)) return false;
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
