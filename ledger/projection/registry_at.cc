// The registry as it was: rows of contests, ballots and the election that an amendment replaced,
// without the ballots registered since.
#include <algorithm>

#include "ledger/projection/queries_rows.h"

namespace jejak::projection {
namespace {

constexpr size_t kTailBytes = 9;  // of a key of kRegistryPast: a zero, and the index

// Calls `visit` with the key and the past row of each row of the registry whose key begins with
// `prefix` and that an entry at or after `size` changed: as it was before the first of those.
template <typename Visit>
Status VisitChanged(const KeyValueReader& rows, const Bytes& prefix, TreeSize size, Visit visit) {
  const auto cursor = rows.NewCursor(kRegistryPast);
  cursor->Seek(prefix);
  while (cursor->Valid() && cursor->key().starts_with(prefix)) {
    if (cursor->key().size() < prefix.size() + kTailBytes)
      return DamagedRow("past registry", cursor->key());
    const Bytes key(cursor->key().substr(0, cursor->key().size() - kTailBytes));
    const Bytes wanted = RegistryPastKey(key, LogIndex(size.value));
    if (cursor->key() < wanted) cursor->Seek(wanted);
    const bool found = cursor->Valid() && cursor->key().size() == wanted.size() &&
                       cursor->key().starts_with(ByteView(wanted).substr(0, key.size() + 1));
    if (found) {
      if (!cursor->value().empty() && !visit(ByteView(cursor->value())))
        return DamagedRow("past registry", cursor->key());
      cursor->Seek(key + '\0' + Bytes(kTailBytes, '\xff'));
    }
  }
  return rows.status();
}

}  // namespace

Result<std::shared_ptr<const Registry>> RegistryAt(const KeyValueReader& rows,
                                                   std::shared_ptr<const Registry> newest,
                                                   TreeSize size) {
  std::shared_ptr<Registry> then;  // made when something is found: most often nothing is
  const auto changed = [&]() -> Registry& {
    if (then == nullptr) then = std::make_shared<Registry>(*newest);
    return *then;
  };
  JEJAK_RETURN_IF_ERROR(VisitChanged(rows, ElectionKey(), size, [&](ByteView value) {
    const auto row = Decode<ElectionRow>(value);
    if (row && newest->election() && row->name != newest->election()->name)
      changed().mutable_election().name = row->name;
    return row.has_value();
  }));
  JEJAK_RETURN_IF_ERROR(VisitChanged(rows, ContestKey(""), size, [&](ByteView value) {
    auto row = Decode<admission::ContestState>(value);
    const bool read = row.has_value();
    if (read) changed().AddContest(std::move(*row));
    return read;
  }));
  const auto& contests = newest->contests();
  if (std::any_of(contests.begin(), contests.end(), [&](const auto& contest) {
        return contest.second.last_ballot.value >= size.value;
      })) {
    changed().ForgetBallots(size);
  }
  // All of one letter; a ballot's key goes on with its contest.
  const Bytes ballots = BallotKey("", "").substr(0, 1);
  JEJAK_RETURN_IF_ERROR(VisitChanged(rows, ballots, size, [&](ByteView value) {
    auto row = Decode<admission::BallotState>(value);
    const bool read = row.has_value();
    // One registered since, and amended after that, was not there.
    if (read && row->registered_at.value < size.value) changed().ReplaceBallot(std::move(*row));
    return read;
  }));
  return then == nullptr ? std::move(newest) : std::shared_ptr<const Registry>(std::move(then));
}

}  // namespace jejak::projection
