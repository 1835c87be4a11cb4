// A log in memory that a dishonest ledger may do anything to, and the ledger and export that it
// then shows: tree, checkpoint, tally commitments and projections made anew to fit the lie, with
// the ledger's own key.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"

namespace jejak::tamper {

namespace fs = std::filesystem;

// The secret key of an official, by id.
using Keys = std::function<crypto::SecretKey(const std::string& official)>;

class Book {
 public:
  // What an honest ledger in `dir` holds.
  static Result<Book> Read(const fs::path& dir, Keys keys);

  size_t size() const { return entries_.size(); }
  event::Entry At(size_t index) const;
  event::Event EventAt(size_t index) const { return *event::DecodeEvent(At(index).event); }
  void Set(size_t index, const event::Entry& entry);
  // Bytes that may be no entry at all.
  void SetBytes(size_t index, Bytes bytes) { entries_[index] = std::move(bytes); }
  const Bytes& BytesAt(size_t index) const { return entries_[index]; }
  void Insert(size_t index, const event::Entry& entry);
  void Erase(size_t index);
  void Truncate(size_t size) { entries_.resize(size); }
  void Swap(size_t a, size_t b) { std::swap(entries_[a], entries_[b]); }

  // The event changed in place, under the signature that it had.
  void Alter(size_t index, const std::function<void(event::Event*)>& change);
  // The same, signed anew by `official`'s key.
  void AlterAndSign(size_t index, const std::string& official,
                    const std::function<void(event::Event*)>& change);
  // An accepted entry at `index` by `official`, whose chain it goes on with.
  void Invent(size_t index, const std::string& official, event::Body body);
  // Where an author's chain stands before `index`.
  event::ChainHead ChainAt(const PublicKey& key, size_t index) const;

  // Signs every commitment of the ledger again, over the tallies that the entries now give.
  Status Recommit();
  // The checkpoint of the first `size` entries, signed by `key`.
  std::string Checkpoint(size_t size, const crypto::SecretKey& key) const;
  std::string Checkpoint() const { return Checkpoint(size(), ledger_key()); }

  // A ledger in the empty folder `dir`: everything in it fits the entries.
  Status WriteLedger(const fs::path& dir) const;
  // An export that shows `checkpoint`; its tiles are those of the entries.
  Status WriteExport(const fs::path& dir, const std::string& checkpoint) const;
  Status WriteExport(const fs::path& dir) const { return WriteExport(dir, Checkpoint()); }

  const Keys& keys() const { return keys_; }
  crypto::SecretKey ledger_key() const { return keys_("ledger"); }
  Hash election() const { return event::EventHash(At(0).event); }

 private:
  Keys keys_;
  std::string origin_;
  std::vector<Bytes> entries_;
  std::map<Bytes, Bytes> people_;  // rows
};

}  // namespace jejak::tamper
