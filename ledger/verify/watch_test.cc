// A monitor's alerts must be there for what they are defined by and for nothing less: totals that
// fell between two commitments, corrections under a certification, and each pattern of an
// official's activity at its threshold and not one before. The same log must give the same alerts,
// at whatever point its rows were written.
#include "ledger/verify/watch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/projection/test_log.h"

// Where the names of its log are.
namespace jejak::projection::testing {
namespace {

using verify::Alert;
using verify::Replayed;
using verify::Watch;

class WatchTest : public ::testing::Test {
 protected:
  WatchTest() {
    log_.Open();
    See();
    log_.Add(kRoot, MakeRegions({"65", "6501", "650101", "6501011001"}));
    log_.Add(kRoot, MakeContest("ppwp", election::ContestKind::kTicket, {Code("65")}));
    event::BallotRegistered ballot;
    ballot.contest = "ppwp";
    ballot.dapil = "0";
    ballot.members = {Code("65")};
    ballot.choices = {MakeChoice(1, ChoiceKind::kTicket), MakeChoice(2, ChoiceKind::kTicket)};
    log_.Add(kRoot, ballot);
    std::vector<std::string> stations;
    for (int i = 1; i <= 60; ++i) stations.push_back(Tps(i));
    log_.Add(kRoot, MakeStations(stations));
    See();
    for (int i = 1; i <= 60; ++i) {
      event::ResultSubmitted form;
      form.contest = "ppwp";
      form.tps = Code(Tps(i));
      form.votes = {{1, 100}, {2, 100}};
      log_.Add(kImporter, form);
      See();
    }
    log_.CommitTally();
    EXPECT_EQ(See(), "");
  }
  static std::string Tps(int i) { return fmt::format("6501011001{:03}", i); }

  void Correct(int tps, std::optional<uint32_t> one, std::optional<uint32_t> two,
               uint8_t author = kPpk) {
    event::ResultCorrected body;
    body.contest = "ppwp";
    body.tps = Code(Tps(tps));
    if (one) body.changes.push_back({FieldKey::Votes(1), *one});
    if (two) body.changes.push_back({FieldKey::Votes(2), *two});
    log_.Add(author, body);
  }

  // Alerts of the newest entries, as text, each of which is seen right after it was folded: so this
  // is called after every Add that may matter.
  std::string See() {
    const size_t index = log_.log().size() - 1;
    const TestEntry& entry = log_.log()[index];
    const Replayed replayed{LogIndex(index), entry.event, entry.hash,
                            UnixMicros(1000 + static_cast<int64_t>(index)), entry.refusal};
    std::string out;
    for (const Alert& alert : watch_.See(replayed, log_.state())) {
      out += fmt::format("{} {} {} {} {}", AlertName(alert.kind), alert.contest,
                         alert.place.display(), alert.official, PatternName(alert.pattern));
      if (alert.field) out += " " + election::FieldName(*alert.field);
      if (alert.before) out += fmt::format(" {}>{}", *alert.before, *alert.after);
      out += fmt::format(" n={} e={}\n", alert.count, alert.entries.size());
      EXPECT_EQ(alert.index.value, index);
    }
    if (commit_) log_.Commit();
    return out;
  }

  bool commit_ = false;
  TestLog log_;
  Watch watch_;
};

TEST_F(WatchTest, TotalsThatFellBetweenCommitments) {
  // Down and up again before the next commitment is no fall; one down while another TPS goes up by
  // less is.
  Correct(1, 90, std::nullopt);
  EXPECT_EQ(See(), "");
  Correct(2, 110, std::nullopt);
  EXPECT_EQ(See(), "");
  log_.CommitTally();
  EXPECT_EQ(See(), "");
  Correct(3, 80, 105);
  EXPECT_EQ(See(), "");
  Correct(4, 105, std::nullopt);
  EXPECT_EQ(See(), "");
  log_.CommitTally();
  EXPECT_EQ(See(),
            "TOTAL_FELL ppwp 0   votes.1 6000>5985 n=0 e=1\n"
            "TOTAL_FELL ppwp 65   votes.1 6000>5985 n=0 e=1\n"
            "TOTAL_FELL ppwp 6501   votes.1 6000>5985 n=0 e=1\n"
            "TOTAL_FELL ppwp 650101   votes.1 6000>5985 n=0 e=1\n");
  log_.CommitTally();
  EXPECT_EQ(See(), "");
}

TEST_F(WatchTest, CorrectionsAfterACertification) {
  Correct(1, 99, std::nullopt);
  EXPECT_EQ(See(), "");
  event::RecapCertified recap;
  recap.contest = "ppwp";
  recap.region = Code("650101");
  log_.Add(kPpk, recap);
  EXPECT_EQ(See(), "");
  recap.region = Code("6501");
  log_.Add(kRoot, recap);
  EXPECT_EQ(See(), "");
  Correct(2, 99, std::nullopt);
  EXPECT_EQ(See(), "CORRECTED_AFTER_CERTIFICATION ppwp 6501011001002 ppk  n=0 e=2\n");
  // An importer's are named too; refused ones are not corrections.
  Correct(2, 98, std::nullopt, kImporter);
  EXPECT_EQ(See(), "CORRECTED_AFTER_CERTIFICATION ppwp 6501011001002 imp  n=0 e=2\n");
}

TEST_F(WatchTest, RefusalsByOfficial) {
  for (int i = 1; i <= 40; ++i) {
    log_.Add(kKpps, event::ResultFinalised{"ppwp", Code(Tps(1)), 1}, Reason::kRoleNotEntitled);
    const bool step = i == 8 || i == 16 || i == 32;
    EXPECT_EQ(See(), step ? fmt::format("UNUSUAL_ACTIVITY  0 kpps refusals n={} e={}\n", i, i) : "")
        << i;
  }
}

TEST_F(WatchTest, CorrectionsThatFavourOne) {
  for (int i = 1; i <= 8; ++i) {
    // Seven of eight give to 2 what they take from 1.
    i == 3 ? Correct(i, 101, 99) : Correct(i, 99, 101);
    EXPECT_EQ(See(), i == 8 ? "UNUSUAL_ACTIVITY ppwp 0 ppk one_sided votes.2 n=8 e=7\n" : "") << i;
  }
  // An importer has no habits.
  for (int i = 9; i <= 17; ++i) {
    Correct(i, 99, 101, kImporter);
    EXPECT_EQ(See(), "");
  }
}

TEST_F(WatchTest, ManyCorrectionsInAnHour) {
  std::string all;
  for (int i = 1; i <= 40; ++i) {
    i % 2 == 0 ? Correct(i, 101, 99) : Correct(i, 99, 101);
    const std::string seen = See();
    EXPECT_EQ(seen, i == 30 ? "UNUSUAL_ACTIVITY  0 ppk corrections n=30 e=30\n" : "") << i;
  }
}

TEST_F(WatchTest, DoesNotDependOnWhenRowsAreWritten) {
  commit_ = true;
  Correct(3, 80, std::nullopt);
  EXPECT_EQ(See(), "");
  log_.CommitTally();
  EXPECT_NE(See().find("TOTAL_FELL ppwp 0   votes.1 6000>5980"), std::string::npos);
}

}  // namespace
}  // namespace jejak::projection::testing
