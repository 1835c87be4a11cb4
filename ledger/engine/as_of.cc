#include "ledger/engine/as_of.h"

#include "ledger/merkle/tree_reader.h"

namespace jejak::engine {

Result<AsOf> AsOfOf(const View& view, const projection::Queries& queries) {
  const TreeSize size = queries.size();
  AsOf out{size, UnixMicros(0), view.root(), std::nullopt};
  if (size.value == 0) return out;
  if (size != view.size()) {
    JEJAK_ASSIGN_OR_RETURN(out.root, merkle::RootAt(view, size));
  }
  JEJAK_ASSIGN_OR_RETURN(out.time, view.ReceivedAt(LogIndex(size.value - 1)));
  JEJAK_ASSIGN_OR_RETURN(out.commitment, queries.Commitment());
  return out;
}

}  // namespace jejak::engine
