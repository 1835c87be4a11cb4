#include "ledger/event/tally_nodes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

#include "ledger/base/limits.h"
#include "ledger/crypto/sha256.h"
#include "ledger/event/decode.h"
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

// One struct in canonical form, word by word. A tree of hundreds of thousands of nodes is hashed
// again and again, and its structs are flat: to lay them out costs a tenth of building a message
// and making it canonical. That both give the same bytes is tested on random nodes.
class Layout {
 public:
  // Data words, then one pointer for each list.
  Layout(std::initializer_list<uint64_t> data, size_t pointers, Bytes* out) : out_(out) {
    out_->clear();
    size_t words = data.size();
    while (words > 0 && data.begin()[words - 1] == 0) --words;
    Word(0);
    for (size_t i = 0; i < words; ++i) Word(data.begin()[i]);
    data_words_ = words;
    first_pointer_ = out_->size();
    out_->append(pointers * sizeof(word), '\0');
  }
  // The next pointer, in their order. Empty stays null.
  void Text(std::string_view text) {
    if (!text.empty()) Blob(text, text.size() + 1);
    ++next_pointer_;
  }
  void Data(ByteView bytes) {
    if (!bytes.empty()) Blob(bytes, bytes.size());
    ++next_pointer_;
  }
  // Elements are `words` words each, as `put` says: put(element, words). All are as long as the
  // longest that doesn't end in zeros.
  template <typename T, size_t kWords, typename Put>
  void List(std::span<const T> from, Put put) {
    std::array<uint64_t, kWords> element{};
    size_t words = 0;
    for (const T& one : from) {
      put(one, element.data());
      for (size_t i = words; i < kWords; ++i) {
        if (element[i] != 0) words = i + 1;
      }
    }
    if (!from.empty()) {
      Point(1, 7, from.size() * words);
      Word((uint64_t{from.size()} << 2) | (uint64_t{words} << 32));
      for (const T& one : from) {
        put(one, element.data());
        for (size_t i = 0; i < words; ++i) Word(element[i]);
      }
    }
    ++next_pointer_;
  }
  // Trailing null pointers are not written, which moves what follows them.
  Status Finish(size_t pointers) {
    const size_t kept = used_pointers_;
    if (kept < pointers) out_->erase(first_pointer_ + kept * sizeof(word),
                                     (pointers - kept) * sizeof(word));
    SetWord(0, (uint64_t{data_words_} << 32) | (uint64_t{kept} << 48));
    // The first pointers' targets moved towards them; offsets were written as if they had not.
    for (size_t i = 0; i < kept; ++i) {
      const size_t at = first_pointer_ + i * sizeof(word);
      const uint64_t pointer = WordAt(at);
      if (pointer != 0) SetWord(at, pointer - ((uint64_t{pointers - kept}) << 2));
    }
    if (out_->size() > limits::kEntryBytesMax)
      return TooLarge(out_->size(), limits::kEntryBytesMax);
    return {};
  }

 private:
  void Word(uint64_t v) {
    char bytes[sizeof(v)];
    std::memcpy(bytes, &v, sizeof(v));  // little-endian, as this machine is
    out_->append(bytes, sizeof(v));
  }
  uint64_t WordAt(size_t at) const {
    uint64_t v = 0;
    std::memcpy(&v, out_->data() + at, sizeof(v));
    return v;
  }
  void SetWord(size_t at, uint64_t v) { std::memcpy(out_->data() + at, &v, sizeof(v)); }
  // Lets the next pointer point to the end of what is there.
  void Point(uint64_t kind, uint64_t element_size, uint64_t count) {
    const size_t at = first_pointer_ + next_pointer_ * sizeof(word);
    const uint64_t offset = (out_->size() - at) / sizeof(word) - 1;
    SetWord(at, kind | (offset << 2) | (element_size << 32) | (count << 35));
    used_pointers_ = next_pointer_ + 1;
  }
  void Blob(ByteView bytes, size_t count) {
    Point(1, 2, count);
    out_->append(bytes);
    out_->append((count + sizeof(word) - 1) / sizeof(word) * sizeof(word) - bytes.size(), '\0');
  }

  Bytes* const out_;
  size_t data_words_ = 0;
  size_t first_pointer_ = 0;
  size_t next_pointer_ = 0;
  size_t used_pointers_ = 0;
};
static_assert(std::endian::native == std::endian::little);

// A figure's number is 16 bits wide, a choice's 32; the number beside it has the other half.
void PutElement(const FieldValue& from, uint64_t* words) {
  words[0] = from.key.id | (uint64_t{from.value} << 32);
}
void PutElement(const FieldSum& from, uint64_t* words) {
  words[0] = from.key.id | (uint64_t{from.present} << 32);
  words[1] = from.sum;
}

// The three lists of either node.
template <size_t kWords, typename T>
void PutLists(const std::vector<T>& values, Layout* to) {
  const auto put = [](const T& one, uint64_t* words) { PutElement(one, words); };
  for (const FieldKind kind : {FieldKind::kFigure, FieldKind::kVotes, FieldKind::kPartyTotal})
    to->List<T, kWords>(OfKind(values, kind), put);
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

// Decoding failures have reasons of events; of a node they are all the same.
template <typename Node, typename Wire>
Result<Node> DecodeNode(ByteView bytes, Status (*get)(typename Wire::Reader, Node*)) {
  Node node;
  Status status = WithReader<Wire>(bytes, limits::kEntryBytesMax,
                                   [&](auto root) { return get(root, &node); });
  if (status.ok()) {
    Bytes encoded;
    status = EncodeTo(node, &encoded);
    if (status.ok()) status = CheckSame(bytes, encoded);
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

Status EncodeTo(const StationTally& node, Bytes* out) {
  constexpr size_t kPointers = 6;
  Layout to({node.round}, kPointers, out);
  to.Text(node.contest);
  to.Text(node.tps.view());
  PutLists<1>(node.values, &to);
  to.Data(node.event ? node.event->view() : ByteView());
  return to.Finish(kPointers);
}

Status EncodeTo(const RegionTally& node, Bytes* out) {
  constexpr size_t kPointers = 6;
  Layout to({node.registered | (uint64_t{node.reported} << 32), node.children}, kPointers, out);
  to.Text(node.contest);
  to.Text(node.region.view());
  PutLists<2>(node.sums, &to);
  to.Data(node.children_root.view());
  return to.Finish(kPointers);
}

Result<Bytes> Encode(const StationTally& node) {
  Bytes out;
  JEJAK_RETURN_IF_ERROR(EncodeTo(node, &out));
  return out;
}
Result<Bytes> Encode(const RegionTally& node) {
  Bytes out;
  JEJAK_RETURN_IF_ERROR(EncodeTo(node, &out));
  return out;
}

Result<StationTally> DecodeStationTally(ByteView bytes) {
  return DecodeNode<StationTally, wire::StationTally>(bytes, GetStation);
}
Result<RegionTally> DecodeRegionTally(ByteView bytes) {
  return DecodeNode<RegionTally, wire::RegionTally>(bytes, GetRegion);
}

Hash StationNodeHash(ByteView bytes) { return crypto::Sha256({kStationPrefix, bytes}); }
Hash RegionNodeHash(ByteView bytes) { return crypto::Sha256({kRegionPrefix, bytes}); }

}  // namespace jejak::event
