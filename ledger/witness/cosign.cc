#include "ledger/witness/cosign.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "ledger/base/encoding.h"
#include "ledger/crypto/sha256.h"
#include "ledger/merkle/tree_reader.h"
#include "ledger/witness/add_checkpoint.h"

namespace jejak::witness {
namespace {

using merkle::Checkpoint;
using merkle::Note;
using merkle::NoteSignature;

// A witness that others ask too may have moved on between its answer and ours.
constexpr int kTriesMax = 4;

Status Unexpected(const HttpAnswer& answer) {
  const std::string first = answer.body.substr(0, std::min<size_t>(answer.body.find('\n'), 200));
  return {Reason::kUnavailable, fmt::format("it answered {} {}", answer.status, first)};
}

Status Refusal(const HttpAnswer& answer) {
  if (answer.status == 403 || answer.status == 404) {
    return {Reason::kPermissionDenied, Unexpected(answer).message()};
  }
  return Unexpected(answer);
}

Status Beyond(TreeSize holds, TreeSize has) {
  return {Reason::kRolledBack, fmt::format("it cosigned {} entries of this log, which has {}",
                                           holds.value, has.value)};
}

Status Other(TreeSize size) {
  return {Reason::kProofInvalid,
          fmt::format("it cosigned another history of the first {} entries", size.value)};
}

bool SameKey(const NoteSignature& a, const NoteSignature& b) {
  return a.name == b.name && a.id == b.id;
}

}  // namespace

struct Cosigner::Asked {
  Note note;
  Checkpoint checkpoint;
  std::string text;
  const merkle::TileSource* tiles = nullptr;
  const NewestLog* newest = nullptr;
  Deadline until;

  static Result<Asked> From(const std::string& text, const merkle::TileSource& tiles,
                            const NewestLog& newest, std::chrono::milliseconds time) {
    Asked out;
    JEJAK_ASSIGN_OR_RETURN(out.note, merkle::ParseNote(text));
    JEJAK_ASSIGN_OR_RETURN(out.checkpoint, merkle::ParseCheckpoint(out.note.text));
    out.text = text;
    out.tiles = &tiles;
    out.newest = &newest;
    out.until = Deadline::clock::now() + time;
    return out;
  }
  // To be called after the answer that is held against it: the ledger may have shown the witness
  // more than was asked, but never more than it has by now.
  LogState Now() const {
    if (*newest) return (*newest)();
    return {checkpoint.size, {std::shared_ptr<const void>(), tiles}};
  }
};

Cosigner::Cosigner(Policy policy, std::vector<merkle::VerifierKey> log_keys, Transport* transport,
                   std::chrono::milliseconds ask_time)
    : policy_(std::move(policy)),
      log_keys_(std::move(log_keys)),
      transport_(transport),
      ask_time_(ask_time),
      known_(policy_.witnesses().size()) {
  for (const merkle::VerifierKey& key : policy_.LogKeys()) log_keys_.push_back(key);
}

Result<HttpAnswer> Cosigner::Post(const PolicyWitness& witness, const Asked& asked,
                                  TreeSize from) const {
  AddCheckpoint request{from, {}, asked.text};
  JEJAK_ASSIGN_OR_RETURN(request.proof,
                         merkle::ConsistencyProof(*asked.tiles, from, asked.checkpoint.size));
  return transport_->Post(witness.url, "add-checkpoint", FormatAddCheckpoint(request),
                          asked.until);
}

// Why a conflict with this size, when the log was said to continue from `from`, is no reason to
// try again; OK when it is one.
Status Cosigner::Conflict(const Asked& asked, TreeSize from, TreeSize size, Against* against) {
  const TreeSize asked_size = asked.checkpoint.size;
  if (size > asked_size) {
    const LogState now = asked.Now();
    if (size <= now.size) {
      return {Reason::kUnavailable, fmt::format("it has cosigned {} entries already", size.value)};
    }
    *against = Against::kClaim;
    return Beyond(size, now.size);
  }
  // It is as far as this checkpoint, and says that it isn't: some witnesses refuse another root of
  // the same size so.
  if (size == asked_size && from == size) {
    *against = Against::kClaim;
    return Other(size);
  }
  return {};
}

void Cosigner::AskOne(const PolicyWitness& witness, const Asked& asked, Known* known,
                      WitnessReply* reply, NoteSignature* signature) const {
  const TreeSize asked_size = asked.checkpoint.size;
  // What it cosigned since may be more than is asked now: it says what it holds.
  TreeSize from = known->cosigned <= asked_size ? known->cosigned : TreeSize(0);
  reply->status = Status(Reason::kUnavailable, "it moved on at every try");
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    const auto answer = Post(witness, asked, from);
    if (!answer.ok()) {
      reply->status = answer.status();
      break;
    }
    if (answer->status == 200) {
      reply->status = TakeCosignature(witness, asked, answer->body, reply, signature);
      if (reply->status.ok()) *known = {asked_size, {}};
      return;
    }
    if (answer->status == 422) {
      reply->status = Status(Reason::kProofInvalid,
                             "it holds a history that this log does not continue");
      reply->against = Against::kClaim;
      break;
    }
    const auto size = answer->status == 409 && answer->type == kSizeContentType
                          ? ParseSize(answer->body)
                          : Result<TreeSize>(Refusal(*answer));
    if (!size.ok()) {
      reply->status = size.status();
      break;
    }
    reply->holds = *size;
    const Status conflict = Conflict(asked, from, *size, &reply->against);
    if (!conflict.ok()) {
      reply->status = conflict;
      break;
    }
    from = *size;
    known->cosigned = from;
  }
  if (reply->against == Against::kNothing) return;
  known->claim = reply->status;
  // Anybody can answer that much. What it holds, it has signed.
  WitnessReply held{witness.name, {}, Against::kNothing, std::nullopt, 0};
  AskHeld(witness, asked, &held);
  if (held.against == Against::kEvidence) *reply = std::move(held);
}

Status Cosigner::TakeCosignature(const PolicyWitness& witness, const Asked& asked,
                                 const std::string& body, WitnessReply* reply,
                                 NoteSignature* signature) {
  JEJAK_ASSIGN_OR_RETURN(const auto lines, merkle::ParseSignatureLines(body));
  JEJAK_ASSIGN_OR_RETURN(
      const auto verified,
      merkle::VerifyNote({asked.note.text, lines}, std::span(&witness.key, 1)));
  reply->holds = asked.checkpoint.size;
  reply->time_seconds = verified.front().time_seconds;
  *signature = *std::find_if(lines.begin(), lines.end(), [&](const NoteSignature& s) {
    return s.name == witness.key.name && s.id == witness.key.id();
  });
  return {};
}

Result<CosignReport> Cosigner::AskWitnesses(const std::string& checkpoint,
                                            const merkle::TileSource& tiles,
                                            const NewestLog& newest) {
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, Asked::From(checkpoint, tiles, newest, ask_time_));
  const auto& witnesses = policy_.witnesses();
  std::vector<WitnessReply> replies(witnesses.size());
  std::vector<NoteSignature> signatures(witnesses.size());
  {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < witnesses.size(); ++i) {
      replies[i].name = witnesses[i].name;
      if (witnesses[i].url.empty()) continue;
      threads.emplace_back(
          [&, i] { AskOne(witnesses[i], asked, &known_[i], &replies[i], &signatures[i]); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  CosignReport out;
  Note note = asked.note;
  for (size_t i = 0; i < witnesses.size(); ++i) {
    if (witnesses[i].url.empty()) continue;
    if (replies[i].status.ok()) {
      std::erase_if(note.signatures, [&](const auto& s) { return SameKey(s, signatures[i]); });
      note.signatures.push_back(std::move(signatures[i]));
    }
    out.replies.push_back(std::move(replies[i]));
  }
  out.checkpoint = merkle::FormatNote(note);
  std::vector<bool> cosigned(witnesses.size());
  const auto keys = policy_.WitnessKeys();
  // None is known in a note that no witness has signed yet.
  if (const auto verified = merkle::VerifyNote(note, keys); verified.ok()) {
    for (const merkle::VerifiedSignature& s : *verified) cosigned[s.key] = true;
  }
  out.quorum = policy_.Met(cosigned);
  return out;
}

void Cosigner::AskHeld(const PolicyWitness& witness, const Asked& asked,
                       WitnessReply* reply) const {
  const std::string path = ToHex(crypto::Sha256(asked.checkpoint.origin)) + "/checkpoint";
  const auto answer = transport_->Get(witness.url, path, asked.until);
  if (!answer.ok()) {
    reply->status = answer.status();
    return;
  }
  if (answer->status == 404) return;  // it has not cosigned this log yet
  if (answer->status != 200) {
    reply->status = Unexpected(*answer);
    return;
  }
  const auto note = merkle::ParseNote(answer->body);
  const auto held = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
  const auto verified =
      held.ok() ? merkle::VerifyNote(*note, std::span(&witness.key, 1)) : held.status();
  if (!verified.ok() || held->origin != asked.checkpoint.origin) {
    reply->status = verified.ok() ? Status(Reason::kNoteUnverified, "it is of another log")
                                  : verified.status();
    return;
  }
  reply->holds = held->size;
  reply->time_seconds = verified->front().time_seconds;
  const LogState now = asked.Now();
  if (held->size > now.size) {
    reply->status = Beyond(held->size, now.size);
  } else {
    const auto root = merkle::RootAt(*now.tiles, held->size);
    if (root.ok() && *root == held->root) return;
    reply->status = root.ok() ? Other(held->size) : root.status();
    if (!root.ok()) return;
  }
  // A ledger whose key was changed must still stand by what it signed before. What no key of the
  // log signed, a witness may have made up.
  const bool signed_by_log = std::any_of(
      log_keys_.begin(), log_keys_.end(), [&](const merkle::VerifierKey& key) {
        return key.name == held->origin && merkle::VerifyNote(*note, std::span(&key, 1)).ok();
      });
  reply->against = signed_by_log ? Against::kEvidence : Against::kClaim;
}

Result<std::vector<WitnessReply>> Cosigner::AskWhatTheyHold(const std::string& checkpoint,
                                                            const merkle::TileSource& tiles) {
  const NewestLog as_given;
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, Asked::From(checkpoint, tiles, as_given, ask_time_));
  const auto& witnesses = policy_.witnesses();
  std::vector<WitnessReply> replies(witnesses.size()), out;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < witnesses.size(); ++i) {
    replies[i].name = witnesses[i].name;
    if (witnesses[i].url.empty()) continue;
    threads.emplace_back([&, i] { AskHeld(witnesses[i], asked, &replies[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < witnesses.size(); ++i) {
    if (witnesses[i].url.empty()) continue;
    if (replies[i].against == Against::kClaim) known_[i].claim = replies[i].status;
    out.push_back(std::move(replies[i]));
  }
  return out;
}

Status Cosigner::MayStillSign(std::span<const WitnessReply> replies) const {
  for (const WitnessReply& reply : replies) {
    if (reply.against != Against::kEvidence) continue;
    return {reply.status.reason(),
            fmt::format("witness {}: {}", reply.name, reply.status.message())};
  }
  std::vector<bool> claiming(known_.size());
  Reason reason = Reason::kOk;
  std::string who;
  for (size_t i = 0; i < known_.size(); ++i) {
    if (known_[i].claim.ok()) continue;
    claiming[i] = true;
    reason = known_[i].claim.reason();
    who += fmt::format("{}witness {}: {}", who.empty() ? "" : "; ", policy_.witnesses()[i].name,
                       known_[i].claim.message());
  }
  // The quorum `none` is met by nobody at all: then nobody's bare word stops the ledger.
  if (who.empty() || policy_.none() || !policy_.Met(claiming)) return {};
  return {reason, "witnesses whom the policy believes say so: " + who};
}

}  // namespace jejak::witness
