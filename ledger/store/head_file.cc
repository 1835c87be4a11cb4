#include "ledger/store/head_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>
#include <utility>

#include "ledger/base/coding.h"
#include "ledger/base/limits.h"

namespace jejak::store {
namespace {

namespace fs = std::filesystem;

constexpr ByteView kMagic = "JejkHEAD";
constexpr uint32_t kVersion = 1;
constexpr size_t kChecksumBytes = 8;
constexpr uint32_t kInUse = 1;
constexpr uint32_t kClean = 2;

static_assert(kHeadSyncDelay < std::chrono::microseconds(limits::kHeadSyncMicrosMax));

// CRC-64/XZ. It finds every change of up to 64 bits in a row; RocksDB's own checksums are not in
// its public headers. It is against accidents: who can write HEAD can also write its checksum, and
// is convicted by published checkpoints, not here.
constexpr std::array<uint64_t, 256> MakeCrcTable() {
  std::array<uint64_t, 256> table{};
  for (uint64_t i = 0; i < table.size(); ++i) {
    uint64_t v = i;
    for (int bit = 0; bit < 8; ++bit) v = (v & 1) != 0 ? (v >> 1) ^ 0xC96C5795D7870F42u : v >> 1;
    table[i] = v;
  }
  return table;
}
constexpr std::array<uint64_t, 256> kCrcTable = MakeCrcTable();

uint64_t Crc64(ByteView bytes) {
  uint64_t crc = ~uint64_t{0};
  for (const char c : bytes) crc = kCrcTable[(crc ^ static_cast<uint8_t>(c)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

struct Slot {
  enum class Kind { kBad, kLaterVersion, kGood } kind = Kind::kBad;
  FoundHead found;
};

Slot DecodeSlot(ByteView bytes) {
  Slot slot;
  Reader reader(bytes);
  const bool magic = reader.Raw(kMagic.size()) == kMagic;
  const uint32_t version = reader.Be32();
  const uint32_t state = reader.Be32();
  slot.found.record.commit = reader.Be64();
  slot.found.record.size = TreeSize(reader.Be64());
  slot.found.record.root = reader.Fixed<Hash>();
  slot.found.clean = state == kClean;
  const ByteView zeros = reader.Raw(reader.remaining() - kChecksumBytes);
  if (reader.Be64() != Crc64(bytes.substr(0, bytes.size() - kChecksumBytes)) || !magic) return slot;
  if (version != kVersion) {
    slot.kind = Slot::Kind::kLaterVersion;
    return slot;
  }
  if (state != kInUse && state != kClean) return slot;
  if (zeros.find_first_not_of('\0') != ByteView::npos) return slot;
  slot.kind = Slot::Kind::kGood;
  return slot;
}

Status Damaged(const fs::path& file, const std::string& how) {
  return Status(Reason::kHeadDamaged, fmt::format("{} {}", file.string(), how))
      .With("file", file.string());
}

}  // namespace

Bytes EncodeHeadSlot(const HeadRecord& record, bool clean) {
  Bytes out;
  out.reserve(kHeadSlotBytes);
  Writer writer(&out);
  writer.Raw(kMagic);
  writer.Be32(kVersion);
  writer.Be32(clean ? kClean : kInUse);
  writer.Be64(record.commit);
  writer.Be64(record.size.value);
  writer.Fixed(record.root);
  out.resize(kHeadSlotBytes - kChecksumBytes, '\0');
  writer.Be64(Crc64(out));
  return out;
}

Result<FoundHead> DecodeHead(ByteView bytes, const fs::path& file) {
  if (bytes.size() != kHeadFileBytes) {
    return Damaged(file, fmt::format("has {} bytes{}, where {} are expected", bytes.size(),
                                     bytes.size() > kHeadFileBytes ? " or more" : "",
                                     kHeadFileBytes));
  }
  const Slot a = DecodeSlot(bytes.substr(0, kHeadSlotBytes));
  const Slot b = DecodeSlot(bytes.substr(kHeadSlotBytes));
  for (const Slot* slot : {&a, &b}) {
    if (slot->kind == Slot::Kind::kLaterVersion) {
      return Status(Reason::kRulesUnknown,
                    fmt::format("{} has another format than version {}", file.string(), kVersion))
          .With("file", file.string());
    }
  }
  const bool a_good = a.kind == Slot::Kind::kGood;
  const bool b_good = b.kind == Slot::Kind::kGood;
  if (!a_good && !b_good) return Damaged(file, "has a wrong checksum in both slots");
  if (!a_good || !b_good) {
    const FoundHead& good = a_good ? a.found : b.found;
    if (!good.clean) return good;  // a torn write
    return Damaged(file, fmt::format("was closed cleanly, but slot {} has a wrong checksum since",
                                     a_good ? 2 : 1));
  }
  if (a.found.clean || b.found.clean) {
    if (a.found.clean && b.found.clean && a.found.record == b.found.record) return a.found;
    return Damaged(file, "was closed cleanly, but its slots differ, where the same is expected");
  }
  const FoundHead& newer = a.found.record.commit >= b.found.record.commit ? a.found : b.found;
  const FoundHead& older = &newer == &a.found ? b.found : a.found;
  if (older.record.size > newer.record.size ||
      (older.record.commit == newer.record.commit && !(older.record == newer.record))) {
    return Damaged(file, "has two slots that contradict one another");
  }
  return newer;
}

Result<FoundHead> ReadHead(const fs::path& dir) {
  std::error_code error;
  const auto status = fs::status(dir / "HEAD", error);
  // Opening a pipe would wait for somebody to write.
  if (fs::exists(status) && !fs::is_regular_file(status))
    return Damaged(dir / "HEAD", "is not a file");
  JEJAK_ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(dir / "HEAD", kHeadFileBytes));
  return DecodeHead(bytes, dir / "HEAD");
}

Status ReplaceHead(const fs::path& dir, const HeadRecord& record, bool clean) {
  const Bytes slot = EncodeHeadSlot(record, clean);
  JEJAK_RETURN_IF_ERROR(ReplaceFile(dir / "HEAD", slot + slot));
  return SyncFolder(dir);
}

Result<std::unique_ptr<HeadWriter>> HeadWriter::Start(
    const fs::path& dir, const HeadRecord& record,
    std::function<void(const Status&)> on_failure) {
  std::unique_ptr<HeadWriter> writer(new HeadWriter);
  writer->file_ = dir / "HEAD";
  JEJAK_ASSIGN_OR_RETURN(writer->fd_, OpenFile(writer->file_, O_RDWR));
  writer->on_failure_ = std::move(on_failure);
  writer->written_commit_ = writer->durable_commit_ = record.commit;
  writer->thread_ = std::thread([w = writer.get()] { w->Run(); });
  return writer;
}

HeadWriter::~HeadWriter() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

Status HeadWriter::Write(const HeadRecord& record) {
  const std::lock_guard lock(mutex_);
  if (!failed_.ok()) return failed_;
  const Bytes slot = EncodeHeadSlot(record, /*clean=*/false);
  failed_ = WriteAt(fd_, slot, slot_ * kHeadSlotBytes, file_);
  if (!failed_.ok()) return failed_;
  written_commit_ = record.commit;
  if (!dirty_) {
    dirty_ = true;
    sync_at_ = std::chrono::steady_clock::now() + kHeadSyncDelay;
    wake_.notify_all();
  }
  if (written_commit_ - durable_commit_ >= kHeadUnsyncedCommitsMax) return SyncLocked();
  return {};
}

Status HeadWriter::Sync() {
  const std::lock_guard lock(mutex_);
  return SyncLocked();
}

// The mutex stays held during the sync: a write into either slot meanwhile could leave both torn.
Status HeadWriter::SyncLocked() {
  if (!failed_.ok() || !dirty_) return failed_;
  failed_ = SyncData(fd_, file_);
  if (!failed_.ok()) return failed_;
  // Where the folder was removed, or exchanged, under us, nobody will find what we acknowledge.
  failed_ = StillThere();
  if (!failed_.ok()) return failed_;
  durable_commit_ = written_commit_;
  slot_ = 1 - slot_;
  dirty_ = false;
  return {};
}

Status HeadWriter::StillThere() const {
  struct stat open{}, named{};
  if (::fstat(fd_.get(), &open) != 0) return FromErrno(errno, "look at", file_);
  if (::stat(file_.c_str(), &named) == 0 && named.st_ino == open.st_ino &&
      named.st_dev == open.st_dev) {
    return {};
  }
  return Status(Reason::kLedgerDamaged,
                file_.string() + " was removed or exchanged while the ledger was open")
      .With("file", file_.string());
}

void HeadWriter::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_ && failed_.ok()) {
    if (!dirty_) {
      wake_.wait(lock, [this] { return dirty_ || stop_; });
      continue;
    }
    if (wake_.wait_until(lock, sync_at_, [this] { return stop_ || !dirty_; })) continue;
    if (!SyncLocked().ok()) on_failure_(failed_);
  }
}

}  // namespace jejak::store
