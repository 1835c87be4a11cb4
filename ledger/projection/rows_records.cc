#include "ledger/projection/rows_records.h"

#include "ledger/base/coding.h"

namespace jejak::projection {
namespace {

// Above the greatest FieldKey::packed() there is none: kinds are two bits.
constexpr uint64_t kPackedMax = (uint64_t{1} << 34) - 1;

// Reads a list whose elements take at least a byte each; false when its length can't be true.
template <typename T, typename One>
bool ReadList(Reader* r, std::vector<T>* out, One one) {
  const uint64_t n = r->Varint();
  if (!r->ok() || n > r->remaining()) return false;
  out->resize(static_cast<size_t>(n));
  for (T& element : *out) one(&element);
  return r->ok();
}

}  // namespace

uint64_t ShortKey(const PublicKey& key) { return Reader(key.view()).Be64(); }

void EncodeTo(const VillageVotesRow& row, Bytes* out) {
  Writer w(out);
  w.Varint(row.stations.size());
  for (const VillageVotesRow::One& one : row.stations) {
    w.Varint(one.station);
    w.Be64(one.votes);
  }
}

template <>
std::optional<VillageVotesRow> Decode(ByteView bytes) {
  Reader r(bytes);
  VillageVotesRow row;
  const bool read = ReadList(&r, &row.stations, [&](VillageVotesRow::One* one) {
    one->station = r.VarintOf<uint16_t>();
    one->votes = r.Be64();
  });
  if (!read || !r.Done()) return std::nullopt;
  return row;
}

Bytes Encode(const CopiesRow& row) {
  Bytes out;
  Writer w(&out);
  w.Varint(row.copies.size());
  for (const Copy& copy : row.copies) {
    w.Varint(copy.round);
    w.Varint(copy.index.value);
    w.Varint(copy.values.size());
    for (const election::FieldValue& v : copy.values) {
      w.Varint(v.key.packed());
      w.Varint(v.value);
    }
  }
  return out;
}

template <>
std::optional<CopiesRow> Decode(ByteView bytes) {
  Reader r(bytes);
  CopiesRow row;
  bool whole = true, known = true;
  const bool read = ReadList(&r, &row.copies, [&](Copy* copy) {
    copy->round = r.VarintOf<uint16_t>();
    copy->index.value = r.Varint();
    whole = whole && ReadList(&r, &copy->values, [&](election::FieldValue* v) {
              v->key = FieldKey::FromPacked(r.VarintUpTo(kPackedMax));
              known = known && election::IsField(v->key);
              v->value = r.VarintOf<uint32_t>();
            });
  });
  if (!read || !whole || !known || !r.Done()) return std::nullopt;
  return row;
}

Bytes Encode(const RecordRow& row) {
  Bytes out;
  Writer w(&out);
  w.Varint(row.steps.size());
  for (const RecordStep& step : row.steps) {
    w.U8(step.what);
    w.Varint(step.by.value);
  }
  return out;
}

template <>
std::optional<RecordRow> Decode(ByteView bytes) {
  Reader r(bytes);
  RecordRow row;
  const bool read = ReadList(&r, &row.steps, [&](RecordStep* step) {
    step->what = r.U8();
    step->by.value = r.Varint();
  });
  if (!read || !r.Done()) return std::nullopt;
  return row;
}

void EncodeTo(const ActivityRow& row, Bytes* out) {
  Writer w(out);
  w.U8(static_cast<uint8_t>(row.kind));
  w.Varint(row.refusal);
  w.Varint(row.enrolled);
  w.U8(row.result ? 1 : 0);
  if (row.result) {
    w.Be64(row.result->key);
    w.Signed(row.result->received_at.value);
    w.Sized(row.result->contest);
    w.Sized(row.result->tps.view());
    w.Varint(row.result->round);
    w.Varint(row.result->votes_moved);
  }
}

template <>
std::optional<ActivityRow> Decode(ByteView bytes) {
  Reader r(bytes);
  ActivityRow row;
  const uint8_t kind = r.U8();
  row.kind = static_cast<event::BodyKind>(kind);
  row.refusal = r.VarintOf<uint16_t>();
  row.enrolled = r.VarintOf<uint32_t>();
  const uint8_t there = r.U8();
  if (there == 1) {
    ResultDone& done = row.result.emplace();
    done.key = r.Be64();
    done.received_at.value = r.Signed();
    done.contest = std::string(r.Sized());
    const auto tps = RegionCode::Parse(r.Sized());
    if (!tps) return std::nullopt;
    done.tps = *tps;
    done.round = r.VarintOf<uint16_t>();
    done.votes_moved = r.Varint();
  }
  if (kind >= event::kBodyKinds || there > 1 || !r.Done()) return std::nullopt;
  return row;
}

}  // namespace jejak::projection
