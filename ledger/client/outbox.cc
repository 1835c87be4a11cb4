#include "ledger/client/outbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ledger/base/check.h"
#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/client/pause.h"

namespace jejak::client {
namespace {

constexpr size_t kSmallFileBytesMax = 256;

Status Damaged(const std::filesystem::path& file, const char* what) {
  return Status(Reason::kOutboxDamaged, fmt::format("{}: {}", file.string(), what))
      .With("file", file.string());
}

Status PutDurably(const std::filesystem::path& file, ByteView bytes) {
  JEJAK_RETURN_IF_ERROR(ReplaceFile(file, bytes));
  return SyncFolder(file.parent_path());
}

event::ChainHead After(const OutboxEvent& event) { return {event.sequence + 1, event.hash}; }

std::string BaseText(const event::ChainHead& head) {
  return fmt::format("sequence {}\nprevious {}\n", head.next_sequence, ToHex(head.previous));
}

// Whoever has it signs, which takes milliseconds.
Result<Fd> AwaitLock(const std::filesystem::path& dir, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kPause{10};
  for (auto waited = kPause;; waited += kPause) {
    auto lock = TakeLock(dir, false);
    if (lock.ok() || lock.status().reason() != Reason::kLedgerInUse || waited > patience)
      return lock;
    Pause(kPause);
  }
}

std::optional<event::ChainHead> ParseBase(std::string_view text) {
  constexpr std::string_view kSequence = "sequence ", kPrevious = "\nprevious ";
  event::ChainHead out;
  const size_t split = text.find(kPrevious);
  if (!text.starts_with(kSequence) || split == text.npos) return std::nullopt;
  std::from_chars(text.data() + kSequence.size(), text.data() + split, out.next_sequence);
  const auto previous =
      FixedFromHex<Hash>(text.substr(split + kPrevious.size(), 2 * sizeof(Hash)));
  if (!previous) return std::nullopt;
  out.previous = *previous;
  if (BaseText(out) != text) return std::nullopt;  // one writing per meaning
  return out;
}

}  // namespace

std::filesystem::path Outbox::FolderOf(const PublicKey& key) const { return dir_ / ToHex(key); }

std::filesystem::path Outbox::FileOf(const PublicKey& key, uint64_t sequence,
                                     const char* kind) const {
  return FolderOf(key) / fmt::format("{:020}.{}", sequence, kind);
}

Result<std::unique_ptr<Outbox>> Outbox::Open(const std::filesystem::path& dir, For purpose,
                                             std::chrono::milliseconds patience) {
  JEJAK_RETURN_IF_ERROR(MakeFolder(dir));
  std::unique_ptr<Outbox> out(new Outbox(dir));
  if (purpose == For::kSending) {
    JEJAK_RETURN_IF_ERROR(MakeFolder(dir / "sending"));
    JEJAK_ASSIGN_OR_RETURN(out->lock_, TakeLock(dir / "sending", false));
  }
  JEJAK_ASSIGN_OR_RETURN(Fd whole, AwaitLock(dir, patience));
  JEJAK_RETURN_IF_ERROR(out->Load());
  if (purpose == For::kSigning) out->lock_ = std::move(whole);
  return out;
}

Status Outbox::Load() {
  const auto file = dir_ / "election";
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(file));
  if (there) {
    JEJAK_ASSIGN_OR_RETURN(const Bytes text, ReadFile(file, kSmallFileBytesMax));
    const auto id = FixedFromHex<Hash>(std::string_view(text).substr(0, text.find('\n')));
    if (!id || text != ToHex(*id) + "\n") return Damaged(file, "not the hash of an election");
    election_ = id;
  }
  std::error_code error;
  for (const auto& one : std::filesystem::directory_iterator(dir_, error)) {
    const auto key = FixedFromHex<PublicKey>(one.path().filename().string());
    if (key) JEJAK_RETURN_IF_ERROR(LoadChain(*key));
  }
  if (error) return FromErrno(error.value(), "list", dir_);
  return {};
}

Status Outbox::LoadChain(const PublicKey& key) {
  const auto base = FolderOf(key) / "base";
  // Counted, so that one beyond a gap is seen, and one that is gone though it was settled.
  size_t files = 0;
  uint64_t settled_end = 0;
  std::filesystem::path last_draft;  // by name, which is by sequence
  std::error_code error;
  for (const auto& one : std::filesystem::directory_iterator(FolderOf(key), error)) {
    if (one.path().extension() == ".event") ++files;
    if (one.path().extension() == ".draft") last_draft = std::max(last_draft, one.path());
    if (one.path().extension() != ".settled") continue;
    const std::string name = one.path().stem().string();
    uint64_t sequence = 0;
    std::from_chars(name.data(), name.data() + name.size(), sequence);
    settled_end = std::max(settled_end, sequence + 1);
  }
  if (error) return FromErrno(error.value(), "list", FolderOf(key));
  JEJAK_ASSIGN_OR_RETURN(const bool begun, Exists(base));
  if (!begun) {
    // Begin died between making the folder and its first file, and nothing can be signed before.
    return files > 0 ? Damaged(base, "missing beside events") : Status();
  }
  JEJAK_ASSIGN_OR_RETURN(const Bytes text, ReadFile(base, kSmallFileBytesMax));
  const auto head = ParseBase(text);
  if (!head) return Damaged(base, "not the beginning of a chain");
  Chain chain{*head, {}, std::nullopt};
  event::ChainHead next = *head;
  for (; files > 0; --files) {
    JEJAK_ASSIGN_OR_RETURN(chain.events.emplace_back(),
                           ReadEvent(key, next.next_sequence, next.previous));
    next = After(chain.events.back());
  }
  if (settled_end > next.next_sequence) {
    return Damaged(FileOf(key, settled_end - 1, "event"), "missing, though it was sent");
  }
  const auto draft = FileOf(key, next.next_sequence, "draft");
  // It would be met once the chain has come that far, with events before it that can't be sent.
  if (last_draft > draft) return Damaged(last_draft, "beyond the end of the chain");
  JEJAK_ASSIGN_OR_RETURN(const bool drafted, Exists(draft));
  if (drafted) {
    JEJAK_ASSIGN_OR_RETURN(chain.draft, ReadFile(draft, limits::kEventBytesMax));
    const auto event = event::DecodeEvent(*chain.draft);
    if (!event.ok() || event->author != key || event->sequence != next.next_sequence ||
        event->previous != next.previous) {
      return Damaged(draft, "not the key's next event");
    }
  }
  chains_[key] = std::move(chain);
  return {};
}

Result<OutboxEvent> Outbox::ReadEvent(const PublicKey& key, uint64_t sequence,
                                      const Hash& previous) const {
  const auto file = FileOf(key, sequence, "event");
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(file));
  if (!there) return Damaged(file, "missing, though later events are there");
  JEJAK_ASSIGN_OR_RETURN(const Bytes bytes,
                         ReadFile(file, sizeof(Signature) + limits::kEventBytesMax));
  const auto signature = Signature::From(ByteView(bytes).substr(0, sizeof(Signature)));
  if (!signature) return Damaged(file, "too short");
  OutboxEvent out{sequence, {bytes.substr(sizeof(Signature)), *signature}, {}, std::nullopt};
  const auto event = event::DecodeEvent(out.event.bytes);
  if (!event.ok()) return Damaged(file, "no event");
  if (event->author != key || event->sequence != sequence || event->previous != previous)
    return Damaged(file, "not this place's event of the chain");
  if (!event::VerifySignature(out.event, key)) return Damaged(file, "the signature does not hold");
  out.hash = event::EventHash(out.event.bytes);
  const auto settled = FileOf(key, sequence, "settled");
  JEJAK_ASSIGN_OR_RETURN(const bool done, Exists(settled));
  if (done) {
    JEJAK_ASSIGN_OR_RETURN(out.settled, ReadFile(settled, limits::kNoteBytesMax));
  }
  return out;
}

Status Outbox::SetElection(const Hash& election) {
  if (election_ == election) return {};
  if (election_) {
    return Status(Reason::kWrongElection, fmt::format("this outbox is for {}", ToHex(*election_)))
        .With("election", ToHex(*election_));
  }
  JEJAK_RETURN_IF_ERROR(PutDurably(dir_ / "election", ToHex(election) + "\n"));
  election_ = election;
  return {};
}

Status Outbox::Begin(const PublicKey& key, const event::ChainHead& head) {
  JEJAK_CHECK(!Knows(key));
  JEJAK_RETURN_IF_ERROR(MakeFolder(FolderOf(key)));
  JEJAK_RETURN_IF_ERROR(PutDurably(FolderOf(key) / "base", BaseText(head)));
  chains_[key] = Chain{head, {}, std::nullopt};
  return {};
}

event::ChainHead Outbox::HeadOf(const PublicKey& key) const {
  const Chain& chain = chains_.at(key);
  return chain.events.empty() ? chain.base : After(chain.events.back());
}

Result<OutboxEvent> Outbox::Finish(const crypto::SecretKey& key, Chain* chain) {
  const PublicKey& author = key.public_key();
  JEJAK_ASSIGN_OR_RETURN(const event::Event event, event::DecodeEvent(*chain->draft));
  JEJAK_ASSIGN_OR_RETURN(event::SignedEvent made, event::Sign(event, key));
  // Ed25519 is deterministic, so a draft that is signed again after a crash gives the same event.
  JEJAK_CHECK(made.bytes == *chain->draft);
  JEJAK_RETURN_IF_ERROR(PutDurably(FileOf(author, event.sequence, "event"),
                                   Bytes(made.signature.view()) + made.bytes));
  const Hash hash = event::EventHash(made.bytes);
  chain->events.push_back({event.sequence, std::move(made), hash, std::nullopt});
  chain->draft.reset();
  std::error_code ignored;  // a draft beside its event says nothing any more
  std::filesystem::remove(FileOf(author, event.sequence, "draft"), ignored);
  return chain->events.back();
}

Result<OutboxEvent> Outbox::Sign(const crypto::SecretKey& key, const event::Body& body,
                                 UnixMicros occurred_at) {
  JEJAK_CHECK(election_ && Knows(key.public_key()));
  Chain& chain = chains_.at(key.public_key());
  event::Event event;
  event.election = *election_;
  event.author = key.public_key();
  event.body = body;
  // The bytes that `like` would have with this body.
  const auto same_as = [&](const Bytes& like) -> Result<bool> {
    JEJAK_ASSIGN_OR_RETURN(const event::Event other, event::DecodeEvent(like));
    event.sequence = other.sequence;
    event.previous = other.previous;
    event.occurred_at = other.occurred_at;
    JEJAK_ASSIGN_OR_RETURN(const Bytes bytes, event::EncodeEvent(event));
    return bytes == like;
  };
  if (chain.draft) JEJAK_RETURN_IF_ERROR(Finish(key, &chain).status());
  for (const OutboxEvent& waiting : chain.events) {
    if (waiting.settled) continue;
    JEJAK_ASSIGN_OR_RETURN(const bool same, same_as(waiting.event.bytes));
    if (same) return waiting;
  }
  const event::ChainHead head = HeadOf(key.public_key());
  event.sequence = head.next_sequence;
  event.previous = head.previous;
  event.occurred_at = occurred_at;
  JEJAK_ASSIGN_OR_RETURN(Bytes bytes, event::EncodeEvent(event));
  JEJAK_RETURN_IF_ERROR(PutDurably(FileOf(event.author, event.sequence, "draft"), bytes));
  chain.draft = std::move(bytes);
  return Finish(key, &chain);
}

Status Outbox::Settle(const PublicKey& key, uint64_t sequence, ByteView words) {
  for (OutboxEvent& event : chains_.at(key).events) {
    if (event.sequence != sequence) continue;
    JEJAK_RETURN_IF_ERROR(PutDurably(FileOf(key, sequence, "settled"), words));
    event.settled = Bytes(words);
    return {};
  }
  return Status(Reason::kNotFound, fmt::format("no event {} of this key", sequence));
}

std::vector<OutboxEvent> Outbox::LostAfter(const PublicKey& key,
                                           const event::ChainHead& head) const {
  std::vector<OutboxEvent> out;
  const Chain& chain = chains_.at(key);
  const auto at = [](const event::ChainHead& one, const event::ChainHead& other) {
    return one.next_sequence == other.next_sequence && one.previous == other.previous;
  };
  bool found = at(chain.base, head);
  for (const OutboxEvent& event : chain.events) {
    if (found && event.settled) out.push_back(event);
    found = found || at(After(event), head);
  }
  return out;
}

std::map<PublicKey, std::vector<OutboxEvent>> Outbox::Events() const {
  std::map<PublicKey, std::vector<OutboxEvent>> out;
  for (const auto& [key, chain] : chains_) out[key] = chain.events;
  return out;
}

}  // namespace jejak::client
