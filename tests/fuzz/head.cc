// The file HEAD: what is found in it is what a good slot says, and only that. A change that leaves
// a slot's checksum wrong makes the slot bad; so the target puts the checksum right where its first
// byte says so, to reach what is checked behind it.
#include "ledger/base/coding.h"
#include "ledger/store/head_file.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

constexpr size_t kSlotBytes = store::kHeadSlotBytes;
constexpr size_t kRecordBytes = 64;  // magic, version, state, commit, size, root
constexpr size_t kChecksumBytes = 8;

uint64_t Crc64(ByteView bytes) {
  uint64_t crc = ~uint64_t{0};
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xC96C5795D7870F42u : crc >> 1;
  }
  return ~crc;
}

// A slot that begins with `bytes`, with the right checksum or with none.
Bytes Slot(ByteView bytes, bool right) {
  Bytes slot(bytes.substr(0, kSlotBytes));
  slot.resize(kSlotBytes - kChecksumBytes, '\0');
  Writer(&slot).Be64(right ? Crc64(slot) : 0);
  return slot;
}

}  // namespace

void Run(ByteView input) {
  (void)store::DecodeHead(input, "HEAD");
  Reader r(input);
  const uint8_t right = r.U8();
  const Bytes a = Slot(r.Raw(std::min(kRecordBytes, r.remaining())), (right & 1) != 0);
  const Bytes b = Slot(r.Raw(r.remaining()), (right & 2) != 0);
  const auto found = store::DecodeHead(a + b, "HEAD");
  if (!found.ok()) return;
  const Bytes slot = store::EncodeHeadSlot(found->record, found->clean);
  JEJAK_CHECK(slot == a || slot == b);
  // A clean file is clean in both.
  JEJAK_CHECK(!found->clean || a == b);
}

std::vector<Bytes> Seeds() {
  const store::HeadRecord older{6, TreeSize(1'000), {}}, newer{7, TreeSize(1'001), {}};
  const auto slot = [](const store::HeadRecord& record, bool clean) {
    return store::EncodeHeadSlot(record, clean).substr(0, kRecordBytes);
  };
  return {'\3' + slot(older, false) + slot(newer, false),
          '\3' + slot(newer, true) + slot(newer, true),
          '\3' + slot(older, true) + slot(newer, false), '\1' + slot(older, false)};
}

}  // namespace jejak::fuzz
