// A monitor: replays a log in full as it grows, and raises what somebody should look at.
#include "tools/cli/cmd_monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "ledger/base/check.h"
#include "ledger/base/encoding.h"
#include "ledger/base/files.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "ledger/crypto/sha256.h"
#include "ledger/engine/scratch.h"
#include "ledger/publish/export.h"
#include "ledger/publish/export_reader.h"
#include "ledger/verify/watch.h"
#include "tools/cli/log_keys.h"
#include "tools/cli/remote.h"
#include "tools/cli/server_history.h"

namespace jejak::cli {
namespace {

namespace fs = std::filesystem;

struct MonitorOptions {
  std::string state, folder;
  std::vector<std::string> keys;
  uint64_t every_seconds = 0;
};

// The log as its owner shows it now.
struct Shown {
  std::string checkpoint;
  std::unique_ptr<publish::ExportReader> reader;  // of a folder
  std::unique_ptr<client::Client> client;         // of a daemon
  std::unique_ptr<Asker> asker;
  std::unique_ptr<witness::History> history;
};

// What is copied into the monitor's own folder.
class ShownLog final : public publish::Log {
 public:
  explicit ShownLog(const Shown* shown) : shown_(*shown) {}
  Result<std::string> Checkpoint() const override { return shown_.checkpoint; }
  Result<Bytes> EntryBytes(LogIndex index) const override {
    auto bytes = Shows(index);
    if (!bytes.ok()) missing_ = Missing{index, bytes.status()};
    return bytes;
  }

  struct Missing {
    LogIndex index;
    Status why;
  };
  // The entry that was asked for and not had.
  const std::optional<Missing>& missing() const { return missing_; }

 private:
  static constexpr uint64_t kWindow = 2'048;

  Result<Bytes> Shows(LogIndex index) const {
    if (shown_.reader) return shown_.reader->EntryBytes(index);
    if (index.value < first_ || index.value - first_ >= entries_.size())
      JEJAK_RETURN_IF_ERROR(Fetch(index));
    return entries_[index.value - first_];
  }
  Status Fetch(LogIndex from) const {
    JEJAK_RETURN_IF_ERROR(wrong_);
    entries_.clear();
    first_ = from.value;
    client::ReplayHandler handler;
    handler.entry = [&](LogIndex index, Bytes bytes) {
      JEJAK_CHECK(index.value == first_ + entries_.size());  // no filter: the client sees to it
      entries_.push_back(std::move(bytes));
      return true;
    };
    handler.progress = [](const client::ReplayProgress&) { return true; };
    const Status status = shown_.client->Replay(from, LogIndex(from.value + kWindow - 1), false, {},
                                                handler);
    // A lie belongs to the entry after those that came; where the line broke, that is asked again.
    if (status.reason() == Reason::kVerificationFailed) wrong_ = status;
    if (!entries_.empty()) return {};
    JEJAK_RETURN_IF_ERROR(status);
    return Status(Reason::kNotFound, fmt::format("entry {}: the daemon doesn't send it",
                                                 from.value));
  }

  const Shown& shown_;
  mutable uint64_t first_ = 0;
  mutable std::vector<Bytes> entries_;
  mutable Status wrong_;
  mutable std::optional<Missing> missing_;
};

Result<Shown> LookAt(const Globals& globals, const MonitorOptions& options) {
  Shown out;
  if (!options.folder.empty()) {
    JEJAK_ASSIGN_OR_RETURN(out.reader, publish::ExportReader::Open(options.folder));
    out.checkpoint = out.reader->Checkpoint().value();
    out.history = std::make_unique<witness::TileHistory>(out.reader.get());
    return out;
  }
  JEJAK_ASSIGN_OR_RETURN(out.client, ConnectTo(globals));
  JEJAK_ASSIGN_OR_RETURN(out.asker, Asker::Open(globals));
  jejak::v1::GetCheckpointResponse answer;
  JEJAK_RETURN_IF_ERROR(out.asker->Ask(jejak::v1::GetCheckpointRequest(), &answer));
  out.checkpoint = answer.checkpoint();
  out.history = std::make_unique<ServerHistory>(out.asker.get());
  return out;
}

// Why a checkpoint that no key given opens is none of the log's.
const char* FaultOf(const std::string& checkpoint, const std::vector<merkle::VerifierKey>& keys) {
  const auto note = merkle::ParseNote(checkpoint);
  if (!note.ok() || !merkle::VerifyNote(*note, keys).ok()) return "CHECKPOINT_UNSIGNED";
  const auto parsed = merkle::ParseCheckpoint(note->text);
  if (!parsed.ok()) return "CHECKPOINT_MALFORMED";
  const bool of_a_key = std::any_of(keys.begin(), keys.end(),
                                    [&](const auto& key) { return key.name == parsed->origin; });
  if (!of_a_key) return "OTHER_LOG";
  // Signed, and of this log: then it is the root of nothing that is another.
  return parsed->size.value == 0 ? "ENTRIES_DIFFER" : "CHECKPOINT_UNSIGNED";
}

Json AlertToJson(const verify::Alert& alert, uint64_t number) {
  Json out;
  out["kind"] = verify::AlertName(alert.kind);
  out["number"] = number;
  out["index"] = alert.index.value;
  out["time"] = FormatTime(alert.time);
  if (!alert.contest.empty()) {
    out["contest"] = alert.contest;
    if (alert.pattern == verify::Pattern::kNone) out["place"] = alert.place.display();
  }
  if (!alert.official.empty()) out["official"] = alert.official;
  if (alert.field) out["field"] = election::FieldName(*alert.field);
  if (alert.before) {
    out["before"] = *alert.before;
    out["after"] = *alert.after;
  }
  if (alert.pattern != verify::Pattern::kNone) {
    out["pattern"] = verify::PatternName(alert.pattern);
    out["count"] = alert.count;
  }
  out["entries"] = Json::array();
  for (const LogIndex index : alert.entries) out["entries"].push_back(index.value);
  return out;
}

class Monitor {
 public:
  Monitor(const Globals& globals, const MonitorOptions& options,
          std::vector<merkle::VerifierKey> keys)
      : console_(globals.console),
        state_(options.state),
        follows_(options.every_seconds != 0),
        stop_(globals.stop),
        keys_(std::move(keys)) {}

  // Takes up where an earlier run stood.
  Status Open() {
    JEJAK_RETURN_IF_ERROR(MakeFolder(state_));
    JEJAK_ASSIGN_OR_RETURN(lock_, TakeLock(state_, /*read_only=*/false));
    JEJAK_RETURN_IF_ERROR(ReadKept());
    JEJAK_ASSIGN_OR_RETURN(rows_, engine::LiveScratch::Make(state_ / "rows"));
    JEJAK_ASSIGN_OR_RETURN(replay_, verify::Replay::Start(rows_.get()));
    JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(state_ / "log" / "checkpoint"));
    return there ? Catch() : OkStatus();
  }

  // One look. VERIFICATION_FAILED, already shown, when the log convicts itself; the monitor then
  // stays where it was.
  Status Look(const Shown& shown) {
    raised_ = false;
    const auto opened = merkle::OpenByAnyKey(shown.checkpoint, keys_);
    if (!opened.ok()) {
      return Raise({{"kind", FaultOf(shown.checkpoint, keys_)},
                    {"why", opened.status().ToString()}});
    }
    JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(state_ / "log" / "checkpoint"));
    if (there) JEJAK_RETURN_IF_ERROR(CompareWithKept(shown, *opened));
    const ShownLog log(&shown);
    const auto copied = publish::Export(log, state_ / "log", nullptr);
    if (!copied.ok()) {
      if (log.missing()) return NotShown(*log.missing());
      if (copied.status().reason() != Reason::kExportDiffers &&
          copied.status().reason() != Reason::kLedgerDamaged)
        return copied.status();
      return Raise({{"kind", "ENTRIES_DIFFER"}, {"why", copied.status().message()}});
    }
    return Catch();
  }

  // Whether the error is one that was shown.
  bool raised() const { return raised_; }

  void Unreachable(const Status& status) {
    Print("unreachable", {{"why", status.ToString()}, {"time", FormatTime(Now())}});
  }

 private:
  void Print(const char* what, Json facts) {
    console_.json ? console_.Print({{what, std::move(facts)}})
                  : console_.Line(std::string(what) + " " + facts.dump());
    std::fflush(stdout);
  }

  Status Raise(Json finding) {
    const std::string kind = finding["kind"];
    raised_ = true;
    Print("finding", std::move(finding));
    return Status(Reason::kVerificationFailed, kind);
  }

  // An entry that the checkpoint promises. It may be shown at the next look.
  Status NotShown(const ShownLog::Missing& missing) {
    const Reason reason = missing.why.reason();
    if (reason != Reason::kNotFound && reason != Reason::kInputMalformed &&
        reason != Reason::kVerificationFailed) {
      if (stop_.stop_requested()) return missing.why;
      if (follows_) Unreachable(missing.why);
      return follows_ ? OkStatus() : missing.why;
    }
    const Status raised = Raise({{"kind", "ENTRY_MISSING"}, {"index", missing.index.value},
                                 {"why", missing.why.message()}});
    return follows_ ? OkStatus() : raised;
  }

  // That the log shown continues the one that is kept.
  Status CompareWithKept(const Shown& shown, const merkle::SignedCheckpoint& now) {
    JEJAK_ASSIGN_OR_RETURN(const auto kept, publish::ExportReader::Open(state_ / "log"));
    JEJAK_ASSIGN_OR_RETURN(const merkle::Note note, merkle::ParseNote(*kept->Checkpoint()));
    const witness::TileHistory own(kept.get());
    const bool shorter = now.checkpoint.size < kept->size();
    const witness::History* const larger =
        shorter ? static_cast<const witness::History*>(&own) : shown.history.get();
    // What was kept may be signed by a key that is not given any more: then it convicts nobody, but
    // the log must still continue it.
    const merkle::Note ours = witness::OnlyBy(note, keys_);
    const auto view = ours.signatures.empty()
                          ? std::nullopt
                          : witness::FindSplitView(ours, witness::OnlyBy(now.note, keys_), *larger);
    Json finding;
    finding["size"] = now.checkpoint.size.value;
    finding["held"] = kept->size().value;
    if (view && merkle::CheckSplitView(*view, keys_).ok()) {
      JEJAK_ASSIGN_OR_RETURN(const std::string file, KeepEvidence(*view));
      finding["kind"] = "SPLIT_VIEW";
      finding["evidence"] = file;
      return Raise(std::move(finding));
    }
    if (!shorter) return {};
    finding["kind"] = "ROLLED_BACK";
    return Raise(std::move(finding));
  }

  Result<std::string> KeepEvidence(const merkle::SplitView& view) {
    const std::string text = merkle::FormatSplitView(view);
    const fs::path folder = state_ / "evidence";
    const fs::path file =
        folder / (ToHex(crypto::Sha256(text)).substr(0, 16) + ".split-view");
    JEJAK_RETURN_IF_ERROR(MakeFolder(folder));
    JEJAK_RETURN_IF_ERROR(ReplaceFile(file, text));
    JEJAK_RETURN_IF_ERROR(SyncFolder(folder));
    return file.string();
  }

  // Replays what the copy has and the replay has not.
  Status Catch() {
    JEJAK_ASSIGN_OR_RETURN(const auto copy, publish::ExportReader::Open(state_ / "log"));
    while (replay_->size() < copy->size()) {
      if (stop_.stop_requested()) return Status(Reason::kInterrupted, "");
      const LogIndex index = NextIndex(replay_->size());
      JEJAK_ASSIGN_OR_RETURN(const Bytes entry, copy->EntryBytes(index));
      std::optional<verify::ReplayFault> fault;
      JEJAK_ASSIGN_OR_RETURN(const verify::Replayed taken,
                             replay_->Take(entry, index.value < kept_size_, &fault));
      if (fault) {
        return Raise({{"kind", "FAULT"}, {"index", index.value}, {"what", fault->what},
                      {"meaning", fault->meaning}});
      }
      for (const verify::Alert& alert : watch_.See(taken, replay_->state())) {
        if (alerts_++ >= kept_alerts_) Print("finding", AlertToJson(alert, alerts_ - 1));
      }
    }
    if (replay_->Root() != copy->root()) {
      return Status(Reason::kInputMalformed, (state_ / "log").string() + " was changed");
    }
    Print("progress", {{"size", copy->size().value}, {"root", ToHex(copy->root())},
                       {"findings", alerts_}});
    return WriteKept(copy->size().value);
  }

  // "jejak-monitor v1", entries whose findings were printed, how many findings those were.
  Status ReadKept() {
    JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(state_ / "monitor"));
    if (!there) return {};
    JEJAK_ASSIGN_OR_RETURN(const Bytes text, ReadFile(state_ / "monitor", 1'024));
    if (std::sscanf(text.c_str(), "jejak-monitor v1\nsize %lu\nfindings %lu\n", &kept_size_,
                    &kept_alerts_) != 2) {
      return Status(Reason::kInputMalformed, (state_ / "monitor").string());
    }
    return {};
  }
  Status WriteKept(uint64_t size) {
    kept_size_ = size;
    kept_alerts_ = alerts_;
    JEJAK_RETURN_IF_ERROR(
        ReplaceFile(state_ / "monitor",
                    fmt::format("jejak-monitor v1\nsize {}\nfindings {}\n", size, alerts_)));
    return SyncFolder(state_);
  }

  const Console& console_;
  const fs::path state_;
  const bool follows_;  // and so looks again
  const std::stop_token stop_;
  const std::vector<merkle::VerifierKey> keys_;
  Fd lock_;
  std::unique_ptr<engine::LiveScratch> rows_;
  std::unique_ptr<verify::Replay> replay_;
  verify::Watch watch_;
  uint64_t alerts_ = 0;
  uint64_t kept_size_ = 0, kept_alerts_ = 0;
  bool raised_ = false;
};

Status MonitorCommand(const Globals& given, const MonitorOptions& options, Run* run) {
  if (options.folder.empty() == given.server.empty())
    return Status(Reason::kUsage, "give either --dir or --server");
  JEJAK_ASSIGN_OR_RETURN(auto keys, ReadLogKeys(options.keys));
  const StopSignals signals;
  Globals globals = given;
  globals.stop = signals.token();
  Monitor monitor(globals, options, std::move(keys));
  Status status = monitor.Open();
  do {
    if (status.ok()) {
      const auto shown = LookAt(globals, options);
      status = shown.ok() ? monitor.Look(*shown) : shown.status();
      if (!shown.ok() && options.every_seconds != 0 && !globals.stop.stop_requested()) {
        // A log that is not shown is a finding too, and may come back.
        monitor.Unreachable(std::exchange(status, OkStatus()));
      }
    }
    // Whoever follows until told to stop has done what was asked.
    if (status.reason() == Reason::kInterrupted && options.every_seconds != 0) return OkStatus();
    if (!status.ok()) {
      run->shown = monitor.raised();
      return status;
    }
  } while (options.every_seconds != 0 && !signals.Wait(options.every_seconds));
  return OkStatus();
}

}  // namespace

void AddMonitorCommand(Program* program) {
  const auto options = std::make_shared<MonitorOptions>();
  CLI::App* command = program->Add(program->app(), "monitor",
                                   "replay a log in full, and raise findings as JSON lines",
                                   options, &MonitorCommand);
  command->add_option("--state", options->state, "folder of the monitor, made when it isn't there")
      ->required();
  command->add_option("--dir", options->folder, "an exported folder to follow");
  command->add_option("--key", options->keys, "verifier key of the log, or a file of them")
      ->required();
  command->add_option("--every", options->every_seconds,
                      "seconds between two looks; once when left out");
}

}  // namespace jejak::cli
