#include "ledger/verify/verify.h"

#include <fmt/format.h>

#include "ledger/admission/decide.h"
#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/time.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/projection/state.h"
#include "ledger/verify/pipeline.h"

namespace jejak::verify {
namespace {

// Rows gathered before they go to the state, and entries between two reports of progress.
constexpr uint64_t kFlushEntries = 8'192;

class Verifier {
 public:
  Verifier(const LogSource& source, const Options& options, State* rows)
      : source_(source), options_(options), rows_(rows) {}

  Result<Report> Run() {
    JEJAK_RETURN_IF_ERROR(OpenCheckpoint());
    if (!report_.fault) JEJAK_RETURN_IF_ERROR(ReadSince());
    if (!report_.fault) JEJAK_RETURN_IF_ERROR(CheckEntries());
    if (!report_.fault) CheckCheckpoint();
    return report_;
  }

 private:
  void Blame(std::optional<LogIndex> index, std::string what, std::string meaning) {
    if (!report_.fault) report_.fault = Fault{index, std::move(what), std::move(meaning)};
  }

  // Size and root that the ledger signed; the signature is checked when its key is known.
  Status OpenCheckpoint() {
    report_.anchor = options_.anchor.key ? "key" : options_.anchor.election ? "election" : "self";
    JEJAK_ASSIGN_OR_RETURN(checkpoint_text_, source_.Checkpoint());
    const auto note = merkle::ParseNote(checkpoint_text_);
    const auto checkpoint = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
    if (!checkpoint.ok()) {
      Blame(std::nullopt, "CHECKPOINT_MALFORMED", "the ledger's newest checkpoint does not read");
      return {};
    }
    checkpoint_ = *checkpoint;
    report_.size = checkpoint_.size;
    if (options_.anchor.key &&
        !merkle::OpenCheckpoint(checkpoint_text_, *options_.anchor.key).ok()) {
      Blame(std::nullopt, "CHECKPOINT_UNSIGNED",
            "the newest checkpoint is not signed by the key you gave");
    }
    return {};
  }

  // The checkpoint kept from before: its root is compared on the way.
  Status ReadSince() {
    if (!options_.anchor.since) return {};
    JEJAK_ASSIGN_OR_RETURN(const merkle::Note note, merkle::ParseNote(*options_.anchor.since));
    JEJAK_ASSIGN_OR_RETURN(since_, merkle::ParseCheckpoint(note.text));
    if (since_->origin != checkpoint_.origin) {
      Blame(std::nullopt, "OTHER_LOG",
            "the checkpoint you kept is of another log: " + since_->origin);
    } else if (since_->size > checkpoint_.size) {
      Blame(std::nullopt, "ROLLED_BACK",
            fmt::format("the checkpoint you kept covers {} entries, the log has {}",
                        since_->size.value, checkpoint_.size.value));
    }
    return {};
  }

  Status CheckEntries() {
    JEJAK_ASSIGN_OR_RETURN(state_, projection::State::Load(rows_, TreeSize(0)));
    CompareSince();
    Pipeline pipeline(&source_, checkpoint_.size, options_.threads);
    while (!report_.fault) {
      std::vector<Checked> block = pipeline.Next();
      if (block.empty()) break;
      for (Checked& entry : block) {
        JEJAK_RETURN_IF_ERROR(CheckEntry(entry));
        if (report_.fault) return {};
      }
      const uint64_t done = tree_.size().value;
      if (done - flushed_ >= kFlushEntries) {
        JEJAK_RETURN_IF_ERROR(Flush());
        flushed_ = done;
      }
      if (options_.progress && !options_.progress(done, checkpoint_.size.value)) {
        return Status(Reason::kInterrupted, "verification was stopped");
      }
    }
    if (!report_.fault && state_->CommitmentDue()) {
      Blame(std::nullopt, "COMMITMENT_MISSING",
            "the log ends where a commitment to the tallies is due");
    }
    return Flush();
  }

  Status Flush() {
    state_->Flush();
    JEJAK_RETURN_IF_ERROR(state_->status());
    state_->rows().Drain([&](const RowChange& change) { rows_->Apply(change); });
    return {};
  }

  void CompareSince() {
    if (!since_ || tree_.size() != since_->size || tree_.Root() == since_->root) return;
    Blame(std::nullopt, "HISTORY_REWRITTEN",
          fmt::format("the first {} entries are not those of the checkpoint you kept",
                      since_->size.value));
  }

  Status CheckEntry(const Checked& e) {
    if (!e.read.ok()) {
      if (e.read.reason() != Reason::kNotFound && e.read.reason() != Reason::kLedgerDamaged)
        return e.read;
      Blame(e.index, "ENTRY_MISSING", "the ledger does not show this entry: " + e.read.message());
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
      Blame(e.index, "TIME_RUNS_BACK",
            "the ledger says it received this entry before the one before it");
      return {};
    }
    last_received_ = e.entry.received_at;
    if (e.index.value == 0) CheckGenesis(e);
    CheckVerdict(e);
    if (!report_.fault) CheckCommitment(e);
    if (report_.fault) return {};
    state_->Apply({e.event, e.hash, e.index, e.entry.received_at, e.entry.refusal});
    ++(e.entry.refusal ? report_.refused : report_.accepted);
    if (state_->Election() && !admission::RulesKnown(state_->Election()->rules)) {
      return Status(Reason::kRulesUnknown,
                    fmt::format("entry {} puts newer rules in force", e.index.value));
    }
    tree_.Append(e.leaf);
    CompareSince();
    return state_->status();
  }

  void CheckGenesis(const Checked& e) {
    report_.election = e.hash;
    if (options_.anchor.election && *options_.anchor.election != e.hash) {
      Blame(e.index, "OTHER_ELECTION",
            "the log is of election " + ToHex(e.hash) + ", not the one you gave");
    }
  }

  void CheckVerdict(const Checked& e) {
    using Kind = admission::Verdict::Kind;
    const admission::Verdict verdict = admission::Decide(*state_, e.event, e.hash, e.proofs);
    const auto name = [](const std::optional<event::Refusal>& refusal) {
      return refusal
                 ? fmt::format("refused as {} ({})", InfoOf(refusal->reason).name, refusal->number)
                 : std::string("accepted");
    };
    if (verdict.kind == Kind::kDoor) {
      Blame(e.index, "NOT_ADMISSIBLE", "by the rules this event must not be in the log at all: " +
                                           verdict.door.ToString());
    } else if (verdict.kind == Kind::kRetry) {
      Blame(e.index, "DUPLICATE", fmt::format("the same event stands at entry {} already",
                                              verdict.existing.value));
    } else {
      std::optional<event::Refusal> refusal;
      if (verdict.kind == Kind::kRefused) refusal = verdict.refusal;
      if (refusal != e.entry.refusal) {
        Blame(e.index, "VERDICT_DIFFERS",
              "the log says " + name(e.entry.refusal) + ", the rules say " + name(refusal));
      }
    }
  }

  void CheckCommitment(const Checked& e) {
    const bool accepted = !e.entry.refusal.has_value();
    const auto fault = state_->CommitmentFault(e.event, accepted, e.entry.received_at);
    if (fault == "COMMITMENT_MISSING") {
      Blame(e.index, std::string(*fault),
            "the ledger did not commit to its tallies when it had to, before this entry");
    } else if (fault == "TALLY_ROOT_DIFFERS") {
      Blame(e.index, std::string(*fault),
            "the ledger signed for tallies that are not those of its entries: they give root " +
                ToHex(state_->TallyRoot()));
    } else if (fault) {
      Blame(e.index, std::string(*fault),
            "the commitment was not made when the ledger says that it received it");
    }
    if (accepted && e.event.kind() == event::BodyKind::kTallyCommitted) ++report_.commitments;
  }

  void CheckCheckpoint() {
    report_.root = tree_.Root();
    if (report_.root != checkpoint_.root) {
      Blame(std::nullopt, "ROOT_DIFFERS",
            "the entries give root " + ToHex(report_.root) + ", the checkpoint says " +
                ToHex(checkpoint_.root));
      return;
    }
    const auto& election = state_->registry().election();
    if (!election) {
      Blame(std::nullopt, "NO_ELECTION", "the log is empty");
      return;
    }
    if (election->origin != checkpoint_.origin) {
      Blame(std::nullopt, "OTHER_LOG", "the checkpoint's origin is not the election's");
      return;
    }
    // The key that genesis, or a later entry, names. It signed the checkpoint, or the one before it
    // did when it was changed in the very last commit.
    const auto official = state_->Official("ledger");
    for (const PublicKey& key : official ? official->keys : std::vector<PublicKey>()) {
      if (merkle::OpenCheckpoint(checkpoint_text_,
                                 {checkpoint_.origin, merkle::KeyType::kEd25519, key})
              .ok()) {
        return;
      }
    }
    Blame(std::nullopt, "CHECKPOINT_UNSIGNED", "no key of the ledger signed the newest checkpoint");
  }

  const LogSource& source_;
  const Options& options_;
  State* const rows_;
  Report report_;
  std::string checkpoint_text_;
  merkle::Checkpoint checkpoint_;
  std::optional<merkle::Checkpoint> since_;
  std::unique_ptr<projection::State> state_;
  merkle::RootBuilder tree_;
  UnixMicros last_received_{INT64_MIN};
  uint64_t flushed_ = 0;
};

}  // namespace

Result<Report> Verify(const LogSource& source, const Options& options, State* state) {
  State own;
  return Verifier(source, options, state != nullptr ? state : &own).Run();
}

}  // namespace jejak::verify
