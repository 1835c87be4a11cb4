// A ledger under load, for tests that kill it, fail its system calls or cut its power, and the
// check afterwards:
//   fault_load run FOLDER SEED STATIONS    goes on until all stations are in; exit 0, or 6 when the
//                                          ledger said that it failed, with the reason on stdout
//   fault_load check FOLDER                "ok …" and exit 0: it opens, verifies, and has every
//                                          acknowledged entry; "refuses REASON" and exit 3; or
//                                          "VIOLATION …" and exit 1
// FOLDER holds `ledger` and `receipts`, a line for each receipt, written when it was given: who
// reads it was told. The events are the same for every seed; the seed decides how many are on their
// way, and when the ledger is closed, opened and rebuilt.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <random>

#include "ledger/base/encoding.h"
#include "ledger/engine/ledger.h"
#include "ledger/engine/tables.h"
#include "ledger/projection/tables.h"
#include "ledger/verify/verify.h"
#include "tests/support/small_election.h"

namespace jejak {
namespace {

namespace fs = std::filesystem;

constexpr int kFailed = 6, kRefuses = 3, kViolation = 1;
constexpr size_t kGroupsOnTheirWay = 8;

[[noreturn]] void Fail(const Status& status) {
  fmt::print("failed {}\n", status.ToString());
  std::fflush(stdout);
  std::_Exit(kFailed);
}

engine::OpenOptions Small() {
  engine::OpenOptions options;
  options.store.cache_bytes = size_t{8} << 20;
  options.store.write_buffer_bytes = size_t{16} << 20;
  options.verify_threads = 1;
  options.batch_events_max = 32;
  return options;
}

class Load {
 public:
  Load(const fs::path& folder, uint64_t seed, uint64_t stations)
      : ledger_dir_(folder / "ledger"), random_(seed), election_(stations) {
    receipts_ = ::open((folder / "receipts").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (receipts_ < 0) std::_Exit(2);
    genesis_ = election_.Genesis();
    for (auto& event : election_.Registry()) events_.push_back(std::move(event));
    registry_ = events_.size();
    for (uint64_t i = 0; i < stations; ++i) events_.push_back(election_.Result(i));
  }

  void Run() {
    Open();
    // In order, since one event of the registry needs the one before.
    for (size_t i = 0; i < registry_; ++i) Submit(i, 1);
    Wait(0);
    for (size_t at = registry_; at < events_.size();) {
      const size_t count = std::min<size_t>(1 + random_() % 20, events_.size() - at);
      Submit(at, count);
      at += count;
      if (random_() % 12 != 0) continue;
      Wait(0);
      if (random_() % 3 == 0) Must(ledger_->Rebuild(nullptr));
      Close();
      Open();
    }
    Wait(0);
    Close();
  }

 private:
  void Must(const Status& status) {
    if (!status.ok()) Fail(status);
  }
  void Open() {
    engine::OpenOptions options = Small();
    options.ledger_key =
        std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf("ledger"));
    auto opened = engine::Ledger::Open(ledger_dir_, options);
    if (!opened.ok() && opened.status().reason() == Reason::kLedgerMissing)
      opened = engine::Ledger::Create(ledger_dir_, genesis_, options);
    Must(opened.status());
    ledger_ = std::move(*opened);
  }
  void Close() {
    Must(ledger_->Close());
    ledger_.reset();
  }
  // Events that are in already are answered with their receipts once more.
  void Submit(size_t at, size_t count) {
    Wait(kGroupsOnTheirWay - 1);
    std::vector<event::SignedEvent> group(
        events_.begin() + static_cast<std::ptrdiff_t>(at),
        events_.begin() + static_cast<std::ptrdiff_t>(at + count));
    {
      const std::lock_guard lock(mutex_);
      ++on_their_way_;
    }
    ledger_->SubmitAsync(std::move(group), {}, [this](std::vector<engine::Outcome> outcomes) {
      std::string lines;
      for (const engine::Outcome& outcome : outcomes) {
        if (!outcome.receipt) Fail(outcome.door);
        lines += fmt::format("{} {} {}\n", outcome.receipt->index.value,
                             ToHex(outcome.receipt->event), ToHex(outcome.receipt->leaf));
      }
      if (::write(receipts_, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()))
        std::_Exit(2);
      const std::lock_guard lock(mutex_);
      --on_their_way_;
      answered_.notify_one();
    });
  }
  void Wait(size_t left) {
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [&] { return on_their_way_ <= left; });
  }

  const fs::path ledger_dir_;
  std::mt19937_64 random_;
  testing::SmallElection election_;
  event::SignedEvent genesis_;
  std::vector<event::SignedEvent> events_;
  size_t registry_ = 0;
  int receipts_ = -1;
  std::unique_ptr<engine::Ledger> ledger_;
  std::mutex mutex_;
  std::condition_variable answered_;
  size_t on_their_way_ = 0;
};

class Entries final : public verify::LogSource {
 public:
  explicit Entries(const engine::View* view) : view_(view) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return view_->EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return view_->Checkpoint(); }

 private:
  const engine::View* view_;
};

int Violation(const std::string& what) {
  fmt::print("VIOLATION {}\n", what);
  return kViolation;
}

// Empty, or the first acknowledged entry that the ledger does not have.
std::string MissingReceipt(const engine::View* view, const fs::path& file, uint64_t* count) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line) && !in.eof()) {  // a line without its end was never read
    const size_t first = line.find(' '), second = line.rfind(' ');
    if (first == std::string::npos || line.size() != second + 65) return "a receipt: " + line;
    const LogIndex index(std::stoull(line.substr(0, first)));
    if (index.value >= view->size().value)
      return fmt::format("entry {} of {} is missing", index.value, view->size().value);
    const auto bytes = view->EntryBytes(index);
    if (!bytes.ok() || ToHex(merkle::LeafHash(*bytes)) != line.substr(second + 1))
      return fmt::format("entry {} is another", index.value);
    const auto event = FixedFromHex<Hash>(line.substr(first + 1, second - first - 1));
    if (!event || view->FindEvent(*event) != index)
      return fmt::format("the event of entry {} is not found", index.value);
    ++*count;
  }
  return "";
}

std::string WrongRow(const verify::State& state, const engine::View* view) {
  for (const store::TableSpec& spec : engine::AllTables()) {
    if (spec.kind != store::TableKind::kProjection && spec.id != projection::kEventIndex) continue;
    const auto expected = state.NewCursor(spec.id), actual = view->rows().NewCursor(spec.id);
    expected->Seek("");
    actual->Seek("");
    for (; expected->Valid() && actual->Valid(); expected->Next(), actual->Next())
      if (expected->key() != actual->key() || expected->value() != actual->value())
        return spec.name;
    if (expected->Valid() || actual->Valid()) return spec.name;
  }
  return view->rows().status().ok() ? "" : view->rows().status().ToString();
}

int Check(const fs::path& folder) {
  engine::OpenOptions options = Small();
  options.store.read_only = true;
  const auto ledger = engine::Ledger::Open(folder / "ledger", options);
  if (!ledger.ok()) {
    fmt::print("refuses {}\n", ledger.status().ToString());
    // Having been told nothing, nobody misses a ledger that is not there.
    std::error_code error;
    const auto told = fs::file_size(folder / "receipts", error);
    if (ledger.status().reason() == Reason::kLedgerMissing && !error && told != 0)
      return Violation("no ledger, but receipts");
    return kRefuses;
  }
  const auto view = (*ledger)->Newest();
  uint64_t receipts = 0;
  if (const auto missing = MissingReceipt(view.get(), folder / "receipts", &receipts);
      !missing.empty()) {
    return Violation(missing);
  }
  if (const Status files = (*ledger)->VerifyChecksums(nullptr); !files.ok())
    return Violation(files.ToString());
  verify::State state;
  const auto report = verify::Verify(Entries(view.get()), {}, &state);
  if (!report.ok()) return Violation(report.status().ToString());
  if (report->fault) return Violation(report->fault->what + " " + report->fault->meaning);
  if (const auto wrong = WrongRow(state, view.get()); !wrong.empty())
    return Violation("rows of " + wrong);
  fmt::print("ok size={} receipts={}\n", view->size().value, receipts);
  return 0;
}

}  // namespace
}  // namespace jejak

int main(int argc, char** argv) {
  using namespace jejak;
  const std::string command = argc > 1 ? argv[1] : "";
  if (!crypto::InitCrypto().ok()) return 2;
  if (command == "check" && argc == 3) return Check(argv[2]);
  if (command != "run" || argc != 5) {
    std::cerr << "use: fault_load run FOLDER SEED STATIONS | check FOLDER\n";
    return 2;
  }
  Load(argv[2], std::stoull(argv[3]), std::stoull(argv[4])).Run();
  return 0;
}
