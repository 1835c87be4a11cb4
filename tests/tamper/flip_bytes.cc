// Flips one bit of one byte at a time in the files of a ledger that was closed cleanly, and counts
// what opening and verification find:
//   flip_bytes --work FOLDER [--bytes N] [--seed S] [--part K/N]
// N bytes of each file, in random places; 0, the default, for every byte that carries data. With
// --part only every N-th place, so that several processes share the work. Each bit of the format
// versions that end table files, and one of each byte before some of them, are always among them.
// Exit status 0 when every flip in a file that carries data was found.
//
// The ledger has table files as well as rows that are only in the write-ahead log. LOG, OPTIONS,
// LOCK and IDENTITY are RocksDB's diary, its settings for tools, an empty file, and a name: no row
// depends on them. They are flipped too, and must change nothing.
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <numeric>
#include <random>

#include "ledger/crypto/key_file.h"
#include "ledger/engine/ledger.h"
#include "ledger/engine/tables.h"
#include "ledger/verify/verify.h"
#include "tests/support/small_election.h"

namespace jejak {
namespace {

namespace fs = std::filesystem;

void Must(const Status& status) {
  if (status.ok()) return;
  std::cerr << "flip_bytes: " << status.ToString() << "\n";
  std::exit(2);
}

// Little memory, so that opening is quick.
engine::OpenOptions Small() {
  engine::OpenOptions options;
  options.store.cache_bytes = size_t{8} << 20;
  options.store.write_buffer_bytes = size_t{16} << 20;
  options.markers = journal::Markers::None();
  return options;
}

constexpr uint64_t kStations = 2;
// Places in each file that carries no data, when all bytes of the others are flipped.
constexpr uint64_t kPlacesWithoutData = 200;

constexpr const char* kTableFile = "table file (SST)";
// Of a table file: four bytes before the magic number; what describes it, and where it ends.
constexpr size_t kVersionFromEnd = 12;
constexpr size_t kEndBytes = 300;
constexpr uint64_t kEndsOf = 3;  // table files

// Closing puts rows into table files when there are many: so many that are gone again.
void FillTableFiles(const fs::path& dir) {
  store::OpenOptions large = Small().store;
  large.write_buffer_bytes = size_t{64} << 20;
  const auto store = store::Store::Open(dir, engine::AllTables(), large);
  Must(store.status());
  Must((*store)->ConfirmHead());
  store::HeadRecord head = (*store)->head();
  for (const bool gone : {false, true}) {
    store::WriteSet rows = (*store)->NewWriteSet();
    for (char row = 'a'; row <= 'r'; ++row) {
      const Bytes key(1, row);
      gone ? rows.Delete(engine::kPeople, key)
           : rows.Put(engine::kPeople, key, Bytes(size_t{1} << 20, row));
    }
    ++head.commit;
    Must((*store)->Commit(std::move(rows), head));
  }
  Must((*store)->Close());
}

fs::path MakeLedger(const fs::path& work) {
  const fs::path dir = work / "ledger";
  testing::SmallElection election(kStations);
  engine::OpenOptions options = Small();
  options.ledger_key =
      std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf("ledger"));
  {
    auto ledger = engine::Ledger::Create(dir, election.Genesis(), options);
    Must(ledger.status());
    (void)(*ledger)->Submit(election.Registry());
    for (uint64_t i = 0; i < kStations / 2; ++i)
      Must((*ledger)->SubmitOne(election.Result(i)).door);
    Must((*ledger)->Close());
  }
  FillTableFiles(dir);
  {
    // And then rows that stay in the write-ahead log.
    auto ledger = engine::Ledger::Open(dir, options);
    Must(ledger.status());
    for (uint64_t i = kStations / 2; i < kStations; ++i)
      Must((*ledger)->SubmitOne(election.Result(i)).door);
    Must((*ledger)->Close());
  }
  fs::create_directories(dir / "keys");
  Must(crypto::WriteKeyFile((dir / "keys/ledger.key").string(), *options.ledger_key, std::nullopt));
  Must(crypto::WriteKeyFile((dir / "keys/sealed.key").string(), *options.ledger_key, "kata sandi",
                            crypto::kKdfCostMin));
  return dir;
}

class Entries final : public verify::LogSource {
 public:
  explicit Entries(const engine::View* view) : view_(view) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return view_->EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return view_->Checkpoint(); }

 private:
  const engine::View* view_;
};

// Empty when the ledger opens, verifies, and shows what it showed before (`digest`).
std::string Finding(const fs::path& dir, const std::optional<Hash>& digest) {
  engine::OpenOptions options = Small();
  options.store.read_only = true;
  const auto ledger = engine::Ledger::Open(dir, options);
  if (!ledger.ok()) return "opening";
  if (!(*ledger)->VerifyChecksums(nullptr).ok()) return "checksum of a file";
  const auto view = (*ledger)->Newest();
  verify::Options how;
  how.threads = 1;
  const auto report = verify::Verify(Entries(view.get()), how);
  if (!report.ok() || report->fault) return "verification";
  const auto now = (*ledger)->ProjectionDigest();
  if (!now.ok()) return "verification";
  return !digest || *now == *digest ? "" : "rows against the log";
}

Hash DigestOf(const fs::path& dir) {
  engine::OpenOptions options = Small();
  options.store.read_only = true;
  const auto ledger = engine::Ledger::Open(dir, options);
  Must(ledger.status());
  const auto digest = (*ledger)->ProjectionDigest();
  Must(digest.status());
  return *digest;
}

std::string FindingInKey(const fs::path& file) {
  const bool sealed = file.stem() == "sealed";
  const auto key = crypto::ReadKeyFile(
      file.string(), sealed ? std::optional<std::string_view>("kata sandi") : std::nullopt);
  return key.ok() ? "" : "key file";
}

std::string KindOf(const fs::path& file) {
  const std::string name = file.filename().string();
  if (file.extension() == ".log") return "write-ahead log";
  if (file.extension() == ".sst") return kTableFile;
  if (file.extension() == ".key") return "key file";
  return name.substr(0, name.find_first_of("-."));
}

bool CarriesData(const std::string& kind) {
  return kind != "LOG" && kind != "OPTIONS" && kind != "LOCK" && kind != "IDENTITY";
}

Bytes Slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void PutByte(const fs::path& file, size_t at, char byte) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(static_cast<std::streamoff>(at));
  out.put(byte);
}

struct Count {
  uint64_t files = 0, bytes = 0, flipped = 0, found = 0;
  std::map<std::string, uint64_t> by;
};

struct Arguments {
  fs::path work;
  uint64_t bytes = 0;
  uint64_t seed = 0;
  uint64_t part = 0, parts = 1;
};

struct Flip {
  size_t at;
  int bit;
};

// In a file of `size` bytes: one in each of `count` places, or in all for 0. `ends`: of a table
// file also one in each byte that describes it.
std::vector<Flip> Flips(size_t size, uint64_t count, const std::string& kind, bool ends,
                        const Arguments& arguments, std::mt19937_64* random) {
  std::vector<size_t> places(size);
  std::iota(places.begin(), places.end(), size_t{0});
  if (count != 0) {
    std::shuffle(places.begin(), places.end(), *random);
    places.resize(std::min<size_t>(size, count));
  }
  std::vector<Flip> all;
  for (const size_t place : places) all.push_back({place, static_cast<int>((*random)() % 8)});
  // No checksum covers it, and RocksDB takes every block otherwise under another version. What
  // stands before it RocksDB reads before it looks at checksums.
  if (kind == kTableFile && size >= kEndBytes) {
    for (int bit = 0; bit < 32; ++bit)
      all.push_back({size - kVersionFromEnd + static_cast<size_t>(bit / 8), bit % 8});
    for (size_t at = size - kEndBytes; ends && at < size - kVersionFromEnd; ++at)
      all.push_back({at, 7});
  }
  std::vector<Flip> out;
  for (size_t i = arguments.part; i < all.size(); i += arguments.parts) out.push_back(all[i]);
  return out;
}

int Run(const Arguments& arguments) {
  const fs::path dir = MakeLedger(arguments.work);
  const Hash digest = DigestOf(dir);
  if (const auto said = Finding(dir, digest); !said.empty()) {
    std::cerr << "flip_bytes: the honest ledger: " << said << "\n";
    return 2;
  }
  std::mt19937_64 random(arguments.seed);
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(dir))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::map<std::string, Count> counts;
  std::vector<std::string> missed;
  for (const fs::path& file : files) {
    const std::string kind = KindOf(file);
    Count& count = counts[kind];
    const Bytes whole = Slurp(file);
    ++count.files;
    count.bytes += whole.size();
    const uint64_t places =
        arguments.bytes != 0 || CarriesData(kind) ? arguments.bytes : kPlacesWithoutData;
    const bool ends = count.files <= kEndsOf;
    for (const auto [at, bit] : Flips(whole.size(), places, kind, ends, arguments, &random)) {
      PutByte(file, at, static_cast<char>(whole[at] ^ (1 << bit)));
      const std::string said = kind == "key file" ? FindingInKey(file) : Finding(dir, digest);
      PutByte(file, at, whole[at]);
      ++count.flipped;
      count.found += said.empty() ? 0U : 1U;
      ++count.by[said];
      if (said.empty() == CarriesData(kind))
        missed.push_back(fmt::format("{} byte {} bit {} of {}", file.filename().string(), at, bit,
                                     whole.size()));
    }
  }
  fmt::print("{:<18} {:>6} {:>9} {:>9} {:>9}  by\n", "file", "files", "bytes", "flipped", "found");
  for (const auto& [kind, count] : counts) {
    std::string by;
    for (const auto& [what, times] : count.by)
      if (!what.empty()) by += fmt::format("{}{} {}", by.empty() ? "" : ", ", what, times);
    fmt::print("{:<18} {:>6} {:>9} {:>9} {:>9}  {}{}\n", kind, count.files, count.bytes,
               count.flipped, count.found, by,
               CarriesData(kind) ? "" : "(carries no data: nothing must change)");
  }
  for (size_t i = 0; i < std::min<size_t>(missed.size(), 20); ++i)
    fmt::print("NOT AS EXPECTED: {}\n", missed[i]);
  fmt::print("{} not as expected\n", missed.size());
  return missed.empty() ? 0 : 1;
}

}  // namespace
}  // namespace jejak

int main(int argc, char** argv) {
  using namespace jejak;
  Arguments arguments;
  arguments.seed = std::random_device()();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i], value = argv[i + 1];
    if (option == "--work") arguments.work = value;
    if (option == "--bytes") arguments.bytes = std::stoull(value);
    if (option == "--seed") arguments.seed = std::stoull(value);
    if (option == "--part") {
      arguments.part = std::stoull(value);
      arguments.parts = std::stoull(value.substr(value.find('/') + 1));
    }
  }
  if (arguments.work.empty() || arguments.parts == 0) {
    std::cerr << "use: flip_bytes --work FOLDER [--bytes N] [--seed S] [--part K/N]\n";
    return 2;
  }
  Must(crypto::InitCrypto());
  fmt::print("seed {}\n", arguments.seed);
  std::filesystem::remove_all(arguments.work);
  std::filesystem::create_directories(arguments.work);
  const int status = Run(arguments);
  std::filesystem::remove_all(arguments.work);
  return status;
}
