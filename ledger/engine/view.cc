#include "ledger/engine/view.h"

#include <fmt/format.h>

#include "ledger/base/coding.h"
#include "ledger/engine/tables.h"
#include "ledger/event/codec.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/note.h"
#include "ledger/merkle/tlog_proof.h"
#include "ledger/merkle/tree_reader.h"
#include "ledger/projection/tables.h"
#include "ledger/store/store.h"

namespace jejak::engine {
namespace {

Status NotThere(const KeyValueReader& rows, Reason reason, std::string what) {
  JEJAK_RETURN_IF_ERROR(rows.status());
  return Status(reason, std::move(what));
}

}  // namespace

std::shared_ptr<const View> View::Apart() const {
  return std::make_shared<const View>(store::Apart(*rows_), size_, root_, registry_);
}

Result<Bytes> View::EntryBytes(LogIndex index) const {
  if (index.value >= size_.value) {
    return Status(Reason::kNotFound,
                  fmt::format("no entry {} in a log of {}", index.value, size_.value));
  }
  Bytes bytes;
  if (!rows_->Get(kEntries, projection::IndexKey(index), &bytes)) {
    return NotThere(*rows_, Reason::kLedgerDamaged,
                    fmt::format("entry {} is missing", index.value));
  }
  return bytes;
}

Result<projection::ReadEntry> View::Entry(LogIndex index) const {
  JEJAK_ASSIGN_OR_RETURN(Bytes bytes, EntryBytes(index));
  return DecodeRead(index, std::move(bytes));
}

Result<projection::ReadEntry> DecodeRead(LogIndex index, Bytes bytes) {
  projection::ReadEntry out;
  out.index = index;
  out.bytes = std::move(bytes);
  auto entry = event::DecodeLoggedEntry(out.bytes);
  if (!entry.ok()) {
    return Status(Reason::kLedgerDamaged, fmt::format("entry {} does not decode: {}", index.value,
                                                      entry.status().ToString()));
  }
  out.entry = std::move(*entry);
  auto decoded = event::DecodeLoggedEvent(out.entry.event);
  if (!decoded.ok()) {
    return Status(Reason::kLedgerDamaged, fmt::format("the event of entry {} does not decode: {}",
                                                      index.value, decoded.status().ToString()));
  }
  out.event = std::move(*decoded);
  out.hash = event::EventHash(out.entry.event);
  return out;
}

Result<UnixMicros> View::ReceivedAt(LogIndex index) const {
  JEJAK_ASSIGN_OR_RETURN(const Bytes bytes, EntryBytes(index));
  const auto entry = event::DecodeLoggedEntry(bytes);
  if (!entry.ok())
    return Status(Reason::kLedgerDamaged, fmt::format("entry {} does not decode", index.value));
  return entry->received_at;
}

std::optional<LogIndex> View::FindEvent(const Hash& event) const {
  Bytes value;
  if (!rows_->Get(projection::kEventIndex, event.view(), &value)) return std::nullopt;
  Reader reader(value);
  return LogIndex(reader.Be64());
}

Result<std::string> View::Checkpoint() const {
  Bytes text;
  if (!rows_->Get(kCheckpoints, "latest", &text)) {
    return NotThere(*rows_, Reason::kLedgerDamaged, "the newest checkpoint is missing");
  }
  return text;
}

Result<Bytes> View::ReadTile(merkle::TileId tile, uint32_t width) const {
  Bytes hashes;
  if (!rows_->Get(kTiles, merkle::TileKey(tile), &hashes)) {
    return NotThere(*rows_, Reason::kLedgerDamaged,
                    fmt::format("tile {}/{} is missing", tile.level, tile.index));
  }
  if (hashes.size() < width * Hash::kSize) {
    return Status(Reason::kLedgerDamaged,
                  fmt::format("tile {}/{} is too short", tile.level, tile.index));
  }
  return hashes;
}

Result<std::string> View::TlogProof(LogIndex index) const {
  JEJAK_ASSIGN_OR_RETURN(const std::string checkpoint, Checkpoint());
  return TlogProof(index, checkpoint);
}

Result<std::string> View::TlogProof(LogIndex index, const std::string& checkpoint) const {
  JEJAK_ASSIGN_OR_RETURN(const merkle::Note note, merkle::ParseNote(checkpoint));
  JEJAK_ASSIGN_OR_RETURN(const merkle::Checkpoint of, merkle::ParseCheckpoint(note.text));
  if (of.size > size_ || index.value >= of.size.value) {
    return Status(Reason::kNotFound,
                  fmt::format("entry {} under a checkpoint of {}", index.value, of.size.value));
  }
  merkle::TlogProof proof;
  proof.index = index;
  JEJAK_ASSIGN_OR_RETURN(proof.path, merkle::InclusionProof(*this, index, of.size));
  proof.checkpoint = checkpoint;
  return merkle::FormatTlogProof(proof);
}

std::optional<Person> View::PersonOf(std::string_view official) const {
  Bytes value;
  if (!rows_->Get(kPeople, official, &value)) return std::nullopt;
  return DecodePerson(value);
}

Result<TreeSize> View::SizeAt(UnixMicros time) const {
  // receivedAt never decreases, so the entries up to `time` are a prefix.
  uint64_t low = 0;
  uint64_t high = size_.value;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    JEJAK_ASSIGN_OR_RETURN(const UnixMicros received_at, ReceivedAt(LogIndex(middle)));
    if (received_at <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return TreeSize(low);
}

Bytes EncodePerson(const Person& person) {
  Bytes out;
  Writer w(&out);
  w.Fixed(person.salt);
  w.Sized(person.name);
  return out;
}

std::optional<Person> DecodePerson(ByteView bytes) {
  Reader r(bytes);
  Person out;
  out.salt = r.Fixed<crypto::Salt>();
  out.name = std::string(r.Sized());
  if (!r.Done()) return std::nullopt;
  return out;
}

}  // namespace jejak::engine
