#include "ledger/projection/tables.h"

#include "ledger/base/coding.h"

namespace jejak::projection {
namespace {

Bytes Prefixed(char letter, std::string_view rest) {
  Bytes out(1, letter);
  out.append(rest);
  return out;
}

}  // namespace

Bytes ElectionKey() { return "e"; }
Bytes ContestKey(std::string_view contest) { return Prefixed('c', contest); }
Bytes RegionKey(const election::RegionCode& code) { return Prefixed('r', code.view()); }
Bytes StationKey(const election::StationCode& code) { return Prefixed('s', code.view()); }
Bytes OfficialKey(std::string_view id) { return Prefixed('o', id); }

Bytes BallotKey(std::string_view contest, std::string_view dapil) {
  Bytes out = Prefixed('b', contest);
  out.push_back('\0');
  return out.append(dapil);
}

Bytes SealKey(std::string_view contest, const election::RegionCode& region) {
  return Prefixed('z', PlaceKey(contest, region));
}

Bytes ReopenKey(std::string_view contest, const election::RegionCode& region,
                election::Stage stage) {
  Bytes out = Prefixed('y', PlaceKey(contest, region));
  out.push_back('\0');
  Writer(&out).U8(static_cast<uint8_t>(stage));
  return out;
}

Bytes RoundHereKey(std::string_view contest, const election::RegionCode& place) {
  return Prefixed('n', PlaceKey(contest, place));
}

Bytes RoundInsideKey(std::string_view contest, const election::RegionCode& place) {
  return Prefixed('i', PlaceKey(contest, place));
}

Bytes ForkKey(const PublicKey& key, uint64_t sequence) {
  Bytes out = Prefixed('f', key.view());
  Writer(&out).Be64(sequence);
  return out;
}

Bytes RecapPartKey(const PublicKey& author, std::string_view contest,
                   const election::RegionCode& region, uint16_t part) {
  Bytes out = Prefixed('p', author.view());
  out.append(PlaceKey(contest, region));
  out.push_back('\0');
  Writer(&out).Be16(part);
  return out;
}

Bytes RegistryPastKey(ByteView registry_key, LogIndex index) {
  Bytes out(registry_key);
  Writer w(&out);
  w.U8(0);
  w.Be64(index.value);
  return out;
}

Bytes TallyStateKey() { return "t"; }

Bytes TallyNodePrefix(std::string_view contest, election::Level level,
                      const election::RegionCode& inside) {
  Bytes out;
  out.reserve(contest.size() + 24);
  out.append(contest);
  out.push_back('\0');
  out.push_back(static_cast<char>(level));
  return out.append(inside.view());
}

Bytes TallyNodeKey(std::string_view contest, const election::RegionCode& region,
                   LogIndex commitment) {
  Bytes out;
  out.reserve(contest.size() + 24);
  SetTallyNodeKey(contest, region, commitment, &out);
  return out;
}

void SetTallyNodeKey(std::string_view contest, const election::RegionCode& region,
                     LogIndex commitment, Bytes* key) {
  key->assign(contest);
  Writer w(key);
  w.U8(0);
  w.U8(static_cast<uint8_t>(region.level()));
  w.Raw(region.view());
  w.Be64(commitment.value);
}

Bytes TallyDeltaPrefix(LogIndex base, std::string_view contest,
                       const election::RegionCode& place) {
  Bytes out;
  out.reserve(contest.size() + 30);
  Writer(&out).Be64(base.value);
  out.append(contest);
  out.push_back('\0');
  return out.append(place.view());
}

void SetTallyDeltaKey(LogIndex base, std::string_view contest, const election::RegionCode& place,
                      LogIndex index, Bytes* key) {
  key->clear();
  Writer w(key);
  w.Be64(base.value);
  w.Raw(contest);
  w.U8(0);
  w.Raw(place.view());
  w.Be64(index.value);
}

Bytes PlaceKey(std::string_view contest, const election::RegionCode& place) {
  Bytes out;
  out.reserve(contest.size() + 14);
  out.append(contest);
  out.push_back('\0');
  return out.append(place.view());
}

void SetPlaceKey(std::string_view contest, const election::RegionCode& place, Bytes* key) {
  key->assign(contest);
  key->push_back('\0');
  key->append(place.view());
}

Bytes PastRoundKey(std::string_view contest, const election::StationCode& tps, uint16_t round) {
  Bytes out = PlaceKey(contest, tps);
  Writer(&out).Be16(round);
  return out;
}

Bytes ActivityKey(std::string_view official, LogIndex index) {
  Bytes out(official);
  out.push_back('\0');
  Writer(&out).Be64(index.value);
  return out;
}

Bytes IndexKey(LogIndex index) {
  Bytes out;
  Writer(&out).Be64(index.value);
  return out;
}

Bytes FindingKey(std::string_view contest, const election::RegionCode& place, uint8_t rule,
                 uint64_t row, LogIndex opened_by) {
  Bytes out = PlaceKey(contest, place);
  out.push_back('\0');
  Writer w(&out);
  w.U8(rule);
  w.Be64(row);
  w.Be64(opened_by.value);
  return out;
}

Bytes RecordPrefix(RecordKind kind, std::string_view contest, const election::RegionCode& region) {
  return Prefixed(static_cast<char>(kind), PlaceKey(contest, region));
}

Bytes RecordKey(RecordKind kind, std::string_view contest, const election::RegionCode& place,
                LogIndex index) {
  Bytes out = RecordPrefix(kind, contest, place);
  out.push_back('\0');
  Writer(&out).Be64(index.value);
  return out;
}

}  // namespace jejak::projection
