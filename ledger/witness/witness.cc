#include "ledger/witness/witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/crypto/sha256.h"

namespace jejak::witness {
namespace {

namespace fs = std::filesystem;
using merkle::Checkpoint;
using merkle::Note;
using merkle::VerifierKey;

constexpr std::string_view kStateHeader = "jejak-witness v1\n";
constexpr size_t kStateBytesMax = 1'024;

std::string HashName(std::string_view origin) { return ToHex(crypto::Sha256(origin)); }

Answer Refused(Outcome outcome, std::string why) {
  Answer out;
  out.outcome = outcome;
  out.body = std::move(why) + "\n";
  return out;
}

void Refuse(Outcome outcome, std::string why, Answer* answer) {
  answer->outcome = outcome;
  answer->body = std::move(why) + "\n";
}

// Whole, durable, and found again after a crash.
Status Put(const fs::path& file, ByteView bytes) {
  JEJAK_RETURN_IF_ERROR(MakeFolder(file.parent_path()));
  JEJAK_RETURN_IF_ERROR(ReplaceFile(file, bytes));
  return SyncFolder(file.parent_path());
}

}  // namespace

struct Witness::Log {
  std::string origin;
  std::vector<VerifierKey> keys;
  fs::path folder;
  mutable std::mutex mutex;
  // What was cosigned last, with the cosignature; none before the first.
  std::optional<Checkpoint> newest;
  std::string newest_note;
  // A write failed: what the disk holds is not known.
  bool failed = false;
};

Status Witness::Create(const fs::path& state, const VerifierKey& key) {
  const fs::path file = state / "witness";
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(file));
  if (there) return Status(Reason::kFileExists, file.string());
  return Put(file, std::string(kStateHeader) + merkle::FormatVerifierKey(key) + "\n");
}

Witness::Witness(fs::path state, crypto::SecretKey key, VerifierKey verifier)
    : state_(std::move(state)), secret_(std::move(key)), verifier_(std::move(verifier)) {}

Witness::~Witness() = default;

Result<std::unique_ptr<Witness>> Witness::Open(const fs::path& state, crypto::SecretKey key,
                                               const std::vector<VerifierKey>& logs) {
  const fs::path file = state / "witness";
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(file));
  if (!there) return Status(Reason::kFileMissing, file.string() + ": make it with witness init");
  JEJAK_ASSIGN_OR_RETURN(const Bytes text, ReadFile(file, kStateBytesMax));
  const ByteView view(text);
  if (!view.starts_with(kStateHeader) || !view.ends_with('\n')) {
    return Status(Reason::kInputMalformed, file.string() + " is not the state of a witness");
  }
  const auto verifier = merkle::ParseVerifierKey(
      view.substr(kStateHeader.size(), view.size() - kStateHeader.size() - 1));
  if (!verifier.ok() || verifier->type != merkle::KeyType::kCosignatureV1) {
    return Status(Reason::kInputMalformed, file.string() + " names no key of a witness");
  }
  if (verifier->key != key.public_key()) {
    return Status(Reason::kLedgerKeyWrong, "the state is of witness " + verifier->name +
                                               " with another key");
  }
  std::unique_ptr<Witness> out(new Witness(state, std::move(key), *verifier));
  JEJAK_ASSIGN_OR_RETURN(out->lock_, TakeLock(state, /*read_only=*/false));
  for (const VerifierKey& log : logs) {
    if (log.type != merkle::KeyType::kEd25519) {
      return Status(Reason::kInvalidArgument, log.name + " is not the key of a log");
    }
    auto& slot = out->logs_[log.name];
    if (!slot) {
      slot = std::make_unique<Log>();
      slot->origin = log.name;
      slot->folder = state / "logs" / HashName(log.name);
    }
    if (std::find(slot->keys.begin(), slot->keys.end(), log) == slot->keys.end())
      slot->keys.push_back(log);
  }
  for (auto& [origin, log] : out->logs_) JEJAK_RETURN_IF_ERROR(out->Load(log.get()));
  return out;
}

// What the witness itself signed; the log's own key may have changed since.
Status Witness::Load(Log* log) {
  const fs::path file = log->folder / "checkpoint";
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(file));
  if (!there) return {};
  JEJAK_ASSIGN_OR_RETURN(log->newest_note, ReadFile(file, limits::kNoteBytesMax));
  const auto note = merkle::ParseNote(log->newest_note);
  const auto checkpoint = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
  if (!checkpoint.ok() || checkpoint->origin != log->origin ||
      !merkle::VerifyNote(*note, std::span(&verifier_, 1)).ok()) {
    return Status(Reason::kInputMalformed,
                  file.string() + " is not a checkpoint that this witness cosigned");
  }
  log->newest = *checkpoint;
  return {};
}

std::optional<std::string> Witness::Newest(std::string_view origin_hash) const {
  for (const auto& [origin, log] : logs_) {
    if (HashName(origin) != origin_hash) continue;
    const std::lock_guard lock(log->mutex);
    if (log->newest && !log->failed) return log->newest_note;
  }
  return std::nullopt;
}

Witness::Log* Witness::Recognise(const std::string& checkpoint, Note* note, Answer* answer) {
  auto parsed = merkle::ParseNote(checkpoint);
  auto read = parsed.ok() ? merkle::ParseCheckpoint(parsed->text) : parsed.status();
  if (!read.ok()) {
    *answer = Refused(Outcome::kMalformed, read.status().ToString());
    return nullptr;
  }
  *note = std::move(*parsed);
  answer->checkpoint = std::move(*read);
  const auto known = logs_.find(answer->checkpoint.origin);
  if (known == logs_.end()) {
    Refuse(Outcome::kUnknownLog, "this witness does not watch that log", answer);
    return nullptr;
  }
  answer->origin = known->first;
  if (const auto verified = merkle::VerifyNote(*note, known->second->keys); !verified.ok()) {
    Refuse(Outcome::kUnsigned, verified.status().ToString(), answer);
    return nullptr;
  }
  return known->second.get();
}

Answer Witness::Add(ByteView body, uint64_t now_seconds) {
  const auto request = ParseAddCheckpoint(body);
  if (!request.ok()) return Refused(Outcome::kMalformed, request.status().ToString());
  Answer answer;
  Note note;
  Log* const log = Recognise(request->checkpoint, &note, &answer);
  if (log == nullptr) return answer;
  if (request->old_size > answer.checkpoint.size) {
    Refuse(Outcome::kMalformed, "the old size is beyond the new one", &answer);
    return answer;
  }
  const std::lock_guard lock(log->mutex);
  Judge(log, note, *request, nullptr, now_seconds, &answer);
  return answer;
}

Answer Witness::Follow(const std::string& checkpoint, const History& history,
                       uint64_t now_seconds) {
  Answer answer;
  Note note;
  Log* const log = Recognise(checkpoint, &note, &answer);
  if (log == nullptr) return answer;
  const std::lock_guard lock(log->mutex);
  AddCheckpoint request;
  request.old_size = log->newest ? log->newest->size : TreeSize(0);
  if (request.old_size > answer.checkpoint.size) {
    answer.held = request.old_size;
    Refuse(Outcome::kConflict,
           fmt::format("the log shows {} entries, the witness cosigned {}: it lost some, or shows "
                       "an old state",
                       answer.checkpoint.size.value, request.old_size.value),
           &answer);
    return answer;
  }
  auto proof = history.Proof(request.old_size, answer.checkpoint.size);
  if (!proof.ok()) {
    Refuse(Outcome::kInconsistent, "the log gives no proof: " + proof.status().ToString(), &answer);
    return answer;
  }
  request.proof = std::move(*proof);
  Judge(log, note, request, &history, now_seconds, &answer);
  return answer;
}

// With the log's mutex held, from the comparison to the file.
void Witness::Judge(Log* log, const Note& note, const AddCheckpoint& request,
                    const History* history, uint64_t now_seconds, Answer* answer) {
  if (log->failed) {
    return Refuse(Outcome::kFailed, "an earlier checkpoint could not be kept", answer);
  }
  const Checkpoint& next = answer->checkpoint;
  answer->held = log->newest ? log->newest->size : TreeSize(0);
  if (log->newest && log->newest->size == next.size && log->newest->root != next.root) {
    KeepEvidence(log, note, {}, history, answer);
  }
  if (request.old_size != answer->held) {
    answer->outcome = Outcome::kConflict;
    answer->body = FormatSize(answer->held);
    return;
  }
  if (next.size.value == 0 && next.root != merkle::EmptyRoot()) {
    return Refuse(Outcome::kInconsistent, "an empty log with the root of another", answer);
  }
  Status holds;
  if (request.old_size.value != 0) {
    holds = merkle::VerifyConsistency(request.old_size, next.size, request.proof,
                                      log->newest->root, next.root);
  } else if (!request.proof.empty()) {
    holds = Status(Reason::kProofInvalid, "from an empty log there is nothing to prove");
  }
  if (!holds.ok()) {
    if (answer->evidence.empty()) KeepEvidence(log, note, request.proof, history, answer);
    return Refuse(Outcome::kInconsistent, holds.message(), answer);
  }
  Cosign(log, note, now_seconds, answer);
}

void Witness::Cosign(Log* log, const Note& note, uint64_t now_seconds, Answer* answer) {
  const merkle::NoteSignature own =
      merkle::Cosign(note.text, verifier_.name, now_seconds, secret_);
  // What others signed is theirs to serve: only what was checked here is kept.
  Note kept = OnlyBy(note, log->keys);
  kept.signatures.push_back(own);
  std::string text = merkle::FormatNote(kept);
  if (const Status put = Put(log->folder / "checkpoint", text); !put.ok()) {
    log->failed = true;
    return Refuse(Outcome::kFailed, put.ToString(), answer);
  }
  log->newest = answer->checkpoint;
  log->newest_note = std::move(text);
  answer->outcome = Outcome::kCosigned;
  answer->body = merkle::FormatSignatureLine(own);
}

void Witness::KeepEvidence(Log* log, const Note& note, const merkle::Path& proof,
                           const History* history, Answer* answer) {
  if (!log->newest) return;
  const auto parsed = merkle::ParseNote(log->newest_note);
  if (!parsed.ok()) return;
  // Only what the log signed convicts it, and a file with nothing else can't be changed unseen.
  const Note held = OnlyBy(*parsed, log->keys);
  const Note shown = OnlyBy(note, log->keys);
  if (held.signatures.empty() || shown.signatures.empty()) return;
  auto view = merkle::FindSplitView(held, shown, std::span<const Hash>(proof));
  if (!view && history != nullptr) view = FindSplitView(held, shown, *history);
  if (!view || !merkle::CheckSplitView(*view, log->keys).ok()) return;
  const std::string text = merkle::FormatSplitView(*view);
  const fs::path folder = log->folder / "evidence";
  std::error_code error;
  const auto there = std::distance(fs::directory_iterator(folder, error), fs::directory_iterator());
  const fs::path file =
      folder / fmt::format("{}-{}-{}.split-view",
                           std::min(log->newest->size.value, answer->checkpoint.size.value),
                           std::max(log->newest->size.value, answer->checkpoint.size.value),
                           ToHex(crypto::Sha256(text)).substr(0, 16));
  const auto known = Exists(file);
  if (known.ok() && !*known) {
    if (!error && static_cast<size_t>(there) >= kEvidenceFilesMax) return;
    // The refusal stands whether or not this file could be written.
    if (!Put(file, text).ok()) return;
  }
  answer->evidence = file.string();
}

}  // namespace jejak::witness
