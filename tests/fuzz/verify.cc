// Verification of a log that somebody changed and then sealed again with the ledger's own key:
// never a crash, and what passes says nothing that the authors did not sign and the rules did not
// give. What such a ledger can do unseen, as long as nobody kept a checkpoint or a receipt, is to
// leave out the last words of an author, to change the order of authors, and to say when an entry
// was received (docs/internals/threat-model.md). Against the true checkpoint only the true log
// passes.
#include "ledger/verify/verify.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/base/coding.h"
#include "ledger/event/codec.h"
#include "ledger/merkle/checkpoint.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

namespace jejak::fuzz {
namespace {

struct Log final : verify::LogSource {
  std::vector<Bytes> entries;
  std::string checkpoint;

  Result<Bytes> EntryBytes(LogIndex index) const override {
    if (index.value < entries.size()) return entries[index.value];
    return Status(Reason::kNotFound, "no such entry");
  }
  Result<std::string> Checkpoint() const override { return checkpoint; }
  void Seal() {
    merkle::RootBuilder tree;
    for (const Bytes& entry : entries) tree.Append(merkle::LeafHash(entry));
    static const crypto::SecretKey key = testing::SmallElection::KeyOf("ledger");
    checkpoint = merkle::FormatNote(
        merkle::SignCheckpoint({"jejak.example/small", tree.size(), tree.Root(), {}}, key));
  }
};

// Changes of what an entry says, written out again as an entry.
void EditEntry(Reader* r, Bytes* bytes) {
  auto entry = event::DecodeEntry(*bytes);
  if (!entry.ok()) return;
  switch (r->U8() % 5) {
    case 0:
      entry->received_at.value ^= static_cast<int64_t>(r->Be32());
      break;
    case 1:
      entry->event[r->Be16() % entry->event.size()] ^= static_cast<char>(r->U8());
      break;
    case 2:
      entry->signature.bytes[r->U8() % Signature::kSize] ^= r->U8();
      break;
    case 3:
      entry->refusal.reset();
      break;
    default: {
      const auto reason = ReasonByLoggedNumber(r->U8());
      if (reason) entry->refusal = event::Refusal{*reason, r->U8()};
      break;
    }
  }
  auto encoded = event::EncodeEntry(*entry);
  if (encoded.ok()) *bytes = std::move(*encoded);
}

void Edit(Reader* r, std::vector<Bytes>* entries) {
  if (entries->empty()) return;
  const uint8_t op = r->U8();
  const size_t at = r->U8() % entries->size(), other = r->U8() % entries->size();
  const auto place = [&](size_t i) { return entries->begin() + static_cast<ptrdiff_t>(i); };
  switch (op % 7) {
    case 0:
      (*entries)[at][r->Be16() % (*entries)[at].size()] ^= static_cast<char>(r->U8());
      return;
    case 1:
      entries->erase(place(at));
      return;
    case 2:
      std::swap((*entries)[at], (*entries)[other]);
      return;
    case 3:
      entries->insert(place(at), Bytes((*entries)[other]));
      return;
    case 4:
      entries->resize(at);
      return;
    case 5:
      (*entries)[at] = Bytes(r->Raw(std::min<size_t>(r->U8() * 8u + 8, r->remaining())));
      if ((*entries)[at].empty()) entries->erase(place(at));
      return;
    default:
      EditEntry(r, &(*entries)[at]);
  }
}

// What the true log says of an event: at which place of its author's chain, with which signature
// and verdict.
struct True {
  PublicKey author;
  uint64_t sequence = 0;
  Signature signature;
  std::optional<event::Refusal> refusal;
  bool commits = false;          // to the tallies
  std::set<Hash> counted_before;  // of a commitment: what was accepted before it
};
using Events = std::map<Hash, True>;

Events EventsOf(const std::vector<Bytes>& entries) {
  Events out;
  std::set<Hash> accepted;
  for (const Bytes& bytes : entries) {
    const auto entry = event::DecodeEntry(bytes);
    JEJAK_CHECK(entry.ok());
    const auto event = event::DecodeEvent(entry->event);
    JEJAK_CHECK(event.ok());
    const bool commits = std::holds_alternative<event::TallyCommitted>(event->body);
    const Hash hash = event::EventHash(entry->event);
    True one{event->author, event->sequence, entry->signature, entry->refusal, commits, {}};
    if (commits) one.counted_before = accepted;
    JEJAK_CHECK(out.emplace(hash, std::move(one)).second);
    if (!commits && !entry->refusal) accepted.insert(hash);
  }
  return out;
}

// Every event is one of the true log's, with its signature and verdict, none twice; of each author
// they are the first ones, in their order; and before a commitment stands all that it counts and
// nothing else that counts.
void CheckLikeTheTrueLog(const std::vector<Bytes>& entries, const Events& honest) {
  const Events events = EventsOf(entries);
  std::map<PublicKey, uint64_t> next;
  for (const Bytes& bytes : entries) {
    const Hash hash = event::EventHash(event::DecodeEntry(bytes)->event);
    const True& one = events.at(hash);
    const auto known = honest.find(hash);
    JEJAK_CHECK(known != honest.end());
    JEJAK_CHECK(one.signature == known->second.signature);
    JEJAK_CHECK(one.refusal == known->second.refusal);
    JEJAK_CHECK(one.sequence == next[one.author]++);
    JEJAK_CHECK(one.counted_before == known->second.counted_before);
  }
}

bool Passes(const Log& log, const verify::Options& options) {
  const auto report = verify::Verify(log, options);
  return report.ok() && !report->fault;
}

}  // namespace

void Run(ByteView input) {
  const std::vector<Bytes>& honest = World::The().entries();
  static const Events events = EventsOf(honest);
  Log log;
  log.entries = honest;
  Reader r(input);
  for (int edits = 0; r.remaining() >= 3 && edits < 16; ++edits) Edit(&r, &log.entries);
  log.Seal();
  verify::Options options;
  options.threads = 1;
  options.anchor.key = World::The().log_key();
  if (!Passes(log, options)) return;
  CheckLikeTheTrueLog(log.entries, events);
  options.anchor.since = World::The().checkpoint();
  JEJAK_CHECK(Passes(log, options) == (log.entries == honest));
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out = {Bytes()};
  for (int op = 0; op < 7; ++op) {
    for (const int at : {0, 3, 9, 12}) {
      out.push_back(
          Bytes({static_cast<char>(op), static_cast<char>(at), '\1', '\0', '\0', '\2', '\4'}));
      out.push_back(
          Bytes({static_cast<char>(op), static_cast<char>(at), '\2', '\4', '\1', '\1', '\1'}));
    }
  }
  return out;
}

}  // namespace jejak::fuzz
