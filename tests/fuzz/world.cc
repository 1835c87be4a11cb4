#include "tests/fuzz/world.h"

#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {

World& World::The() {
  static World world;
  return world;
}

World::World() : folder_(OwnFolder("world")) {
  std::filesystem::remove_all(folder_);
  engine::OpenOptions options;
  options.markers = journal::Markers::None();
  // A given time, so that every process makes the same ledger.
  engine::SubmitOptions submit;
  submit.received_at = UnixMicros(1'707'900'000'000'000);
  options.verify_threads = 1;
  options.ledger_key =
      std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf("ledger"));
  auto made = engine::Ledger::Create(folder_, election_.Genesis(), options, submit);
  JEJAK_CHECK(made.ok());
  ledger_ = std::move(*made);
  for (const engine::Outcome& outcome : ledger_->Submit(election_.Registry(), submit))
    JEJAK_CHECK(outcome.receipt && !outcome.receipt->refusal);
  // The last two have nothing to show, and one tries to say it twice.
  for (uint64_t i = 0; i + 2 < kStations; ++i)
    (void)ledger_->SubmitOne(election_.Result(i), submit);
  event::ResultSubmitted again = election_.Form(0);
  again.votes[0].value += 1;
  engine::SubmitOptions committed = submit;
  committed.commit_before = true;
  (void)ledger_->SubmitOne(election_.Sign(testing::SmallElection::Kpps(0), again), committed);
  const auto view = ledger_->Newest();
  for (uint64_t i = 0; i < view->size().value; ++i)
    entries_.push_back(*view->EntryBytes(LogIndex(i)));
  checkpoint_ = *view->Checkpoint();
}

World::~World() {
  (void)ledger_->Close();
  ledger_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

merkle::VerifierKey World::log_key() const {
  return {"jejak.example/small", merkle::KeyType::kEd25519,
          testing::SmallElection::KeyOf("ledger").public_key()};
}

}  // namespace jejak::fuzz
