#include "ledger/witness/cosign.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "ledger/base/encoding.h"
#include "ledger/crypto/sha256.h"
#include "ledger/merkle/split_view.h"
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
  if (answer.status == 422) {
    return {Reason::kProofInvalid, "it holds a history that this log does not continue"};
  }
  if (answer.status == 403 || answer.status == 404) {
    return {Reason::kPermissionDenied, Unexpected(answer).message()};
  }
  return Unexpected(answer);
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
  Deadline until;

  static Result<Asked> From(const std::string& text, const merkle::TileSource& tiles) {
    Asked out;
    JEJAK_ASSIGN_OR_RETURN(out.note, merkle::ParseNote(text));
    JEJAK_ASSIGN_OR_RETURN(out.checkpoint, merkle::ParseCheckpoint(out.note.text));
    out.text = text;
    out.tiles = &tiles;
    out.until = Deadline::clock::now() + kAskTimeMax;
    return out;
  }
};

Cosigner::Cosigner(Policy policy, Transport* transport)
    : policy_(std::move(policy)), transport_(transport), known_(policy_.witnesses().size()) {}

void Cosigner::AskOne(const PolicyWitness& witness, const Asked& asked, TreeSize* known,
                      WitnessReply* reply, std::vector<NoteSignature>* signatures) {
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    AddCheckpoint request{*known, {}, asked.text};
    auto proof = merkle::ConsistencyProof(*asked.tiles, *known, asked.checkpoint.size);
    if (!proof.ok()) {
      reply->status = proof.status();
      return;
    }
    request.proof = std::move(*proof);
    const auto answer = transport_->Post(witness.url, "add-checkpoint",
                                         FormatAddCheckpoint(request), asked.until);
    if (!answer.ok()) {
      reply->status = answer.status();
      return;
    }
    if (answer->status == 200) {
      auto lines = merkle::ParseSignatureLines(answer->body);
      if (!lines.ok()) {
        reply->status = lines.status();
        return;
      }
      *signatures = std::move(*lines);
      *known = asked.checkpoint.size;
      reply->holds = *known;
      return;
    }
    const auto size = answer->status == 409 && answer->type == kSizeContentType
                          ? ParseSize(answer->body)
                          : Result<TreeSize>(Refusal(*answer));
    if (!size.ok()) {
      reply->status = size.status();
      return;
    }
    reply->holds = *size;
    if (*size > asked.checkpoint.size) {
      reply->status = Status(Reason::kRolledBack,
                             fmt::format("it cosigned {} entries of this log, which has {}",
                                         size->value, asked.checkpoint.size.value));
      return;
    }
    *known = *size;
  }
  reply->status = Status(Reason::kUnavailable, "it moved on at every try");
}

Result<CosignReport> Cosigner::AskWitnesses(const std::string& checkpoint,
                                            const merkle::TileSource& tiles) {
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, Asked::From(checkpoint, tiles));
  const auto& witnesses = policy_.witnesses();
  std::vector<WitnessReply> replies(witnesses.size());
  std::vector<std::vector<NoteSignature>> signatures(witnesses.size());
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
    WitnessReply& reply = replies[i];
    if (reply.status.ok()) {
      const Note answered{note.text, signatures[i]};
      const auto verified = merkle::VerifyNote(answered, std::span(&witnesses[i].key, 1));
      if (verified.ok()) {
        reply.time_seconds = verified->front().time_seconds;
        const auto own = std::find_if(
            signatures[i].begin(), signatures[i].end(), [&](const NoteSignature& s) {
              return s.name == witnesses[i].key.name && s.id == witnesses[i].key.id();
            });
        std::erase_if(note.signatures, [&](const auto& s) { return SameKey(s, *own); });
        note.signatures.push_back(*own);
      } else {
        reply.status = verified.status();
      }
    }
    out.replies.push_back(std::move(reply));
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

void Cosigner::AskHeld(const PolicyWitness& witness, const Asked& asked, WitnessReply* reply) {
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
  // Only what the witness vouches for counts; the log's own signature is not looked at, since a
  // ledger whose key was changed must still stand by what it signed before.
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
  if (held->size > asked.checkpoint.size) {
    reply->status = Status(Reason::kRolledBack,
                           fmt::format("it cosigned {} entries of this log, which has {}",
                                       held->size.value, asked.checkpoint.size.value));
    return;
  }
  const auto root = merkle::RootAt(*asked.tiles, held->size);
  if (!root.ok()) {
    reply->status = root.status();
  } else if (*root != held->root) {
    reply->status = Status(Reason::kProofInvalid,
                           fmt::format("it cosigned another history of the first {} entries",
                                       held->size.value));
  }
}

Result<std::vector<WitnessReply>> Cosigner::AskWhatTheyHold(const std::string& checkpoint,
                                                            const merkle::TileSource& tiles) {
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, Asked::From(checkpoint, tiles));
  std::vector<WitnessReply> replies;
  std::vector<const PolicyWitness*> reachable;
  for (const PolicyWitness& witness : policy_.witnesses()) {
    if (witness.url.empty()) continue;
    reachable.push_back(&witness);
    replies.push_back({witness.name, {}, std::nullopt, 0});
  }
  std::vector<std::thread> threads;
  for (size_t i = 0; i < reachable.size(); ++i) {
    threads.emplace_back([&, i] { AskHeld(*reachable[i], asked, &replies[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  return replies;
}

Status MayStillSign(std::span<const WitnessReply> replies) {
  for (const WitnessReply& reply : replies) {
    if (reply.status.reason() == Reason::kRolledBack ||
        reply.status.reason() == Reason::kProofInvalid) {
      return Status(reply.status.reason(),
                    fmt::format("witness {}: {}", reply.name, reply.status.message()));
    }
  }
  return {};
}

}  // namespace jejak::witness
