// Verification of a log that somebody changed and then sealed again with the ledger's own key:
// never a crash, and no log passes whose events, signatures and verdicts are not a beginning of
// those that the authors signed and the rules gave. (When an entry was received is the ledger's own
// claim.)
#include "ledger/verify/verify.h"

#include <algorithm>

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

bool SameButTime(const Bytes& a, const Bytes& b) {
  auto x = event::DecodeEntry(a), y = event::DecodeEntry(b);
  if (!x.ok() || !y.ok()) return false;
  y->received_at = x->received_at;
  return *x == *y;
}

}  // namespace

void Run(ByteView input) {
  const std::vector<Bytes>& honest = World::The().entries();
  Log log;
  log.entries = honest;
  Reader r(input);
  for (int edits = 0; r.remaining() >= 3 && edits < 16; ++edits) Edit(&r, &log.entries);
  log.Seal();
  verify::Options options;
  options.threads = 1;
  options.anchor.key = World::The().log_key();
  const auto report = verify::Verify(log, options);
  if (!report.ok() || report->fault) return;
  JEJAK_CHECK(log.entries.size() <= honest.size());
  JEJAK_CHECK(std::equal(log.entries.begin(), log.entries.end(), honest.begin(), SameButTime));
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
