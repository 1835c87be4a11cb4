#include "ledger/verify/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/admission/decide.h"
#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/projection/state.h"
#include "ledger/verify/pipeline.h"
#include "ledger/verify/witnesses.h"

namespace jejak::verify {
namespace {

// Rows gathered before they go to the store, and bytes of entries.
constexpr uint64_t kFlushEntries = 65'536;
constexpr size_t kFlushBytes = size_t{64} << 20;

class Verifier {
 public:
  Verifier(const LogSource& source, const Options& options, RowStore* rows)
      : source_(source), options_(options), rows_(rows) {}

  Result<Report> Run() {
    JEJAK_RETURN_IF_ERROR(OpenCheckpoint());
    if (!report_.fault) JEJAK_RETURN_IF_ERROR(ReadSince());
    if (!report_.fault) JEJAK_RETURN_IF_ERROR(ReadCosigned());
    if (!report_.fault) CheckWitnesses();
    if (!report_.fault) JEJAK_RETURN_IF_ERROR(CheckEntries());
    if (!report_.fault) CheckCheckpoint();
    if (!report_.fault) CheckKeyReplaced();
    return report_;
  }

 private:
  template <typename Text = Detail>
  void Blame(FaultKind kind, std::optional<LogIndex> index = std::nullopt,
             const Text& detail = {}) {
    if (!report_.fault) report_.fault = MakeFault(kind, index, detail);
  }

  // Size and root that the ledger signed; the signature is checked when its key is known.
  Status OpenCheckpoint() {
    report_.anchor = options_.anchor.key ? "key" : options_.anchor.election ? "election" : "self";
    JEJAK_ASSIGN_OR_RETURN(checkpoint_text_, source_.Checkpoint());
    auto note = merkle::ParseNote(checkpoint_text_);
    const auto checkpoint = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
    if (!checkpoint.ok()) {
      Blame(FaultKind::kCheckpointMalformed);
      return {};
    }
    note_ = std::move(*note);
    checkpoint_ = *checkpoint;
    report_.size = checkpoint_.size;
    // Where another key signed it, the log may say that it follows on the one that was given.
    key_replaced_ = options_.anchor.key &&
                    !merkle::OpenCheckpoint(checkpoint_text_, *options_.anchor.key).ok();
    if (key_replaced_ && options_.anchor.key->name != checkpoint_.origin) BlameKey();
    return {};
  }

  void BlameKey() {
    Blame(FaultKind::kCheckpointUnsigned, std::nullopt,
          Detail{"the key is the one you gave", "kuncinya yang Anda berikan"});
  }

  // Whether the key that was given, and did not sign the checkpoint, was in force before: an event
  // that it signed holds here, and so the election that the event names is the one it stood for.
  void CheckKeyReplaced() {
    if (!key_replaced_) return;
    const auto official = state_->Official("ledger");
    const bool former =
        official && std::find(official->keys.begin(), official->keys.end(),
                              options_.anchor.key->key) != official->keys.end();
    if (!former || !key_signed_) BlameKey();
  }

  // The checkpoint kept from before: its root is compared on the way.
  Status ReadSince() {
    if (!options_.anchor.since) return {};
    JEJAK_ASSIGN_OR_RETURN(since_note_, merkle::ParseNote(*options_.anchor.since));
    JEJAK_ASSIGN_OR_RETURN(const merkle::Checkpoint since,
                           merkle::ParseCheckpoint(since_note_->text));
    report_.since = Since{since.size, since.root, false, false};
    report_.since->is_signed =
        options_.anchor.key &&
        merkle::OpenCheckpoint(*options_.anchor.since, *options_.anchor.key).ok();
    if (since.origin != checkpoint_.origin) {
      Blame(FaultKind::kOtherLog, std::nullopt, std::string_view(since.origin));
    } else if (since.size > checkpoint_.size) {
      BlameShorter(since.size);
    }
    return {};
  }

  // The checkpoint that the source has from witnesses: likewise.
  Status ReadCosigned() {
    if (options_.anchor.witnesses.empty()) return {};
    const std::string text = source_.Cosigned();
    if (text.empty()) return {};
    auto note = merkle::ParseNote(text);
    const auto checkpoint = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
    if (!checkpoint.ok()) {
      Blame(FaultKind::kCheckpointMalformed);
    } else if (checkpoint->origin != checkpoint_.origin) {
      Blame(FaultKind::kOtherLog, std::nullopt, std::string_view(checkpoint->origin));
    } else if (checkpoint->size > checkpoint_.size) {
      BlameShorter(checkpoint->size);
    } else {
      cosigned_note_ = std::move(*note);
      cosigned_ = *checkpoint;
    }
    return {};
  }

  void BlameShorter(TreeSize covered) {
    Blame(FaultKind::kRolledBack, std::nullopt,
          Detail{fmt::format("it covers {} entries, the log has {}", covered.value,
                             checkpoint_.size.value),
                 fmt::format("checkpoint itu mencakup {} entri, log memuat {}", covered.value,
                             checkpoint_.size.value)});
  }

  void CheckWitnesses() {
    const Anchor& anchor = options_.anchor;
    if (anchor.witnesses.empty()) return;
    struct Candidate {
      const merkle::Note* note;
      TreeSize size;
    };
    std::vector<Candidate> candidates = {{&note_, checkpoint_.size}};
    if (cosigned_note_) candidates.push_back({&*cosigned_note_, cosigned_.size});
    if (since_note_) candidates.push_back({&*since_note_, report_.since->size});
    size_t most = 0;
    for (const Candidate& candidate : candidates) {
      Cosigned found = FindCosigners(*candidate.note, anchor.witnesses);
      if (found.forged_by) {
        Blame(FaultKind::kCosignatureInvalid, std::nullopt, std::string_view(*found.forged_by));
        return;
      }
      most = std::max(most, found.by.size());
      if (found.by.size() < anchor.witnesses_needed || report_.witnessed) continue;
      report_.witnessed = Witnessed{candidate.size, std::move(found.by)};
    }
    if (report_.witnessed) return;
    Blame(FaultKind::kCosignaturesMissing, std::nullopt,
          Detail{fmt::format("{} of {}", most, anchor.witnesses_needed),
                 fmt::format("{} dari {}", most, anchor.witnesses_needed)});
  }

  Status CheckEntries() {
    JEJAK_ASSIGN_OR_RETURN(state_, projection::State::Load(&rows_->reader(), TreeSize(0)));
    CompareKept();
    Pipeline pipeline(&source_, checkpoint_.size, options_.threads);
    while (!report_.fault) {
      std::vector<Checked> block = pipeline.Next();
      if (block.empty()) break;
      for (Checked& entry : block) {
        JEJAK_RETURN_IF_ERROR(CheckEntry(entry));
        if (report_.fault) return {};
      }
      const uint64_t done = tree_.size().value;
      if (done - flushed_ >= kFlushEntries || entry_bytes_ >= kFlushBytes ||
          state_->rows().bytes() >= kFlushBytes) {
        JEJAK_RETURN_IF_ERROR(Flush());
      }
      if (options_.progress && !options_.progress(done, checkpoint_.size.value)) {
        return Status(Reason::kInterrupted, "verification was stopped");
      }
    }
    if (!report_.fault && state_->CommitmentDue()) {
      Blame(FaultKind::kCommitmentMissing, std::nullopt,
            Detail{"the log ends where one is due", "log berakhir saat komitmen wajib dibuat"});
    }
    JEJAK_RETURN_IF_ERROR(Flush());
    return rows_->Settle();
  }

  Status Flush() {
    state_->Flush();
    JEJAK_RETURN_IF_ERROR(state_->status());
    JEJAK_RETURN_IF_ERROR(rows_->Write(&state_->rows()));
    state_->Rebase(&rows_->reader());
    flushed_ = tree_.size().value;
    entry_bytes_ = 0;
    return {};
  }

  void CompareKept() {
    if (cosigned_note_ && tree_.size() == cosigned_.size && tree_.Root() != cosigned_.root)
      BlameRewritten(cosigned_.size.value);
    if (!report_.since || tree_.size() != report_.since->size) return;
    if (tree_.Root() == report_.since->root) {
      report_.since->consistent = true;
      return;
    }
    BlameRewritten(report_.since->size.value);
  }

  void BlameRewritten(uint64_t size) {
    Blame(FaultKind::kHistoryRewritten, std::nullopt,
          Detail{fmt::format("its first {} entries are others", size),
                 fmt::format("{} entri pertamanya berbeda", size)});
  }

  Status CheckEntry(const Checked& e) {
    if (!e.read.ok()) {
      if (e.read.reason() != Reason::kNotFound && e.read.reason() != Reason::kLedgerDamaged)
        return e.read;
      Blame(FaultKind::kEntryMissing, e.index, std::string_view(e.read.message()));
      return {};
    }
    if (e.unknown_rules)
      return Status(Reason::kRulesUnknown, fmt::format("entry {}", e.index.value));
    if (e.fault) {
      report_.fault = e.fault;
      return {};
    }
    ++report_.signatures;
    if (e.entry.received_at < last_received_) {
      Blame(FaultKind::kTimeRunsBack, e.index,
            std::string_view(FormatTime(e.entry.received_at) + " < " +
                             FormatTime(last_received_)));
      return {};
    }
    last_received_ = e.entry.received_at;
    if (e.index.value == 0) CheckGenesis(e);
    JEJAK_RETURN_IF_ERROR(CheckVerdict(e));
    if (!report_.fault) CheckCommitment(e);
    if (report_.fault) return {};
    state_->Apply({e.event, e.hash, e.index, e.entry.received_at, e.entry.refusal});
    ++(e.entry.refusal ? report_.refused : report_.accepted);
    key_signed_ |= key_replaced_ && !e.entry.refusal && e.index.value != 0 &&
                   e.event.author == options_.anchor.key->key;
    if (state_->Election() && !admission::RulesKnown(state_->Election()->rules)) {
      return Status(Reason::kRulesUnknown,
                    fmt::format("entry {} puts newer rules in force", e.index.value));
    }
    tree_.Append(e.leaf);
    entry_bytes_ += e.bytes.size();
    if (options_.entry) JEJAK_RETURN_IF_ERROR(options_.entry(e.index, e.bytes, e.leaf));
    CompareKept();
    return state_->status();
  }

  void CheckGenesis(const Checked& e) {
    report_.election = e.hash;
    if (options_.anchor.election && *options_.anchor.election != e.hash) {
      Blame(FaultKind::kOtherElection, e.index, std::string_view(ToHex(e.hash)));
    }
  }

  // RULES_UNKNOWN for what only a newer program can decide.
  Status CheckVerdict(const Checked& e) {
    using Kind = admission::Verdict::Kind;
    const admission::Verdict verdict = admission::Decide(*state_, e.event, e.hash, e.proofs);
    const auto name = [](const std::optional<event::Refusal>& refusal, bool english) {
      if (!refusal) return std::string(english ? "accepted" : "diterima");
      return fmt::format("{} {} {}", english ? "refused as" : "ditolak sebagai",
                         InfoOf(refusal->reason).name, refusal->number);
    };
    if (verdict.kind == Kind::kDoor && verdict.door.reason() == Reason::kRulesUnknown) {
      return verdict.door;
    } else if (verdict.kind == Kind::kDoor) {
      Blame(FaultKind::kNotAdmissible, e.index, std::string_view(verdict.door.ToString()));
    } else if (verdict.kind == Kind::kRetry) {
      Blame(FaultKind::kDuplicate, e.index,
            Detail{fmt::format("first at entry {}", verdict.existing.value),
                   fmt::format("pertama pada entri {}", verdict.existing.value)});
    } else {
      std::optional<event::Refusal> refusal;
      if (verdict.kind == Kind::kRefused) refusal = verdict.refusal;
      if (refusal != e.entry.refusal) {
        Blame(FaultKind::kVerdictDiffers, e.index,
              Detail{"the log says " + name(e.entry.refusal, true) + ", the rules say " +
                         name(refusal, true),
                     "log: " + name(e.entry.refusal, false) +
                         ", aturan: " + name(refusal, false)});
      }
    }
    return {};
  }

  void CheckCommitment(const Checked& e) {
    const bool accepted = !e.entry.refusal.has_value();
    const auto fault = state_->CommitmentFault(e.event, accepted, e.entry.received_at);
    if (fault == "COMMITMENT_MISSING") {
      Blame(FaultKind::kCommitmentMissing, e.index);
    } else if (fault == "TALLY_ROOT_DIFFERS") {
      Blame(FaultKind::kTallyRootDiffers, e.index,
            Detail{"the entries give root " + ToHex(state_->TallyRoot()),
                   "entri menghasilkan akar " + ToHex(state_->TallyRoot())});
    } else if (fault) {
      Blame(FaultKind::kCommitmentTimeDiffers, e.index);
    }
    if (accepted && e.event.kind() == event::BodyKind::kTallyCommitted) ++report_.commitments;
  }

  void CheckCheckpoint() {
    report_.root = tree_.Root();
    if (report_.root != checkpoint_.root) {
      Blame(FaultKind::kRootDiffers, std::nullopt,
            Detail{"they give root " + ToHex(report_.root) + ", it says " +
                       ToHex(checkpoint_.root),
                   "entri menghasilkan akar " + ToHex(report_.root) + ", checkpoint menyebut " +
                       ToHex(checkpoint_.root)});
      return;
    }
    const auto& election = state_->registry().election();
    if (!election) {
      Blame(FaultKind::kNoElection);
      return;
    }
    if (election->origin != checkpoint_.origin) {
      Blame(FaultKind::kOtherLog, std::nullopt, std::string_view(checkpoint_.origin));
      return;
    }
    for (const PublicKey& key : state_->CheckpointSigners()) {
      if (merkle::OpenCheckpoint(checkpoint_text_,
                                 {checkpoint_.origin, merkle::KeyType::kEd25519, key})
              .ok()) {
        return;
      }
    }
    Blame(FaultKind::kCheckpointUnsigned);
  }

  const LogSource& source_;
  const Options& options_;
  RowStore* const rows_;
  Report report_;
  std::string checkpoint_text_;
  merkle::Checkpoint checkpoint_;
  merkle::Note note_;
  std::optional<merkle::Note> since_note_;
  std::optional<merkle::Note> cosigned_note_;
  merkle::Checkpoint cosigned_;
  bool key_replaced_ = false;  // the key that was given did not sign the checkpoint
  bool key_signed_ = false;    // but an event of this log
  std::unique_ptr<projection::State> state_;
  merkle::RootBuilder tree_;
  UnixMicros last_received_{INT64_MIN};
  uint64_t flushed_ = 0;     // entries whose rows were written
  size_t entry_bytes_ = 0;  // of those since
};

}  // namespace

Result<Report> Verify(const LogSource& source, const Options& options, State* state) {
  State own;
  MemoryRows rows(state != nullptr ? state : &own);
  return VerifyInto(source, options, &rows);
}

Result<Report> VerifyInto(const LogSource& source, const Options& options, RowStore* rows) {
  return Verifier(source, options, rows).Run();
}

}  // namespace jejak::verify
