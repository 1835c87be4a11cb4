#include "ledger/event/tally_nodes.h"

#include <algorithm>

#include "ledger/base/limits.h"
#include "ledger/crypto/sha256.h"
#include "ledger/event/decode.h"
#include "ledger/event/encode.h"
#include "ledger/event/message.h"
#include "proto/tally.capnp.h"

namespace jejak::event {
namespace {

using election::FieldKey;
using election::FieldKind;
using election::FieldValue;

constexpr std::string_view kStationPrefix("jejak/tally/station/1\0", 22);
constexpr std::string_view kRegionPrefix("jejak/tally/region/1\0", 21);

// The fields of one kind, which lie together in an ascending list.
template <typename T>
std::span<const T> OfKind(const std::vector<T>& values, FieldKind kind) {
  const auto less = [](const T& v, FieldKind k) { return v.key.kind < k; };
  const auto begin = std::lower_bound(values.begin(), values.end(), kind, less);
  const auto end =
      std::find_if(begin, values.end(), [&](const T& v) { return v.key.kind != kind; });
  return {begin, end};
}

void PutKey(const FieldKey& key, wire::FigureValue::Builder to) {
  to.setFigure(static_cast<wire::Figure>(key.id));
}
void PutKey(const FieldKey& key, wire::FigureSum::Builder to) {
  to.setFigure(static_cast<wire::Figure>(key.id));
}
void PutKey(const FieldKey& key, wire::ChoiceValue::Builder to) { to.setChoice(key.id); }
void PutKey(const FieldKey& key, wire::ChoiceSum::Builder to) { to.setChoice(key.id); }

void PutNumbers(const FieldValue& from, auto to) { to.setValue(from.value); }
void PutNumbers(const FieldSum& from, auto to) {
  to.setPresent(from.present);
  to.setSum(from.sum);
}

// The three lists of either node.
template <typename T, typename Node>
void PutLists(const std::vector<T>& values, Node to) {
  const auto put = [](std::span<const T> from, auto list) {
    for (unsigned i = 0; i < list.size(); ++i) {
      PutKey(from[i].key, list[i]);
      PutNumbers(from[i], list[i]);
    }
  };
  if (const auto f = OfKind(values, FieldKind::kFigure); !f.empty())
    put(f, to.initFigures(Count(f.size())));
  if (const auto v = OfKind(values, FieldKind::kVotes); !v.empty())
    put(v, to.initVotes(Count(v.size())));
  if (const auto p = OfKind(values, FieldKind::kPartyTotal); !p.empty())
    put(p, to.initPartyTotals(Count(p.size())));
}

void GetNumbers(wire::FigureValue::Reader from, FieldValue* to) { to->value = from.getValue(); }
void GetNumbers(wire::ChoiceValue::Reader from, FieldValue* to) { to->value = from.getValue(); }
void GetNumbers(auto from, FieldSum* to) {
  to->present = from.getPresent();
  to->sum = from.getSum();
}

void GetKey(const char* field, auto from, FieldKind kind, Decoder* d, FieldKey* to) {
  to->kind = kind;
  if constexpr (requires { from.getFigure(); }) {
    to->id = static_cast<uint32_t>(from.getFigure());
    if (to->id >= election::kFigures)
      d->Fail(Reason::kRulesUnknown, field, "is a word that this program does not know");
  } else {
    to->id = from.getChoice();
    if (to->id == 0) d->Fail(Reason::kFieldInvalid, field, "is no choice");
  }
}

template <typename T>
void GetList(const char* field, auto list, FieldKind kind, Decoder* d, std::vector<T>* to) {
  if (!d->FitsList(field, list.size())) return;
  for (const auto from : list) {
    T value;
    GetKey(field, from, kind, d, &value.key);
    GetNumbers(from, &value);
    if (!to->empty() && !(to->back().key < value.key))
      d->Fail(Reason::kFieldInvalid, field, "is not strictly ascending");
    if constexpr (std::is_same_v<T, FieldSum>) {
      if (value.present == 0) d->Fail(Reason::kFieldInvalid, field, "is a sum over no TPS");
    }
    to->push_back(value);
  }
}

template <typename T>
void GetLists(auto from, Decoder* d, std::vector<T>* to) {
  GetList("figures", from.getFigures(), FieldKind::kFigure, d, to);
  GetList("votes", from.getVotes(), FieldKind::kVotes, d, to);
  GetList("partyTotals", from.getPartyTotals(), FieldKind::kPartyTotal, d, to);
}

template <typename Use>
Status WithEncoded(const StationTally& node, Use use) {
  const auto put = [&node](wire::StationTally::Builder to) {
    to.setContest(Text(node.contest));
    Put(node.tps, to.initTps(Count(node.tps)));
    to.setRound(node.round);
    PutLists(node.values, to);
    if (node.event) to.setEvent(Data(*node.event));
  };
  return WithCanonical<wire::StationTally>(limits::kEntryBytesMax, put, use);
}

template <typename Use>
Status WithEncoded(const RegionTally& node, Use use) {
  const auto put = [&node](wire::RegionTally::Builder to) {
    to.setContest(Text(node.contest));
    if (!node.region.IsNation()) Put(node.region, to.initRegion(Count(node.region)));
    to.setRegistered(node.registered);
    to.setReported(node.reported);
    to.setChildren(node.children);
    PutLists(node.sums, to);
    to.setChildrenRoot(Data(node.children_root));
  };
  return WithCanonical<wire::RegionTally>(limits::kEntryBytesMax, put, use);
}

template <typename Node>
Result<Bytes> EncodeNode(const Node& node) {
  Bytes out;
  JEJAK_RETURN_IF_ERROR(WithEncoded(node, [&out](ByteView bytes) {
    out.assign(bytes);
    return OkStatus();
  }));
  return out;
}

// Decoding failures have reasons of events; of a node they are all the same.
template <typename Node, typename Wire>
Result<Node> DecodeNode(ByteView bytes, Status (*get)(typename Wire::Reader, Node*)) {
  Node node;
  Status status = WithReader<Wire>(bytes, limits::kEntryBytesMax,
                                   [&](auto root) { return get(root, &node); });
  if (status.ok()) {
    status = WithEncoded(node, [bytes](ByteView encoded) { return CheckSame(bytes, encoded); });
  }
  if (!status.ok()) return Status(Reason::kTallyNodeMalformed, status.message());
  return node;
}

Status GetStation(wire::StationTally::Reader from, StationTally* to) {
  Decoder d;
  Decoder::Text(from.getContest(), &to->contest);
  d.Region("tps", from.getTps(), &to->tps);
  if (d.ok() && !to->tps.IsStation()) d.Fail(Reason::kFieldInvalid, "tps", "is not 13 digits");
  to->round = from.getRound();
  GetLists(from, &d, &to->values);
  d.Optional("event", from.getEvent(), &to->event);
  return d.Take();
}

Status GetRegion(wire::RegionTally::Reader from, RegionTally* to) {
  Decoder d;
  Decoder::Text(from.getContest(), &to->contest);
  d.Region("region", from.getRegion(), &to->region);
  if (d.ok() && to->region.IsStation())
    d.Fail(Reason::kFieldInvalid, "region", "is a station, not a region");
  to->registered = from.getRegistered();
  to->reported = from.getReported();
  to->children = from.getChildren();
  GetLists(from, &d, &to->sums);
  d.Fixed("childrenRoot", from.getChildrenRoot(), &to->children_root);
  return d.Take();
}

}  // namespace

bool StationTally::Reported() const {
  return std::any_of(values.begin(), values.end(), [](const FieldValue& v) {
    return v.key.kind == FieldKind::kVotes || v.key.kind == FieldKind::kPartyTotal;
  });
}

Result<Bytes> Encode(const StationTally& node) { return EncodeNode(node); }
Result<Bytes> Encode(const RegionTally& node) { return EncodeNode(node); }

Result<StationTally> DecodeStationTally(ByteView bytes) {
  return DecodeNode<StationTally, wire::StationTally>(bytes, GetStation);
}
Result<RegionTally> DecodeRegionTally(ByteView bytes) {
  return DecodeNode<RegionTally, wire::RegionTally>(bytes, GetRegion);
}

Hash StationNodeHash(ByteView bytes) { return crypto::Sha256({kStationPrefix, bytes}); }
Hash RegionNodeHash(ByteView bytes) { return crypto::Sha256({kRegionPrefix, bytes}); }

}  // namespace jejak::event
