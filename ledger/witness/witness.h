// A witness: it remembers the newest checkpoint that it cosigned of each log, and cosigns another
// only after it saw that the log has only grown. So two people who trust the witness see one
// history, whatever the log does.
//
// Thread rule: all methods from any thread; of two requests for one log at once, one waits.
// Durability: a checkpoint is on disk, contents and name, before its cosignature leaves; after a
// crash in between the witness holds the newer one and has signed nothing else. After a write that
// failed it answers nothing more for that log until it is opened again.
// Spec: C2SP tlog-witness; docs/reference/witness.md.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/files.h"
#include "ledger/base/status.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/witness/add_checkpoint.h"
#include "ledger/witness/history.h"

namespace jejak::witness {

// Kept evidence of one log, in files: whoever holds the log's key could make any number.
inline constexpr size_t kEvidenceFilesMax = 64;

// What became of a checkpoint, by the HTTP status that says it.
enum class Outcome : uint16_t {
  kCosigned = 200,
  kMalformed = 400,     // not a request, not a checkpoint, or an old size beyond the new one
  kUnsigned = 403,      // no key of the log signed it, or one did that does not hold
  kUnknownLog = 404,
  kConflict = 409,      // the old size is not the one that the witness holds
  kInconsistent = 422,  // the log did not only grow
  kFailed = 500,        // the state could not be kept
};

struct Answer {
  Outcome outcome = Outcome::kFailed;
  std::string body;  // signature lines, the held size, or a sentence that says why
  // For the operator of the witness.
  std::string origin;          // where it is known
  merkle::Checkpoint checkpoint;  // where it could be read
  TreeSize held;               // before
  std::string evidence;        // file that convicts the log, where there is one
};

class Witness {
 public:
  // Makes `state`, for a witness that never signed anything. FILE_EXISTS when there is one. Done
  // once in the life of a key: a key with a lost state must not be used again.
  static Status Create(const std::filesystem::path& state, const merkle::VerifierKey& key);

  // NOT_FOUND when `state` was not made; LEDGER_KEY_WRONG when it is another key's; INPUT_MALFORMED
  // when what it holds is damaged; LEDGER_IN_USE. `logs` are the keys that sign for each log, by
  // their names, which are the origins.
  static Result<std::unique_ptr<Witness>> Open(const std::filesystem::path& state,
                                               crypto::SecretKey key,
                                               const std::vector<merkle::VerifierKey>& logs);

  ~Witness();

  const merkle::VerifierKey& key() const { return verifier_; }

  // POST add-checkpoint. `now_seconds` stands in the cosignature.
  Answer Add(ByteView body, uint64_t now_seconds);
  // The same for a log that the witness reads by itself: the proof comes from there, and so does
  // evidence where there is a reason for it.
  Answer Follow(const std::string& checkpoint, const History& history, uint64_t now_seconds);
  // The newest cosigned checkpoint of the log whose origin has this SHA-256, in hex.
  std::optional<std::string> Newest(std::string_view origin_hash) const;

 private:
  struct Log;
  Witness(std::filesystem::path state, crypto::SecretKey key, merkle::VerifierKey verifier);

  Status Load(Log* log);
  // Reads what was signed; no value when `answer` says why not.
  Log* Recognise(const std::string& checkpoint, merkle::Note* note, Answer* answer);
  void Judge(Log* log, const merkle::Note& note, const AddCheckpoint& request,
             const History* history, uint64_t now_seconds, Answer* answer);
  void Cosign(Log* log, const merkle::Note& note, uint64_t now_seconds, Answer* answer);
  void KeepEvidence(Log* log, const merkle::Note& note, const merkle::Path& proof,
                    const History* history, Answer* answer);

  const std::filesystem::path state_;
  const crypto::SecretKey secret_;
  const merkle::VerifierKey verifier_;
  Fd lock_;
  std::map<std::string, std::unique_ptr<Log>> logs_;  // by origin
};

}  // namespace jejak::witness
