// Tallies and checkpoints that are not those of the entries, proofs of figures, and logs whose
// history was exchanged for another.
#include <fstream>
#include <sstream>

#include "ledger/crypto/sha256.h"
#include "ledger/engine/ledger.h"
#include "ledger/projection/tally_proof.h"
#include "tests/support/small_election.h"
#include "tests/tamper/attacks.h"

namespace jejak::tamper {
namespace {

using event::TallyCommitted;

constexpr const char* kOperator = "operator";

bool IsCommitment(const event::Entry&, const event::Event& event) {
  return std::holds_alternative<TallyCommitted>(event.body);
}

std::string WrongTally(Stage* stage) {
  Book lie = stage->honest();
  lie.AlterAndSign(stage->FindLast(IsCommitment), "ledger", [](event::Event* event) {
    std::get<TallyCommitted>(event->body).root = crypto::Sha256("other tallies");
  });
  return stage->Tell(lie);
}

std::string TallyOfAnotherTime(Stage* stage) {
  Book lie = stage->honest();
  lie.AlterAndSign(stage->FindLast(IsCommitment), "ledger",
                   [](event::Event* event) { event->occurred_at.value -= 1'000'000; });
  return stage->Tell(lie);
}

std::string TallyBySomebodyElse(Stage* stage) {
  Book lie = stage->honest();
  const size_t last = stage->FindLast(IsCommitment);
  const TallyCommitted body = std::get<TallyCommitted>(lie.EventAt(last).body);
  lie.Erase(last);
  lie.Invent(last, "kpu.6501", body);
  Must(lie.Recommit());
  return stage->Tell(lie);
}

// 4,096 entries that change the tally, and the commitment that is then due left out.
std::string TallyOmitted(Stage* stage) {
  testing::SmallElection election(4'200);
  const fs::path dir = stage->Fresh("large");
  engine::OpenOptions options;
  options.markers = journal::Markers::None();
  options.ledger_key =
      std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf("ledger"));
  auto ledger = engine::Ledger::Create(dir, election.Genesis(), options);
  Must(ledger.status());
  (void)(*ledger)->Submit(election.Registry());
  std::vector<event::SignedEvent> results;
  for (uint64_t i = 0; i < 4'200; ++i) results.push_back(election.Result(i));
  (void)(*ledger)->Submit(std::move(results));
  Must((*ledger)->Close());
  ledger->reset();
  auto lie = Book::Read(dir, testing::SmallElection::KeyOf);
  Must(lie.status());
  size_t at = lie->size();
  while (!IsCommitment(lie->At(at - 1), lie->EventAt(at - 1))) --at;
  lie->Erase(at - 1);
  Must(lie->Recommit());
  const fs::path folder = stage->Fresh("export");
  Must(lie->WriteExport(folder));
  return stage->Run({"verify", "--dir", folder});
}

// A proof of Bulungan's figures, as `tally --proof` writes it, and what is made of it.
std::string Proof(Stage* stage, bool sum,
                  const std::function<void(projection::TallyProof*)>& change) {
  const fs::path file = stage->Fresh("proof");
  std::vector<std::string> ask = {"tally",    "--ledger", stage->ledger(), "--contest", "ppwp",
                                  "--region", "6501",     "--proof",       file};
  if (sum) ask.push_back("--sum");
  if (const auto said = stage->Run(ask); said != "OK") Broken("tally --proof: " + said);
  const std::vector<std::string> check = {"verify-proof", file, "--key", stage->vkey()};
  if (const auto said = stage->Run(check); said != "OK") Broken("verify-proof: " + said);
  std::stringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  auto proof = projection::ParseTallyProof(text.str());
  Must(proof.status());
  change(&*proof);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << projection::FormatTallyProof(*proof);
  return stage->Run(check);
}

std::string FigureInProof(Stage* stage) {
  return Proof(stage, false, [](projection::TallyProof* proof) {
    auto node = event::DecodeRegionTally(proof->node);
    Must(node.status());
    node->sums[0].sum += 1'000;
    proof->node = *event::Encode(*node);
  });
}

std::string DistrictOmitted(Stage* stage) {
  return Proof(stage, true, [](projection::TallyProof* proof) { proof->children.pop_back(); });
}

std::string TailRewritten(Stage* stage) {
  Book lie = stage->honest();
  const size_t from = lie.size() - 20;
  const size_t victim = stage->Find(
      [](const event::Entry& entry, const event::Event& event) {
        return std::holds_alternative<event::ResultSubmitted>(event.body) && !entry.refusal;
      },
      from);
  lie.AlterAndSign(victim, stage->AuthorOf(victim), [](event::Event* event) {
    std::get<event::ResultSubmitted>(event->body).votes[0].value += 1;
  });
  // What the conspiring author wrote after it goes.
  while (const auto next = stage->NextOf(victim)) {
    lie.Truncate(*next);
    break;
  }
  while (lie.size() < stage->honest().size()) {
    event::IncidentRecorded body;
    body.place = *election::RegionCode::Parse("6501");
    body.text = "listrik padam";
    lie.Invent(lie.size(), "kpu.6501", body);
  }
  Must(lie.Recommit());
  return stage->Tell(lie, /*since=*/true);
}

std::string RolledBack(Stage* stage) {
  Book lie = stage->honest();
  lie.Truncate(lie.size() - 30);
  return stage->Tell(lie, /*since=*/true);
}

// Two logs that each hold, and grow from one beginning: shown to two people who kept a checkpoint
// each, of one size.
std::string TwoHistories(Stage* stage) {
  Book lie = stage->honest();
  const size_t victim = lie.size() - 1;
  lie.Erase(victim);
  event::IncidentRecorded body;
  body.place = *election::RegionCode::Parse("6501");
  body.text = "jaringan putus";
  lie.Invent(lie.size(), "kpu.6501", body);
  Must(lie.Recommit());
  const fs::path folder = stage->Fresh("export"), kept = stage->Fresh("kept");
  Must(lie.WriteExport(folder));
  std::ofstream(kept) << lie.Checkpoint();
  for (const fs::path& shown : {folder, stage->exported()}) {
    if (const auto said = stage->VerifyExport(shown); said != "OK")
      return "a history alone: " + said;
  }
  const std::string one = stage->Run({"verify", "--dir", folder, "--since", stage->kept()});
  const std::string other = stage->Run({"verify", "--dir", stage->exported(), "--since", kept});
  return one == other ? one : one + ", the other: " + other;
}

std::string CheckpointByAnotherKey(Stage* stage) {
  const auto key = *crypto::SecretKey::FromSeed(std::string(32, 'k'));
  return stage->TellInExport(stage->honest(),
                             stage->honest().Checkpoint(stage->honest().size(), key));
}

// The export's files are right, but the checkpoint beside them is of another root or size.
std::string CheckpointReplaced(Stage* stage, const std::string& checkpoint) {
  const fs::path folder = stage->CopyOf(stage->exported());
  std::ofstream(folder / "checkpoint", std::ios::trunc) << checkpoint;
  return stage->VerifyExport(folder);
}

std::string FalseRootSigned(Stage* stage) {
  Book lie = stage->honest();
  lie.Swap(30, 31);
  return CheckpointReplaced(stage, lie.Checkpoint());
}

std::string MoreClaimed(Stage* stage) {
  Book lie = stage->honest();
  lie.Insert(lie.size(), lie.At(lie.size() - 1));
  return CheckpointReplaced(stage, lie.Checkpoint());
}

}  // namespace

std::vector<Attack> AttacksOnTallies() {
  return {
      {kOperator, "commits to other tallies", "tally commitment", "TALLY_ROOT_DIFFERS", WrongTally},
      {kOperator, "commits at a time of its choice", "time of the commitment",
       "COMMITMENT_TIME_DIFFERS", TallyOfAnotherTime},
      {kOperator, "leaves out a commitment that is due", "commitment every 4,096 changes",
       "COMMITMENT_MISSING", TallyOmitted},
      {"operator and KPU", "let another key commit to the tallies", "who may commit",
       "VERDICT_DIFFERS ROLE_NOT_ENTITLED", TallyBySomebodyElse},
      {"server", "shows another figure with its proof", "tally proof", "PROOF_INVALID",
       FigureInProof},
      {"server", "omits a district from a sum proof", "tally proof", "CHILDREN_WRONG",
       DistrictOmitted},
  };
}

std::vector<Attack> AttacksOnCheckpoints() {
  return {
      {"operator and author", "rewrite the tail and sign it again", "kept checkpoint",
       "HISTORY_REWRITTEN", TailRewritten},
      {kOperator, "rolls the log back and signs it again", "kept checkpoint", "ROLLED_BACK",
       RolledBack},
      {kOperator, "serves two histories", "checkpoints of two readers", "HISTORY_REWRITTEN",
       TwoHistories},
      {"stranger", "signs the checkpoint with a key of its own", "signature of the checkpoint",
       "CHECKPOINT_UNSIGNED", CheckpointByAnotherKey},
      {kOperator, "signs a root that the entries don't give", "root of the tree", "ROOT_DIFFERS",
       FalseRootSigned},
      {kOperator, "signs for an entry that it doesn't show", "entries of the checkpoint",
       "ENTRY_MISSING", MoreClaimed},
  };
}

}  // namespace jejak::tamper
