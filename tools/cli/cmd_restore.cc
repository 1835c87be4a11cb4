// A lost ledger brought back from an export: every entry is verified and written as it stands. It
// is built beside its place and put there by one rename, so that a crash leaves an empty place and
// a folder that the next attempt removes.
#include "tools/cli/cmd_restore.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "ledger/base/encoding.h"
#include "ledger/base/files.h"
#include "ledger/base/time.h"
#include "ledger/engine/bound_export.h"
#include "ledger/engine/restorer.h"
#include "ledger/merkle/tile_checker.h"
#include "tools/cli/people_file.h"
#include "tools/cli/verify_sources.h"

namespace jejak::cli {
namespace {

namespace fs = std::filesystem;

struct RestoreOptions {
  std::string from, people;
  bool bind = false;
};

// Names in one commit.
constexpr size_t kPeopleAtOnce = 4'096;

// The folder that is filled, and removed unless it was put in place.
class Workplace {
 public:
  // Beside `dir`; what an attempt that broke off left there is removed.
  static Result<std::unique_ptr<Workplace>> For(const fs::path& dir) {
    fs::path target = fs::absolute(dir).lexically_normal();
    if (!target.has_filename()) target = target.parent_path();
    JEJAK_ASSIGN_OR_RETURN(const bool holds, HoldsFiles(target));
    if (holds)
      return Status(Reason::kLedgerExists, fmt::format("{} is not empty", target.string()));
    std::unique_ptr<Workplace> out(new Workplace(target));
    JEJAK_ASSIGN_OR_RETURN(const bool left, HoldsFiles(out->folder_));
    if (left) JEJAK_RETURN_IF_ERROR(CheckLeft(out->folder_));
    out->mine_ = true;
    return out;
  }
  ~Workplace() {
    if (!mine_) return;
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  const fs::path& folder() const { return folder_; }
  Status Clear() const {
    std::error_code error;
    fs::remove_all(folder_, error);
    if (error) return FromErrno(error.value(), "remove", folder_);
    return OkStatus();
  }
  Status PutInPlace() {
    if (std::rename(folder_.c_str(), target_.c_str()) != 0)
      return FromErrno(errno, "rename to " + target_.string(), folder_);
    mine_ = false;
    return SyncFolder(target_.parent_path());
  }

 private:
  explicit Workplace(const fs::path& target) : target_(target), folder_(target) {
    folder_ += ".restoring";
  }
  // Nothing but what a restore makes, and nobody at work in it.
  static Status CheckLeft(const fs::path& folder) {
    std::error_code error;
    for (const auto& file : fs::directory_iterator(folder, error)) {
      const std::string name = file.path().filename().string();
      if (name == "db" || name == "HEAD" || name == "HEAD.new" || name == "LOCK" ||
          name == "EXPORT" || name == "EXPORT.new") {
        continue;
      }
      return Status(Reason::kLedgerExists,
                    fmt::format("{} holds {}, which no restore left", folder.string(), name));
    }
    if (error) return FromErrno(error.value(), "list", folder);
    return TakeLock(folder, /*read_only=*/false).status();
  }

  const fs::path target_;
  fs::path folder_;
  bool mine_ = false;
};

Status Refused(const verify::Fault& fault) {
  Status out(Reason::kVerificationFailed,
             fmt::format("{}{}: {}", fault.what,
                         fault.index ? fmt::format(" at entry {}", fault.index->value) : "",
                         fault.meaning));
  out = std::move(out).With("what", fault.what);
  if (fault.index) out = std::move(out).With("index", std::to_string(fault.index->value));
  return out;
}

// Everything that the export's checkpoint covers, checked entry by entry on the way.
Result<verify::Report> CopyLog(const publish::ExportReader& reader, const fs::path& folder) {
  JEJAK_ASSIGN_OR_RETURN(const auto restorer, engine::Restorer::Create(folder));
  merkle::TileChecker tiles(&reader);
  const ExportSource source(&reader);
  Progress progress("restore", reader.size().value);
  verify::Options options;
  options.progress = [&](uint64_t done, uint64_t) {
    progress.Show(done);
    return true;
  };
  options.entry = [&](LogIndex index, ByteView bytes, const Hash& leaf) {
    restorer->Add(index, bytes, leaf);
    return tiles.Add(leaf);
  };
  JEJAK_ASSIGN_OR_RETURN(const verify::Report report,
                         verify::VerifyInto(source, options, restorer.get()));
  if (report.fault) return Refused(*report.fault);
  JEJAK_RETURN_IF_ERROR(tiles.Finish());
  std::optional<std::string> wrong = tiles.wrong();
  if (!wrong) {
    JEJAK_ASSIGN_OR_RETURN(wrong, reader.FindWrongPartial());
  }
  if (wrong) {
    return Refused(verify::MakeFault(verify::FaultKind::kTileDiffers, std::nullopt,
                                     std::string_view(*wrong)));
  }
  JEJAK_ASSIGN_OR_RETURN(const std::string checkpoint, reader.Checkpoint());
  JEJAK_RETURN_IF_ERROR(restorer->Finish(checkpoint));
  return report;
}

Result<uint64_t> PutPeople(const std::string& file, engine::Ledger* ledger) {
  uint64_t count = 0;
  engine::PeopleRows rows;
  const auto put = [&]() -> Status {
    if (rows.empty()) return OkStatus();
    count += rows.size();
    return ledger->PutPeople(std::exchange(rows, {}));
  };
  JEJAK_RETURN_IF_ERROR(
      ReadPeopleFile(file, [&](const std::string& official, engine::Person person) {
        rows.emplace_back(official, std::move(person));
        return rows.size() < kPeopleAtOnce ? OkStatus() : put();
      }));
  JEJAK_RETURN_IF_ERROR(put());
  return count;
}

struct Restored {
  UnixMicros newest;
  uint64_t people = 0;
};

// Opens what was written as any later program will, and gives it its names.
Result<Restored> OpenAndName(const fs::path& folder, const RestoreOptions& options,
                             std::shared_ptr<const crypto::SecretKey> key) {
  engine::OpenOptions open;
  open.ledger_key = std::move(key);
  open.markers = journal::Markers::None();
  JEJAK_ASSIGN_OR_RETURN(const auto ledger, engine::Ledger::Open(folder, std::move(open)));
  Restored out;
  if (!options.people.empty()) {
    JEJAK_ASSIGN_OR_RETURN(out.people, PutPeople(options.people, ledger.get()));
  }
  {
    const auto view = ledger->Newest();
    JEJAK_ASSIGN_OR_RETURN(out.newest, view->ReceivedAt(LogIndex(view->size().value - 1)));
  }
  JEJAK_RETURN_IF_ERROR(ledger->Close());
  return out;
}

void Show(const Globals& globals, const verify::Report& report, const Restored& restored,
          double seconds) {
  const Console& console = globals.console;
  if (console.json) {
    console.Print({{"election", ToHex(report.election)},
                   {"size", report.size.value},
                   {"root", ToHex(report.root)},
                   {"accepted", report.accepted},
                   {"refused", report.refused},
                   {"people", restored.people},
                   {"newest", FormatTime(restored.newest)},
                   {"seconds", seconds}});
    return;
  }
  console.Line(fmt::format("{}: {} {}, {} {}", console.T("restored", "dipulihkan"),
                           console.Number(report.size.value), console.T("entries", "entri"),
                           console.Number(restored.people), console.T("names", "nama")));
  console.Line(fmt::format("root {}", ToHex(report.root)));
  console.Line(fmt::format(
      "{} {}",
      console.T("what the lost ledger acknowledged and had not published is not in it: have devices "
                "send again what they have receipts for after",
                "yang sudah diakui tetapi belum diterbitkan tidak ada di dalamnya: minta perangkat "
                "mengirim ulang yang bertanda terima setelah"),
      FormatTime(restored.newest)));
}

Status RunRestore(const Globals& globals, const RestoreOptions& options, Run*) {
  JEJAK_RETURN_IF_ERROR(NoServer(globals, "restore"));
  if (globals.ledger.empty() || globals.ledger_key.empty())
    return Status(Reason::kUsage, "restore needs --ledger DIR, a new place, and --ledger-key FILE");
  const auto start = std::chrono::steady_clock::now();
  JEJAK_ASSIGN_OR_RETURN(auto key, ReadLedgerKey(globals));
  JEJAK_ASSIGN_OR_RETURN(const auto reader, publish::ExportReader::Open(options.from));
  JEJAK_ASSIGN_OR_RETURN(const auto workplace, Workplace::For(globals.ledger));
  JEJAK_RETURN_IF_ERROR(workplace->Clear());
  JEJAK_ASSIGN_OR_RETURN(const verify::Report report, CopyLog(*reader, workplace->folder()));
  if (options.bind)
    JEJAK_RETURN_IF_ERROR(engine::BindExport(workplace->folder(), fs::path(options.from)));
  JEJAK_ASSIGN_OR_RETURN(const Restored restored,
                         OpenAndName(workplace->folder(), options, std::move(key)));
  JEJAK_RETURN_IF_ERROR(workplace->PutInPlace());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  Show(globals, report, restored, seconds.count());
  return OkStatus();
}

}  // namespace

void AddRestoreCommand(Program* program) {
  const auto options = std::make_shared<RestoreOptions>();
  CLI::App* command = program->Add(program->app(), "restore",
                                   "bring a lost ledger back from an export", options, RunRestore);
  command->add_option("--from", options->from, "the exported folder")->required();
  command->add_option("--people", options->people, "file of names, as export --people wrote it");
  command->add_flag("--bind", options->bind,
                    "bind the ledger to the folder: it never signs less than what is there");
}

}  // namespace jejak::cli
