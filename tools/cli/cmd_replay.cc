// The log's entries as JSON lines.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/time.h"
#include "ledger/client/errors.h"
#include "ledger/projection/entry_filter.h"
#include "ledger/projection/event_facts.h"
#include "tools/cli/present_entry.h"
#include "tools/cli/remote.h"

namespace jejak::cli {
namespace {

struct ReplayOptions {
  uint64_t from = 0;
  std::optional<uint64_t> to;
  std::string contest, region, kind, official, verdict;
  bool follow = false;
};

void PrintProgress(const Console& console, const client::ReplayProgress& at) {
  Json progress;
  progress["state"] = at.state;
  progress["size"] = at.size.value;
  progress["next"] = at.next.value;
  progress["time"] = FormatTime(at.time);
  console.Print({{"progress", std::move(progress)}});
  std::fflush(stdout);  // whoever follows reads it now
}

// That a server's entry is one of those that were asked for, as far as the entry itself says: what
// refers to another event may lie where that does.
bool MayMatch(const ReplayOptions& options, const projection::ReadEntry& entry,
              const Json& author) {
  const event::Body& body = entry.event.body;
  const auto one_is = [](const auto& list, const auto& wanted) {
    return std::any_of(list.begin(), list.end(), wanted);
  };
  if (!options.kind.empty() && event::BodyName(entry.event.kind()) != options.kind) return false;
  if (!options.verdict.empty() &&
      (options.verdict == "accepted") == entry.entry.refusal.has_value())
    return false;
  if (!options.official.empty() &&
      (author.is_null() || author["official"] != Json(options.official)))
    return false;
  if (projection::ReferredBy(body)) return true;
  if (!options.contest.empty() && !one_is(projection::ContestsOf(body), [&](const auto& contest) {
        return contest == options.contest;
      }))
    return false;
  if (options.region.empty()) return true;
  const auto region = ParseRegion(options.region);
  return region.ok() && one_is(projection::PlacesOf(body), [&](const auto& place) {
           return region->Contains(place);
         });
}

// Prints entries that a server sends, once they are seen to be what was asked for.
class Printer {
 public:
  Printer(const Console& console, const ReplayOptions& options, Asker* asker)
      : console_(console), options_(options), authors_(asker) {}

  Status Print(LogIndex index, Bytes bytes) {
    const auto entry = ReadEntryOf(index, std::move(bytes));
    if (!entry.ok()) {
      return client::WrongAnswer(fmt::format("sent as entry {} what reads as none: {}", index.value,
                                             entry.status().ToString()));
    }
    const Json json = EntryToJson(console_, *entry, &authors_);
    if (!MayMatch(options_, *entry, json["author"]))
      return client::WrongAnswer(
          fmt::format("sent entry {}, which was not asked for", index.value));
    console_.Print({{"entry", json}});
    return {};
  }

 private:
  const Console& console_;
  const ReplayOptions& options_;
  Authors authors_;
};

Status ReplayRemotely(const Globals& globals, const ReplayOptions& options) {
  JEJAK_ASSIGN_OR_RETURN(const auto client, ConnectTo(globals));
  JEJAK_ASSIGN_OR_RETURN(const auto asker, Asker::Open(globals));
  Printer printer(globals.console, options, asker.get());
  Status wrong;
  client::ReplayHandler handler;
  handler.entry = [&](LogIndex index, Bytes bytes) {
    wrong = printer.Print(index, std::move(bytes));
    return wrong.ok() && !std::ferror(stdout);
  };
  std::optional<client::ReplayProgress> last;
  handler.progress = [&](const client::ReplayProgress& progress) {
    last = progress;
    if (options.follow) PrintProgress(globals.console, progress);
    return !std::ferror(stdout);
  };
  const std::optional<LogIndex> to =
      options.to ? std::optional(LogIndex(*options.to)) : std::nullopt;
  JEJAK_RETURN_IF_ERROR(client->Replay(
      LogIndex(options.from), to, options.follow,
      {options.contest, options.region, options.kind, options.official, options.verdict}, handler));
  if (wrong.ok() && !options.follow && last) PrintProgress(globals.console, *last);
  return wrong;
}

Status ReplayCommand(const Globals& globals, const ReplayOptions& options, Run*) {
  if (options.to && *options.to < options.from) {
    return Status(Reason::kInvalidArgument, fmt::format("--to {} lies before --from {}",
                                                        *options.to, options.from));
  }
  if (!globals.server.empty()) return ReplayRemotely(globals, options);
  if (options.follow) {
    return Status(Reason::kInvalidArgument,
                  "--follow needs a daemon: a local ledger has one process at a time");
  }
  JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
  JEJAK_ASSIGN_OR_RETURN(
      const projection::EntryFilter filter,
      projection::ReadEntryFilter(
          {options.contest, options.region, options.kind, options.official, options.verdict},
          session->queries()));
  const uint64_t size = session->view().size().value;
  if (options.from > size) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("--from {}: the log has {} entries", options.from, size))
        .With("size", std::to_string(size));
  }
  // --to is the last index wanted.
  const uint64_t end = options.to && *options.to < size ? *options.to + 1 : size;
  const auto asker = Asker::Of(&session->ledger());
  Authors authors(asker.get());
  UnixMicros time;
  for (uint64_t index = options.from; index < end; ++index) {
    JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry,
                           session->view().Entry(LogIndex(index)));
    time = entry.entry.received_at;
    JEJAK_ASSIGN_OR_RETURN(const bool matches, filter.Matches(entry, session->queries()));
    if (!matches) continue;
    globals.console.Print({{"entry", EntryToJson(globals.console, entry, &authors)}});
  }
  if (time.value == 0) {
    JEJAK_ASSIGN_OR_RETURN(time, session->view().ReceivedAt(LogIndex(size - 1)));
  }
  const uint64_t next = std::max(end, options.from);
  PrintProgress(globals.console, {next == size ? "caught_up" : "behind", TreeSize(size),
                                  LogIndex(next), time});
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
