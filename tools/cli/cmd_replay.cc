// The log's entries as JSON lines.
#include <fmt/format.h>

#include "ledger/base/time.h"
#include "ledger/projection/event_facts.h"
#include "tools/cli/present_entry.h"

namespace jejak::cli {
namespace {

struct ReplayOptions {
  uint64_t from = 0;
  std::optional<uint64_t> to;
  std::string contest, region, kind, official, verdict;
  bool follow = false;
};

struct Filter {
  std::optional<std::string> contest;
  std::optional<election::RegionCode> region;
  std::optional<event::BodyKind> kind;
  std::optional<std::string> official;
  std::optional<bool> accepted;

  bool Matches(const projection::ReadEntry& entry, const projection::Queries& queries) const {
    const event::Event& event = entry.event;
    if (kind && event.kind() != *kind) return false;
    if (accepted && *accepted == entry.entry.refusal.has_value()) return false;
    if (contest && projection::ContestOf(event.body) != contest) return false;
    if (region) {
      const auto place = projection::PlaceOf(event.body);
      if (!place || !region->Contains(*place)) return false;
    }
    if (official) {
      const auto author = queries.AuthorOf(event.author);
      if (!author.ok() || author->official != *official) return false;
    }
    return true;
  }
};

Result<Filter> ReadFilter(const ReplayOptions& options, const projection::Queries& queries) {
  Filter filter;
  if (!options.contest.empty()) {
    if (queries.registry().Contest(options.contest) == nullptr) {
      return Status(Reason::kUnknownContest, fmt::format("no contest \"{}\"", options.contest));
    }
    filter.contest = options.contest;
  }
  if (!options.region.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ParseRegion(options.region));
    filter.region = region;
  }
  if (!options.kind.empty()) {
    filter.kind = event::ParseBodyName(options.kind);
    if (!filter.kind)
      return Status(Reason::kInvalidArgument, fmt::format("--kind {}: no such kind", options.kind));
  }
  if (!options.official.empty()) {
    JEJAK_RETURN_IF_ERROR(queries.Official(options.official).status());
    filter.official = options.official;
  }
  if (!options.verdict.empty()) filter.accepted = options.verdict == "accepted";
  return filter;
}

Status ReplayCommand(const Globals& globals, const ReplayOptions& options, Run*) {
  if (options.follow) {
    return Status(Reason::kInvalidArgument,
                  "--follow needs a daemon: a local ledger has one process at a time");
  }
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(const Filter filter, ReadFilter(options, session->queries()));
  const uint64_t size = session->view().size().value;
  if (options.from > size) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("--from {}: the log has {} entries", options.from, size))
        .With("size", std::to_string(size));
  }
  // --to is the last index wanted.
  const uint64_t end = options.to && *options.to < size ? *options.to + 1 : size;
  Authors authors(session.get());
  UnixMicros time;
  for (uint64_t index = options.from; index < end; ++index) {
    JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry,
                           session->view().Entry(LogIndex(index)));
    time = entry.entry.received_at;
    if (!filter.Matches(entry, session->queries())) continue;
    globals.console.Print({{"entry", EntryToJson(globals.console, entry, &authors)}});
  }
  JEJAK_ASSIGN_OR_RETURN(const AsOf as_of, AsOfNow(*session));
  Json progress;
  progress["state"] = std::max(end, options.from) == size ? "caught_up" : "behind";
  progress["size"] = size;
  progress["next"] = std::max(end, options.from);
  progress["time"] = FormatTime(time.value == 0 ? as_of.time : time);
  globals.console.Print({{"progress", std::move(progress)}});
  return OkStatus();
}

}  // namespace

void AddReplayCommand(Program* program) {
  const auto options = std::make_shared<ReplayOptions>();
  CLI::App* command =
      program->Add(program->app(), "replay", "entries as JSON lines", options, &ReplayCommand);
  command->add_option("--from", options->from, "first index (0)");
  command->add_option("--to", options->to, "last index (the newest)");
  command->add_flag("--follow", options->follow, "go on with what is appended");
  command->add_option("--contest", options->contest, "only this contest");
  command->add_option("--region", options->region, "only what lies in this region");
  command->add_option("--kind", options->kind, "only this kind of event, such as resultCorrected");
  command->add_option("--official", options->official, "only by this official");
  command->add_option("--verdict", options->verdict, "only accepted, or only refused")
      ->check(CLI::IsMember({"accepted", "refused"}));
}

}  // namespace jejak::cli
