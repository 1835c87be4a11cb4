#include "ledger/projection/rows.h"

#include <algorithm>
#include <functional>

#include "ledger/base/check.h"
#include "ledger/base/coding.h"

namespace jejak::projection {
namespace {

using admission::BallotState;
using admission::ContestState;
using admission::KeyState;
using admission::OfficialState;
using admission::ReferenceState;
using admission::SealState;
using admission::StationState;

template <typename T>
bool IsWord(T v) {
  return std::ranges::find(election::AllOf<T>(), v) != election::AllOf<T>().end();
}
bool IsWord(event::BodyKind v) { return static_cast<size_t>(v) < event::kBodyKinds; }

// Writes and reads share one description of each row: Visit(archive, row). An archive is Out or In;
// both take the members in the same order, so that the two directions can't drift apart.
struct Out {
  explicit Out(Bytes* bytes) : w(bytes) {}
  Writer w;
  void operator()(const std::string& v) { w.Sized(v); }
  void operator()(const RegionCode& v) { w.Sized(v.view()); }
  template <size_t N, typename Tag>
  void operator()(const FixedBytes<N, Tag>& v) {
    w.Fixed(v);
  }
  void operator()(bool v) { w.U8(v ? 1 : 0); }
  void operator()(LogIndex v) { w.Varint(v.value); }
  void operator()(UnixMicros v) { w.Signed(v.value); }
  void operator()(int64_t v) { w.Signed(v); }
  void operator()(int32_t v) { w.Signed(v); }
  void operator()(int16_t v) { w.Signed(v); }
  // The kind in the low bits, so that a choice's number stays short.
  void operator()(FieldKey v) {
    w.Varint((uint64_t{v.id} << 2) | static_cast<uint64_t>(v.kind));
  }
  template <typename T>
    requires std::is_unsigned_v<T> && (!std::is_same_v<T, bool>)
  void operator()(T v) {
    w.Varint(v);
  }
  template <typename T>
    requires std::is_enum_v<T>
  void operator()(T v) {
    w.Varint(static_cast<uint64_t>(v));
  }
  template <typename T>
  void operator()(const std::optional<T>& v) {
    w.U8(v ? 1 : 0);
    if (v) (*this)(*v);
  }
  template <typename T>
  void operator()(const std::vector<T>& v) {
    w.Varint(v.size());
    for (const T& element : v) (*this)(element);
  }
  template <typename T>
    requires std::is_class_v<T>
  void operator()(const T& v) {
    Visit(*this, const_cast<T&>(v));
  }
};

struct In {
  explicit In(ByteView bytes) : r(bytes) {}
  Reader r;
  bool bad = false;
  void operator()(std::string& v) { v = std::string(r.Sized()); }
  void operator()(RegionCode& v) {
    const auto code = RegionCode::Parse(r.Sized());
    if (code) v = *code;
    bad |= !code;
  }
  template <size_t N, typename Tag>
  void operator()(FixedBytes<N, Tag>& v) {
    v = r.Fixed<FixedBytes<N, Tag>>();
  }
  void operator()(bool& v) {
    const uint8_t b = r.U8();
    bad |= b > 1;
    v = b == 1;
  }
  void operator()(LogIndex& v) { v.value = r.Varint(); }
  void operator()(UnixMicros& v) { v.value = r.Signed(); }
  void operator()(int64_t& v) { v = r.Signed(); }
  void operator()(int32_t& v) { Narrow(v); }
  void operator()(int16_t& v) { Narrow(v); }
  template <typename T>
  void Narrow(T& v) {
    const int64_t wide = r.Signed();
    v = static_cast<T>(wide);
    bad |= v != wide;
  }
  void operator()(FieldKey& v) {
    const uint64_t packed = r.Varint();
    v = {static_cast<election::FieldKind>(packed & 3), static_cast<uint32_t>(packed >> 2)};
    bad |= (packed >> 34) != 0 || !election::IsField(v);
  }
  template <typename T>
    requires std::is_unsigned_v<T> && (!std::is_same_v<T, bool>)
  void operator()(T& v) {
    v = r.VarintOf<T>();
  }
  // Tables are indexed by words: one that nobody knows is damage.
  template <typename T>
    requires std::is_enum_v<T>
  void operator()(T& v) {
    v = static_cast<T>(r.VarintOf<std::underlying_type_t<T>>());
    bad |= !IsWord(v);
  }
  template <typename T>
  void operator()(std::optional<T>& v) {
    bool there = false;
    (*this)(there);
    if (there) (*this)(v.emplace());
  }
  template <typename T>
  void operator()(std::vector<T>& v) {
    const uint64_t n = r.Varint();
    if (n > r.remaining()) bad = true;  // every element takes at least a byte
    if (bad || !r.ok()) return;
    v.resize(static_cast<size_t>(n));
    for (T& element : v) (*this)(element);
  }
  template <typename T>
    requires std::is_class_v<T>
  void operator()(T& v) {
    Visit(*this, v);
  }
};

// What else holds of every row that was written. Checked of one that is read: others rely on it.
void Must(Out&, auto) {}
void Must(In& a, auto holds) { a.bad |= !holds(); }
constexpr auto kAscending = [](const auto& list, auto by) {
  return std::ranges::adjacent_find(list, std::ranges::greater_equal(), by) == list.end();
};

template <typename A, typename... M>
void Each(A& a, M&... members) {
  (a(members), ...);
}

template <typename A>
void Visit(A& a, admission::ElectionState& v) {
  Each(a, v.id, v.kind, v.mode, v.rules, v.dpt_max, v.reserve_permille, v.ledger_key);
}
template <typename A>
void Visit(A& a, ElectionRow& v) {
  Each(a, v.state, v.name, v.origin, v.voting_day, v.root_key, v.supervisors_key, v.contests);
}
template <typename A>
void Visit(A& a, event::Deadline& v) {
  Each(a, v.stage, v.local_seconds);
}
template <typename A>
void Visit(A& a, ContestState& v) {
  Each(a, v.id, v.kind, v.name, v.covered, v.excepted, v.last_stage, v.kpps_may_correct,
       v.deadlines);
}
template <typename A>
void Visit(A& a, RegionRow& v) {
  Each(a, v.state.name, v.state.kind, v.state.utc_offset, v.state.expected_stations,
       v.children_expected, v.children_known, v.stations, v.stations_listed, v.listed_l,
       v.listed_p);
}
template <typename A>
void Visit(A& a, event::Dpt& v) {
  Each(a, v.l, v.p);
}
template <typename A>
void Visit(A& a, StationState& v) {
  Each(a, v.name, v.kind, v.dpt, v.registered_at);
}
template <typename A>
void Visit(A& a, event::NewKey& v) {
  Each(a, v.key, v.proof);
}
template <typename A>
void Visit(A& a, event::Choice& v) {
  Each(a, v.id, v.kind, v.number, v.name, v.party, v.witness_key);
}
template <typename A>
void Visit(A& a, BallotState& v) {
  Each(a, v.contest, v.dapil, v.members, v.choices, v.registered_at);
}
template <typename A>
void Visit(A& a, OfficialState& v) {
  Each(a, v.body, v.role, v.jurisdiction, v.contest, v.choice, v.decree, v.name, v.enrolled_at,
       v.enrolled_by, v.suspended, v.keys);
}
template <typename A>
void Visit(A& a, KeyRow& v) {
  KeyState& s = v.state;
  Each(a, s.official, s.role, s.jurisdiction, s.contest, s.choice, s.enrolled_at, s.next_sequence,
       s.head, s.refusals_in_a_row, s.suspended, s.revoked, s.official_suspended, v.revoked_at,
       v.suspect_since);
}
template <typename A>
void Visit(A& a, event::Evidence& v) {
  Each(a, v.page, v.media_type, v.sha256, v.url);
}
template <typename A>
void Visit(A& a, OpenFinding& v) {
  Each(a, v.rule, v.row, v.opened_by);
  Must(a, [&] { return election::IsRule(v.rule); });
}
template <typename A>
void Visit(A& a, StationFlags& v) {
  Each(a, v.reported, v.corrected, v.completed, v.evidence_replaced, v.with_findings);
}
// A figure or page was set by one of the round's versions: its place in their list, from the newest
// back, is short. One that isn't in the list can't be written.
void SetBy(Out& a, const std::vector<LogIndex>& versions, LogIndex& v) {
  const auto at = std::lower_bound(versions.begin(), versions.end(), v);
  JEJAK_CHECK(at != versions.end() && *at == v);
  a.w.Varint(static_cast<uint64_t>(versions.end() - at) - 1);
}
void SetBy(In& a, const std::vector<LogIndex>& versions, LogIndex& v) {
  const uint64_t back = a.r.Varint();
  a.bad |= back >= versions.size();
  if (!a.bad) v = versions[versions.size() - 1 - static_cast<size_t>(back)];
}
void Size(Out& a, auto& list) { a.w.Varint(list.size()); }
void Size(In& a, auto& list) {
  const uint64_t n = a.r.Varint();
  if (n > a.r.remaining()) a.bad = true;
  if (!a.bad) list.resize(static_cast<size_t>(n));
}
template <typename A>
void Visit(A& a, RoundRow& v) {
  Each(a, v.round, v.opened_at, v.opened_event, v.newest_event, v.finalised, v.ppk_acted, v.flags,
       v.versions);
  Must(a, [&] { return kAscending(v.versions, std::identity()); });
  Size(a, v.cells);
  for (Cell& cell : v.cells) {
    Each(a, cell.key, cell.value);
    SetBy(a, v.versions, cell.set_by);
  }
  Must(a, [&] { return kAscending(v.cells, &Cell::key); });
  Each(a, v.evidence);
  v.evidence_set_by.resize(v.evidence.size());
  for (LogIndex& index : v.evidence_set_by) SetBy(a, v.versions, index);
  Each(a, v.findings);
}
template <typename A>
void Visit(A& a, Report& v) {
  Each(a, v.index, v.received_at);
}
template <typename A>
void Visit(A& a, ResultRow& v) {
  Each(a, v.reports, v.shown_round, v.newest);
}
template <typename A>
void Visit(A& a, StationCounts& v) {
  Each(a, v.total, v.reported, v.corrected, v.completed, v.evidence_replaced, v.with_findings);
}
template <typename A>
void Visit(A& a, SumCell& v) {
  Each(a, v.key, v.sum, v.present);
}
template <typename A>
void Visit(A& a, TallyRow& v) {
  Each(a, v.stations, v.sums);
  Must(a, [&] { return kAscending(v.sums, &SumCell::key); });
}
template <typename A>
void Visit(A& a, NodeRow& v) {
  Each(a, v.node, v.children, v.children_root, v.tally);
}
template <typename A>
void Visit(A& a, SumDelta& v) {
  Each(a, v.key, v.sum, v.present);
}
template <typename A>
void Visit(A& a, TallyDelta& v) {
  Each(a, v.stations, v.sums);
  Must(a, [&] { return kAscending(v.sums, &SumDelta::key); });
}
template <typename A>
void Visit(A& a, TallyStateRow& v) {
  Each(a, v.base, v.changes);
}
template <typename A>
void Visit(A& a, election::BigFieldValue& v) {
  Each(a, v.key, v.value);
}
template <typename A>
void Visit(A& a, RecapPartRow::Child& v) {
  Each(a, v.region, v.values);
}
template <typename A>
void Visit(A& a, RecapPartRow& v) {
  Each(a, v.event, v.parts, v.rows);
}
template <typename A>
void Visit(A& a, RefusalRow& v) {
  Each(a, v.reason, v.number, v.official, v.place);
}
template <typename A>
void Visit(A& a, FindingRow& v) {
  Each(a, v.cleared_by, v.fields);
}
template <typename A>
void Visit(A& a, ReferenceState& v) {
  Each(a, v.index, v.kind, v.contest, v.place, v.outcome, v.issuer, v.decision_kind, v.places,
       v.contests, v.resolved, v.used);
}
template <typename A>
void Visit(A& a, SealState& v) {
  Each(a, v.certified_at, v.event);
}

template <typename Row>
Bytes EncodeRow(const Row& row) {
  Bytes out;
  Out archive(&out);
  archive(row);
  return out;
}

}  // namespace

std::optional<uint32_t> RegionRow::Expected() const {
  if (state.expected_stations) return state.expected_stations;
  if (children_known == 0) return std::nullopt;
  return children_expected;
}

void StationCounts::Add(const StationCounts& other) {
  total += other.total;
  reported += other.reported;
  corrected += other.corrected;
  completed += other.completed;
  evidence_replaced += other.evidence_replaced;
  with_findings += other.with_findings;
}

bool StationCounts::IsZero() const { return *this == StationCounts{}; }

#define JEJAK_ROW(type)                                             \
  Bytes Encode(const type& row) { return EncodeRow(row); }          \
  template <>                                                       \
  std::optional<type> Decode<type>(ByteView bytes) {                \
    In archive(bytes);                                              \
    type row;                                                       \
    archive(row);                                                   \
    if (archive.bad || !archive.r.Done()) return std::nullopt;      \
    return row;                                                     \
  }
JEJAK_ROW(ElectionRow)
JEJAK_ROW(ContestState)
JEJAK_ROW(RegionRow)
JEJAK_ROW(StationState)
JEJAK_ROW(OfficialState)
JEJAK_ROW(KeyRow)
JEJAK_ROW(ResultRow)
JEJAK_ROW(RoundRow)
JEJAK_ROW(TallyRow)
JEJAK_ROW(NodeRow)
JEJAK_ROW(TallyDelta)
JEJAK_ROW(TallyStateRow)
JEJAK_ROW(RecapPartRow)
JEJAK_ROW(RefusalRow)
JEJAK_ROW(FindingRow)
JEJAK_ROW(ReferenceState)
JEJAK_ROW(SealState)
#undef JEJAK_ROW

std::optional<std::vector<Report>> DecodeReports(ByteView bytes) {
  In archive(bytes);
  std::vector<Report> reports;
  archive(reports);
  if (archive.bad || !archive.r.ok()) return std::nullopt;
  return reports;
}

#define JEJAK_ROW_TO(type)                       \
  void EncodeTo(const type& row, Bytes* out) {   \
    Out archive(out);                            \
    archive(row);                                \
  }
JEJAK_ROW_TO(StationState)
JEJAK_ROW_TO(SealState)
JEJAK_ROW_TO(KeyRow)
JEJAK_ROW_TO(ResultRow)
JEJAK_ROW_TO(NodeRow)
JEJAK_ROW_TO(TallyDelta)
#undef JEJAK_ROW_TO

Bytes Encode(const BallotState& row) { return EncodeRow(row); }
template <>
std::optional<BallotState> Decode<BallotState>(ByteView bytes) {
  In archive(bytes);
  BallotState row;
  archive(row);
  if (archive.bad || !archive.r.Done()) return std::nullopt;
  row.Index();
  return row;
}

}  // namespace jejak::projection
