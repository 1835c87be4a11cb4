// One ledger as a daemon has it, with everything that it does at once: callers that hand in,
// readers of one view and of the newest ones, names, a rebuild, checksums, publication. Everybody
// sees whole states. Of most worth under ThreadSanitizer (tools/sanitize tsan).
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "ledger/engine/ledger.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/projection/queries.h"
#include "ledger/publish/export_reader.h"
#include "ledger/publish/publisher.h"
#include "ledger/verify/verify.h"
#include "tests/support/small_election.h"

namespace jejak::engine {
namespace {

constexpr uint64_t kStations = 24;
constexpr size_t kCallers = 3;

// A view as what is published, and as what is verified.
struct Shown final : publish::Log, verify::LogSource {
  explicit Shown(std::shared_ptr<const View> view) : of(std::move(view)) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return of->EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return of->Checkpoint(); }
  const std::shared_ptr<const View> of;
};

class ThreadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::InitCrypto().ok());
    dir_ = std::filesystem::temp_directory_path() / ("jejak-threads-" + std::to_string(getpid()));
    std::filesystem::remove_all(dir_);
    OpenOptions options;
    options.ledger_key =
        std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf("ledger"));
    options.verify_threads = 3;
    options.batch_events_max = 4;  // many commits
    options.committed = [this](TreeSize) {
      if (publish::Publisher* const publisher = publishing_.load()) publisher->Grown();
    };
    auto made = Ledger::Create(dir_ / "ledger", election_.Genesis(), options);
    ASSERT_TRUE(made.ok()) << made.status().ToString();
    ledger_ = std::move(*made);
    (void)ledger_->Submit(election_.Registry());
    for (uint64_t i = 0; i < kStations; ++i) results_.push_back(election_.Result(i));
  }
  void TearDown() override {
    ledger_.reset();
    std::filesystem::remove_all(dir_);
  }
  std::unique_ptr<publish::Publisher> StartPublishing() {
    publish::PublisherOptions options;
    options.folder = dir_ / "export";
    options.interval = std::chrono::milliseconds(1);
    options.newest = [this] { return std::make_shared<Shown>(ledger_->Newest()); };
    auto publisher = publish::Publisher::Start(std::move(options));
    EXPECT_TRUE(publisher.ok()) << publisher.status().ToString();
    publishing_ = publisher->get();
    return std::move(*publisher);
  }

  std::filesystem::path dir_;
  testing::SmallElection election_{kStations};
  std::vector<event::SignedEvent> results_;
  std::atomic<publish::Publisher*> publishing_{nullptr};
  std::unique_ptr<Ledger> ledger_;
};

// Log, checkpoint and projections of a view are of its size.
void ExpectWhole(const View& view) {
  const auto text = view.Checkpoint();
  ASSERT_TRUE(text.ok()) << text.status().ToString();
  const auto note = merkle::ParseNote(*text);
  ASSERT_TRUE(note.ok());
  const auto checkpoint = merkle::ParseCheckpoint(note->text);
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->size, view.size());
  EXPECT_EQ(checkpoint->root, view.root());
  EXPECT_TRUE(view.TlogProof(LogIndex(view.size().value - 1)).ok());
  EXPECT_FALSE(view.EntryBytes(LogIndex(view.size().value)).ok());
  uint64_t results = 0;
  for (uint64_t i = 0; i < view.size().value; ++i) {
    const auto entry = view.Entry(LogIndex(i));
    ASSERT_TRUE(entry.ok()) << entry.status().ToString();
    if (entry->event.kind() == event::BodyKind::kResultSubmitted) ++results;
  }
  const auto queries =
      projection::Queries::Open(&view.rows(), &view, view.registry(), std::nullopt);
  ASSERT_TRUE(queries.ok()) << queries.status().ToString();
  const auto tally = (*queries)->TallyOf("ppwp", election::RegionCode());
  ASSERT_TRUE(tally.ok()) << tally.status().ToString();
  ASSERT_FALSE(tally->votes.empty());
  EXPECT_EQ(tally->votes[0].present, results);
}

TEST_F(ThreadsTest, EverythingAtOnce) {
  const auto publisher = StartPublishing();
  const auto kept = ledger_->Newest();
  const TreeSize before = kept->size();
  std::atomic<size_t> callers_left{kCallers};
  std::vector<std::thread> threads;
  for (size_t c = 0; c < kCallers; ++c) {
    threads.emplace_back([&, c] {
      // Each hands in everything, from another place on, so that each is a retry of the others.
      for (uint64_t i = 0; i < kStations; ++i) {
        const event::SignedEvent& event = results_[(i + c * kStations / kCallers) % kStations];
        EXPECT_TRUE(ledger_->SubmitOne(event, {true, std::nullopt}).receipt);
      }
      --callers_left;
    });
  }
  // Each at least once, and until all is handed in.
  const auto meanwhile = [&](const std::function<void()>& what) {
    threads.emplace_back([&callers_left, what] {
      do what();
      while (callers_left != 0);
    });
  };
  for (int reader = 0; reader < 2; ++reader) {
    meanwhile([&] {
      ExpectWhole(*kept);
      ExpectWhole(*ledger_->Newest());
    });
  }
  meanwhile([&] {
    EXPECT_TRUE(ledger_->Rebuild(nullptr).ok());
    EXPECT_TRUE(ledger_->TallyRoot().ok());
    EXPECT_EQ(ledger_->PutPeople({{"kpu", {{}, "somebody else"}}}).reason(),
              Reason::kInvalidArgument);
    EXPECT_TRUE(ledger_->VerifyChecksums(nullptr).ok());
  });
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(kept->size(), before);
  publishing_ = nullptr;
  EXPECT_TRUE(publisher->Stop().ok());
  const auto view = ledger_->Newest();
  const auto published = publish::ExportReader::Open(dir_ / "export");
  ASSERT_TRUE(published.ok()) << published.status().ToString();
  EXPECT_EQ((*published)->size(), view->size());
  EXPECT_EQ((*published)->root(), view->root());
  verify::Options options;
  options.threads = 3;
  const auto report = verify::Verify(Shown(view), options);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_FALSE(report->fault) << report->fault->what << ": " << report->fault->meaning;
  const Hash digest = *ledger_->ProjectionDigest();
  EXPECT_TRUE(ledger_->Rebuild(nullptr).ok());
  EXPECT_EQ(*ledger_->ProjectionDigest(), digest);
}

// Closing answers whoever still hands in: with a receipt that holds, or that the ledger stopped.
TEST_F(ThreadsTest, ClosingAnswersEverybody) {
  std::atomic<size_t> answered{0}, logged{0};
  const TreeSize before = ledger_->Newest()->size();
  for (const event::SignedEvent& event : results_) {
    ledger_->SubmitAsync({event}, {}, [&](const std::vector<Outcome>& outcomes) {
      answered += outcomes.size();
      logged += outcomes[0].receipt ? 1 : 0;
    });
  }
  ASSERT_TRUE(ledger_->Close().ok());
  EXPECT_EQ(answered, kStations);
  OpenOptions reading;
  reading.store.read_only = true;
  const auto again = Ledger::Open(dir_ / "ledger", reading);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_GE((*again)->Newest()->size().value, before.value + logged);
}

}  // namespace
}  // namespace jejak::engine
