// Signed events that wait for a network: what a device keeps between signing and sending.
//
// A folder: `election` (64 hex digits), and per key a folder named by the key's hex digits with
//   base                    where the key's chain begins here: "sequence N\nprevious HEX\n"
//   NNNNNNNNNNNNNNNNNNNN.draft    the event's bytes, before they are signed
//   NNNNNNNNNNNNNNNNNNNN.event    64 bytes of signature, then the event's bytes
//   NNNNNNNNNNNNNNNNNNNN.settled  what became of it, in the sender's words
// by sequence, with 20 digits. Nothing is removed but drafts that became events. LOCK keeps two
// processes from signing at once, sending/LOCK from sending at once; signing goes on while a slow
// line is sent over.
//
// Durability: a signature leaves Sign only after the event is synced, and is made only after its
// draft is: no sequence is ever signed for two events, wherever the process dies. A folder restored
// from an older copy can't know that; the ledger then logs AUTHOR_FORK.
// Thread rule: one thread. Another process that signs is waited for, then LEDGER_IN_USE. Errors:
// OUTBOX_DAMAGED for what is not as it was written; IO_ERROR, DISK_FULL, PERMISSION_DENIED.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/files.h"
#include "ledger/base/status.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"

namespace jejak::client {

struct OutboxEvent {
  uint64_t sequence = 0;
  event::SignedEvent event;
  Hash hash;
  std::optional<Bytes> settled;  // none: it still waits
};

class Outbox {
 public:
  // What it is opened for: whoever signs has the outbox alone, whoever sends is the only one who
  // does, and both see it as of now.
  enum class For : uint8_t { kSigning, kSending, kReading };
  // Makes the folder when it is missing; finishes nothing that a crash left.
  static Result<std::unique_ptr<Outbox>> Open(
      const std::filesystem::path& dir, For purpose = For::kSigning,
      std::chrono::milliseconds patience = std::chrono::seconds(5));

  const std::optional<Hash>& election() const { return election_; }
  // Once. WRONG_ELECTION when it is for another.
  Status SetElection(const Hash& election);
  bool Knows(const PublicKey& key) const { return chains_.contains(key); }
  // Begins the key's chain here at `head`. The key is not known yet.
  Status Begin(const PublicKey& key, const event::ChainHead& head);
  // What the key's next event will carry. The key is known.
  event::ChainHead HeadOf(const PublicKey& key) const;

  // Signs the body as the key's next event. A body that waits here already, or that a crash left as
  // a draft, is not signed again: its event is the answer. The election is set and the key known.
  Result<OutboxEvent> Sign(const crypto::SecretKey& key, const event::Body& body,
                           UnixMicros occurred_at);
  // What became of an event: it no longer waits.
  Status Settle(const PublicKey& key, uint64_t sequence, ByteView words);

  // What the ledger acknowledged and does not have, where its chain of the key stands at `head`:
  // the events from there on that were settled, in order. None where that is not on this chain.
  std::vector<OutboxEvent> LostAfter(const PublicKey& key, const event::ChainHead& head) const;
  // In the order of each chain.
  std::map<PublicKey, std::vector<OutboxEvent>> Events() const;
  // What a crash left of the key's next event before it was signed: the event's bytes.
  const std::optional<Bytes>& DraftOf(const PublicKey& key) const { return chains_.at(key).draft; }

 private:
  struct Chain {
    event::ChainHead base;
    std::vector<OutboxEvent> events;
    std::optional<Bytes> draft;  // of the next sequence
  };

  explicit Outbox(std::filesystem::path dir) : dir_(std::move(dir)) {}
  std::filesystem::path FolderOf(const PublicKey& key) const;
  std::filesystem::path FileOf(const PublicKey& key, uint64_t sequence, const char* kind) const;
  Status Load();
  Status LoadChain(const PublicKey& key);
  Result<OutboxEvent> ReadEvent(const PublicKey& key, uint64_t sequence,
                                const Hash& previous) const;
  // Signs the draft's bytes, which are durable, and makes an event of it.
  Result<OutboxEvent> Finish(const crypto::SecretKey& key, Chain* chain);

  const std::filesystem::path dir_;
  Fd lock_;  // kept while it is open for signing or sending
  std::optional<Hash> election_;
  std::map<PublicKey, Chain> chains_;
};

}  // namespace jejak::client
