#include "ledger/merkle/entry_bundle.h"

#include "ledger/base/check.h"
#include "ledger/base/coding.h"
#include "ledger/base/limits.h"
#include "ledger/merkle/tile.h"

namespace jejak::merkle {

void AppendToBundle(ByteView entry, Bytes* bundle) {
  static_assert(limits::kEntryBytesMax <= UINT16_MAX);
  JEJAK_CHECK(entry.size() <= limits::kEntryBytesMax);
  Writer writer(bundle);
  writer.Be16(static_cast<uint16_t>(entry.size()));
  writer.Raw(entry);
}

Result<std::vector<ByteView>> ParseBundle(ByteView bundle, uint32_t count) {
  if (count < 1 || count > kTileWidth) {
    return Status(Reason::kInvalidArgument, "a bundle has 1 to 256 entries");
  }
  Reader reader(bundle);
  std::vector<ByteView> entries;
  entries.reserve(count);
  for (uint32_t i = 0; i < count; ++i) entries.push_back(reader.Raw(reader.Be16()));
  if (!reader.Done()) {
    return Status(Reason::kInputMalformed, "an entry bundle has the wrong length");
  }
  return entries;
}

}  // namespace jejak::merkle
