// The numbers of rows: whatever a reader reads without complaint, a writer writes the same way, and
// once it has complained it reads only zeros.
#include "ledger/base/coding.h"

#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

// One value of the kind that `op` says.
void Copy(uint8_t op, Reader* r, Writer* w) {
  switch (op % 8) {
    case 0:
      w->U8(r->U8());
      return;
    case 1:
      w->Be16(r->Be16());
      return;
    case 2:
      w->Be32(r->Be32());
      return;
    case 3:
      w->Be64(r->Be64());
      return;
    case 4:
      w->Varint(r->Varint());
      return;
    case 5:
      w->Signed(r->Signed());
      return;
    case 6:
      w->Sized(r->Sized());
      return;
    default:
      w->Fixed(r->Fixed<Hash>());
      return;
  }
}

}  // namespace

void Run(ByteView input) {
  // The first byte is the number of reads, then one byte for each, then what is read.
  Reader ops(input);
  const ByteView kinds = ops.Raw(std::min<size_t>(ops.U8(), ops.remaining()));
  const ByteView bytes = ops.Raw(ops.remaining());
  Reader reader(bytes);
  Bytes written;
  Writer writer(&written);
  for (const char kind : kinds) {
    const size_t before = written.size();
    Copy(static_cast<uint8_t>(kind), &reader, &writer);
    if (!reader.ok()) {
      JEJAK_CHECK(!reader.Done() && reader.Varint() == 0 && reader.Be64() == 0);
      written.resize(before);
      break;
    }
  }
  JEJAK_CHECK(bytes.starts_with(written));
  if (reader.ok()) JEJAK_CHECK(written.size() + reader.remaining() == bytes.size());
}

std::vector<Bytes> Seeds() {
  Bytes all;
  Writer w(&all);
  w.Raw(ByteView("\x08\0\1\2\3\4\5\6\7", 9));
  w.U8(1), w.Be16(2), w.Be32(3), w.Be64(4), w.Varint(300), w.Signed(-300), w.Sized("text");
  w.Fixed(Hash{});
  Bytes wide;
  Writer(&wide).Raw(ByteView("\x03\4\5\4", 4));
  Writer(&wide).Varint(~uint64_t{0});
  Writer(&wide).Signed(INT64_MIN);
  Writer(&wide).Varint(0);
  return {all, wide};
}

}  // namespace jejak::fuzz
