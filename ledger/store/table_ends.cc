// The end of a table file: what RocksDB takes for true before it has a checksum of it. Debian's has
// its assertions, and dies of some of what it finds there; so it is looked at here first.
#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/table.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <optional>

#include "ledger/base/coding.h"
#include "ledger/store/core.h"

namespace jejak::store {
namespace {

namespace fs = std::filesystem;

// What ends each table file of this store: the kind of its blocks' checksums, the places of two
// blocks, the version of the format and a number that all such files have. It has no checksum.
constexpr size_t kFooterBytes = 53;
constexpr size_t kVersionAt = kFooterBytes - 12;
constexpr std::string_view kVersionAndMagic(
    "\x05\0\0\0\xf7\xcf\xf4\x85\xb7\x41\xe2\x88", 12);
static_assert(rocksdb::kXXH3 == 4);

// After each block: how it is compressed, and the checksum of both.
constexpr size_t kTrailerBytes = 5;
constexpr std::string_view kProperties = "rocksdb.properties";

Status Damaged(const fs::path& file, const std::string& how) {
  return Status(Reason::kLedgerDamaged, fmt::format("{} {}", file.string(), how))
      .With("file", file.string());
}

uint32_t Le32(ByteView bytes) {
  uint32_t out = 0;
  for (size_t i = 0; i < 4; ++i)
    out |= uint32_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return out;
}

// As RocksDB's format 5 has it: the last byte, which says how the block is compressed, is mixed in
// afterwards.
uint32_t BlockChecksum(ByteView block) {
  const auto all_but_one = static_cast<uint32_t>(XXH3_64bits(block.data(), block.size() - 1));
  return all_but_one ^ uint32_t{static_cast<uint8_t>(block.back())} * 0x6b9083d9;
}

struct Place {
  uint64_t at = 0, bytes = 0;
};

class TableEnd {
 public:
  TableEnd(const fs::path& file, const Fd& fd, uint64_t bytes)
      : file_(file), fd_(fd), bytes_(bytes) {}

  Status Check() const {
    if (bytes_ < kFooterBytes) return {};
    JEJAK_ASSIGN_OR_RETURN(const Bytes footer, Read({bytes_ - kFooterBytes, kFooterBytes}));
    const ByteView end = ByteView(footer).substr(kVersionAt);
    // One that was never finished has none, and is nobody's yet.
    if (!end.ends_with(kVersionAndMagic.substr(4))) return {};
    if (end != kVersionAndMagic || footer[0] != static_cast<char>(rocksdb::kXXH3)) return Wrong();
    // RocksDB looks at this block and at its properties without their checksums, at first.
    Reader places(ByteView(footer).substr(1, kVersionAt - 1));
    JEJAK_ASSIGN_OR_RETURN(const Bytes index, ReadBlock(ReadPlace(&places), places.ok()));
    const auto properties = FindProperties(index);
    if (!properties) return Wrong();
    return ReadBlock(*properties, true).status();
  }

 private:
  Status Wrong() const { return Damaged(file_, "ends otherwise than it was written"); }

  static Place ReadPlace(Reader* from) {
    Place out;
    out.at = from->Varint();
    out.bytes = from->Varint();
    return out;
  }

  Result<Bytes> Read(Place place) const {
    Bytes out(place.bytes, '\0');
    const ssize_t n = ::pread(fd_.get(), out.data(), out.size(), static_cast<off_t>(place.at));
    if (n < 0) return FromErrno(errno, "read", file_);
    if (static_cast<uint64_t>(n) != place.bytes) return Wrong();
    return out;
  }

  // The block at `place`, which `ok` says was there to be read.
  Result<Bytes> ReadBlock(Place place, bool ok) const {
    if (!ok || place.at >= bytes_ || place.bytes >= bytes_ - place.at) return Wrong();
    JEJAK_ASSIGN_OR_RETURN(Bytes block, Read({place.at, place.bytes + kTrailerBytes}));
    const ByteView covered = ByteView(block).substr(0, place.bytes + 1);
    if (BlockChecksum(covered) != Le32(ByteView(block).substr(place.bytes + 1))) return Wrong();
    block.resize(place.bytes);
    return block;
  }

  // In a block whose keys each say how many bytes they share with the one before.
  static std::optional<Place> FindProperties(ByteView block) {
    if (block.size() < 4) return std::nullopt;
    const uint64_t restarts = Le32(block.substr(block.size() - 4));
    if (restarts >= block.size() / 4) return std::nullopt;
    Reader entries(block.substr(0, block.size() - 4 * (restarts + 1)));
    Bytes key;
    while (entries.ok() && entries.remaining() != 0) {
      const uint64_t shared = entries.Varint(), own = entries.Varint(), bytes = entries.Varint();
      if (!entries.ok() || shared > key.size()) return std::nullopt;
      key.resize(shared);
      key += entries.Raw(own);
      Reader value(entries.Raw(bytes));
      if (key != kProperties) continue;
      const Place place = ReadPlace(&value);
      return entries.ok() && value.Done() ? std::optional(place) : std::nullopt;
    }
    return std::nullopt;
  }

  const fs::path& file_;
  const Fd& fd_;
  const uint64_t bytes_;
};

}  // namespace

Status CheckTableEnds(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const fs::path& file = at->path();
    std::error_code ignored;
    // RocksDB would wait for a pipe, and read a device without end.
    if (at->is_other(ignored)) return Damaged(file, "is not a file");
    if (file.extension() != ".sst") continue;
    if (at->is_directory(ignored)) return Damaged(file, "is not a file");
    JEJAK_ASSIGN_OR_RETURN(const Fd fd, OpenFile(file, O_RDONLY));
    const off_t bytes = ::lseek(fd.get(), 0, SEEK_END);
    if (bytes < 0) return FromErrno(errno, "measure", file);
    JEJAK_RETURN_IF_ERROR(TableEnd(file, fd, static_cast<uint64_t>(bytes)).Check());
  }
  return error ? FromErrno(error.value(), "list", folder) : Status();
}

}  // namespace jejak::store
