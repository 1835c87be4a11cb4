// Random nights: submissions, corrections, withdrawn figures, photos, competing submissions,
// rounds opened and cancelled, and a registry that grows meanwhile. After every batch the rows must
// be what a naive model of the same events gives, at every level; and the same events must give
// the same bytes whatever the batches and restarts. JEJAK_FOLD_SEED=n plays one seed alone.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "ledger/projection/test_log.h"
#include "ledger/projection/test_as_of.h"
#include "ledger/projection/test_model.h"

namespace jejak::projection::testing {
namespace {

constexpr size_t kSteps = 400;
constexpr uint64_t kSeeds = 12;
constexpr Figure kSomeFigures[] = {
    Figure::kVotersRegisteredL, Figure::kVotersRegisteredP, Figure::kVotersRegisteredJ,
    Figure::kVotersTotalJ,      Figure::kBallotsReceived,   Figure::kBallotsUsed,
    Figure::kValid,             Figure::kInvalid,           Figure::kTotal};

class Night {
 public:
  explicit Night(uint64_t seed) : random_(seed) { Setup(); }

  void Play() {
    for (size_t step = 0; step < kSteps; ++step) {
      if (step == 40) AddBallot("pdpr", "652", {"6502"}, {{1, 0}, {301, 1}});
      if (step == 90) AddStations({"6501011001004", "6401011001003"});
      if (step == 150) AddIndividuals();
      if (step == 220) AddBallot("pdpd", "64", {"64"}, {{13, 0}});
      if (step == 260) AddBallot("pdpr", "641", {"64"}, {{1, 0}, {2, 0}, {401, 2}});
      Step();
      if (Below(30) == 0) log_.CommitTally();
      Remember();
      if (Below(6) == 0) {
        Below(4) == 0 ? log_.Reopen() : log_.Commit();
        Compare();
        if (::testing::Test::HasFailure()) return;
      }
    }
    log_.Commit();
    Compare();
    CompareAsOf(log_, past_);
    CompareExplanations(log_, past_, &random_);
  }
  const TestLog& log() const { return log_; }
  // How often each kind of step was taken: a night that never cancels a round shows nothing.
  std::map<std::string, int> taken;

 private:
  // What the model says at this size of the log.
  void Remember() { past_[log_.log().size()] = model_.Tallies(); }
  uint64_t Below(uint64_t n) { return random_() % n; }
  template <typename List>
  const auto& Pick(const List& list) {
    return *std::next(list.begin(), static_cast<long>(Below(list.size())));
  }

  void Setup();
  void AddStations(const std::vector<std::string>& codes) {
    log_.Add(kRoot, MakeStations(codes));
    for (const std::string& code : codes) model_.AddStation(Code(code));
  }
  void AddContest(event::ContestRegistered contest) {
    model_.AddContest(contest);
    log_.Add(kRoot, std::move(contest));
  }
  void AddBallot(const char* contest, const char* dapil, const std::vector<const char*>& members,
                 const std::vector<std::pair<ChoiceId, ChoiceId>>& choices);
  void AddIndividuals() {
    AddContest(MakeContest("pdpd", election::ContestKind::kIndividual, {Code("64"), Code("65")}));
    AddBallot("pdpd", "65", {"65"}, {{11, 0}, {12, 0}});
  }

  void Step();
  void Submit(const std::string& contest, const StationCode& tps, bool competing);
  void Correct(const std::string& contest, const StationCode& tps);
  void FileCopy(const std::string& contest, const StationCode& tps);
  void OpenRound();
  void CancelRound();

  uint32_t Value() { return static_cast<uint32_t>(Below(25) == 0 ? 301 + Below(50) : Below(4)); }
  std::vector<FieldKey> FieldsOf(const std::string& contest, const StationCode& tps);
  event::ResultSubmitted RandomForm(const std::string& contest, const StationCode& tps);
  void CheckView(const std::string& contest, const StationCode& tps);
  void Compare();

  struct Opened {
    Hash event;
    std::vector<std::pair<std::string, StationCode>> stations;
    LogIndex index;
  };
  std::mt19937_64 random_;
  TestLog log_;
  Model model_;
  Past past_;
  std::vector<Opened> rounds_;
};

void Night::Setup() {
  log_.Open();
  log_.Add(kRoot, MakeRegions({"64", "6401", "640101", "6401011001", "65", "6501", "650101",
                               "6501011001", "6501011002", "650102", "6501021001", "6502",
                               "650201", "6502011001"}));
  AddContest(MakeContest("ppwp", election::ContestKind::kTicket, {RegionCode()}));
  AddBallot("ppwp", "0", {""}, {{1, 0}, {2, 0}});
  AddStations({"6401011001001", "6401011001002", "6501011001001", "6501011001002",
               "6501011001003", "6501011002001", "6501011002002"});
  auto parties = MakeContest("pdpr", election::ContestKind::kParty, {Code("64"), Code("65")});
  parties.excepted = {Code("6501021001")};
  AddContest(parties);
  AddBallot("pdpr", "651", {"6501"}, {{1, 0}, {101, 1}, {102, 1}, {2, 0}, {201, 2}});
  AddStations({"6501021001001", "6502011001001", "6502011001002", "6502011001003"});
}

// Choices are (id, party of a candidate or 0).
void Night::AddBallot(const char* contest, const char* dapil,
                      const std::vector<const char*>& members,
                      const std::vector<std::pair<ChoiceId, ChoiceId>>& choices) {
  event::BallotRegistered ballot{contest, dapil, {}, {}};
  for (const char* member : members) ballot.members.push_back(Code(member));
  for (const auto& [id, party] : choices) {
    ChoiceKind kind = ChoiceKind::kTicket;
    if (ballot.contest == "pdpd") kind = ChoiceKind::kIndividual;
    if (ballot.contest == "pdpr") kind = party == 0 ? ChoiceKind::kParty : ChoiceKind::kCandidate;
    ballot.choices.push_back(MakeChoice(id, kind, party));
  }
  model_.AddBallot(ballot);
  log_.Add(kRoot, std::move(ballot));
}

// Every field that a form of this station can have, ascending.
std::vector<FieldKey> Night::FieldsOf(const std::string& contest, const StationCode& tps) {
  std::vector<FieldKey> fields;
  for (const Figure figure : kSomeFigures) fields.push_back(FieldKey::Of(figure));
  for (const auto& choice : model_.contests.at(contest).BallotAt(tps)->choices) {
    fields.push_back(FieldKey::Votes(choice.id));
    if (choice.kind == ChoiceKind::kParty) fields.push_back(FieldKey::PartyTotal(choice.id));
  }
  std::sort(fields.begin(), fields.end());
  return fields;
}

event::ResultSubmitted Night::RandomForm(const std::string& contest, const StationCode& tps) {
  event::ResultSubmitted form;
  form.contest = contest;
  form.tps = tps;
  form.round = model_.contests.at(contest).stations.at(tps).Newest().number;
  const bool only_figures = Below(8) == 0, plain = Below(4) == 0;  // plain ones are alike
  for (const FieldKey& key : FieldsOf(contest, tps)) {
    if (plain ? key.kind == election::FieldKind::kFigure : Below(4) == 0) continue;
    if (key.kind == election::FieldKind::kFigure) {
      form.figures.push_back({static_cast<Figure>(key.id), Value()});
    } else if (!only_figures) {
      const bool total = key.kind == election::FieldKind::kPartyTotal;
      (total ? form.party_totals : form.votes).push_back({key.id, plain ? 1 : Value()});
    }
  }
  for (uint16_t page = 1; page <= 3; ++page) {
    if (Below(2) == 0) form.evidence.push_back({page, "image/jpeg", std::nullopt, "first"});
  }
  return form;
}

void Night::Submit(const std::string& contest, const StationCode& tps, bool competing) {
  ModelRound& round = model_.contests.at(contest).stations.at(tps).Newest();
  const uint8_t author = Pick(std::vector<uint8_t>{kKpps, kPpk, kImporter});
  event::ResultSubmitted form = RandomForm(contest, tps);
  if (competing && Below(3) == 0) {  // the very same figures: nobody need look
    form.figures.clear(), form.votes.clear(), form.party_totals.clear();
    for (const auto& [key, cell] : round.cells) {
      if (key.kind == election::FieldKind::kFigure)
        form.figures.push_back({static_cast<Figure>(key.id), cell.value});
      if (key.kind == election::FieldKind::kVotes) form.votes.push_back({key.id, cell.value});
      if (key.kind == election::FieldKind::kPartyTotal)
        form.party_totals.push_back({key.id, cell.value});
    }
  }
  const LogIndex index =
      log_.Add(author, form, competing ? std::optional(Reason::kResultExists) : std::nullopt);
  std::map<FieldKey, Cell> cells;
  for (const auto& f : form.figures)
    cells[FieldKey::Of(f.figure)] = {FieldKey::Of(f.figure), f.value, index};
  for (const auto& v : form.votes)
    cells[FieldKey::Votes(v.choice)] = {FieldKey::Votes(v.choice), v.value, index};
  for (const auto& v : form.party_totals)
    cells[FieldKey::PartyTotal(v.choice)] = {FieldKey::PartyTotal(v.choice), v.value, index};
  if (competing) {
    FindingRow row;
    for (const FieldKey& key : FieldsOf(contest, tps)) {
      const auto ours = round.cells.find(key), theirs = cells.find(key);
      const bool both = ours != round.cells.end() && theirs != cells.end();
      const bool none = ours == round.cells.end() && theirs == cells.end();
      if (!none && !(both && ours->second.value == theirs->second.value)) row.fields.push_back(key);
    }
    if (row.fields.empty()) return void(++taken["competing alike"]);
    const auto rule = static_cast<uint8_t>(Rule::kC20);
    round.open[{rule, index.value}] = index;
    model_.findings[FindingKey(contest, tps, rule, index.value, index)] = row;
    return void(++taken["competing"]);
  }
  ++taken[round.number > 1 ? "submitted in a later round" : "submitted"];
  round.cells = std::move(cells);
  for (const auto& photo : form.evidence) round.evidence[photo.page] = {photo, index};
  if (author == kPpk) round.ppk_acted = true;
  model_.Judge(contest, tps, index, log_.HashOf(index));
  model_.EndRounds(contest, tps, index);
  model_.Compare(index);
}

void Night::Correct(const std::string& contest, const StationCode& tps) {
  ModelRound& round = model_.contests.at(contest).stations.at(tps).Newest();
  const LogIndex index(log_.log().size());
  event::ResultCorrected body;
  body.contest = contest;
  body.tps = tps;
  body.round = round.number;
  body.supersedes = round.newest_event;
  const bool drops_votes = Below(12) == 0;  // leaves a form with no vote at all
  for (const FieldKey& key : FieldsOf(contest, tps)) {
    const bool vote = key.kind != election::FieldKind::kFigure;
    const bool there = round.cells.contains(key);
    if (drops_votes ? !(vote && there) : Below(4) != 0) continue;
    if (there && (drops_votes || Below(3) == 0)) {
      body.changes.push_back({key, std::nullopt});
      round.cells.erase(key);
      round.corrected = true;
      ++taken["figure withdrawn"];
      continue;
    }
    const uint32_t value = Value();
    body.changes.push_back({key, value});
    if (there && round.cells[key].value == value) continue;
    (there ? round.corrected : round.completed) = true;
    round.cells[key] = {key, value, index};
  }
  for (uint16_t page = 1; page <= 3; ++page) {
    if (Below(6) != 0) continue;
    const bool there = round.evidence.contains(page);
    if (there && Below(2) == 0) {
      body.evidence.push_back({page, std::nullopt});
      round.evidence.erase(page);
      round.evidence_replaced = true;
      continue;
    }
    const event::Evidence photo{page, "image/jpeg", std::nullopt, Below(2) == 0 ? "first" : "new"};
    body.evidence.push_back({page, photo});
    if (there && round.evidence[page].first == photo) continue;
    round.evidence[page] = {photo, index};
    round.evidence_replaced = true;
  }
  const uint8_t author = Pick(std::vector<uint8_t>{kKpps, kPpk});
  if (author == kPpk) round.ppk_acted = true;
  log_.Add(author, body);
  ++taken["corrected"];
  model_.Judge(contest, tps, index, log_.HashOf(index));
  model_.Compare(index);
}

void Night::FileCopy(const std::string& contest, const StationCode& tps) {
  const event::ResultSubmitted form = RandomForm(contest, tps);
  const auto round = static_cast<uint16_t>(1 + Below(form.round));
  const event::CopyFiled body = CopyOf(form, round);
  model_.AddCopy(body);
  model_.Compare(log_.Add(kBawaslu, body));
  ++taken["copy filed"];
}

void Night::OpenRound() {
  event::RoundOpened body;
  const std::vector<std::string> places = {"6501011001001", "6501011001", "6401", "6502011001002",
                                           "6501011002",    "650101"};
  body.places = {Code(Pick(places))};
  if (Below(2) == 0 && !body.places[0].Contains(Code("6502011001001")))
    body.places.push_back(Code("6502011001001"));
  body.contests = {"pdpr"};
  if (Below(2) == 0) body.contests.push_back("ppwp");
  const LogIndex index = log_.Add(kRoot, body);
  Opened opened{log_.HashOf(index), {}, index};
  for (const std::string& id : body.contests) {
    for (auto& [tps, station] : model_.contests.at(id).stations) {
      const bool named = std::any_of(body.places.begin(), body.places.end(),
                                     [&, t = tps](const auto& place) { return place.Contains(t); });
      if (!named) continue;
      ModelRound round;
      round.number = static_cast<uint16_t>(station.Newest().number + 1);
      round.opened_at = index;
      round.opened_event = opened.event;
      station.rounds.push_back(round);
      opened.stations.emplace_back(id, tps);
    }
  }
  rounds_.push_back(std::move(opened));
  ++taken["round opened"];
}

// The newest round that was opened, if none of its stations has gone on since.
void Night::CancelRound() {
  if (rounds_.empty()) return;
  const Opened opened = rounds_.back();
  for (const auto& [id, tps] : opened.stations) {
    const ModelRound& newest = model_.contests.at(id).stations.at(tps).Newest();
    const auto reference = log_.state().Reference(opened.event);
    ASSERT_TRUE(reference && newest.opened_at <= opened.index);
    if (newest.versions.empty()) continue;
    EXPECT_TRUE(reference->used) << "a round with a result could be cancelled";
    return;
  }
  EXPECT_FALSE(log_.state().Reference(opened.event)->used);
  log_.Add(kRoot, event::RoundCancelled{opened.event, "not needed", std::nullopt});
  for (const auto& [id, tps] : opened.stations)
    model_.contests.at(id).stations.at(tps).rounds.pop_back();
  rounds_.pop_back();
  EXPECT_TRUE(log_.state().Reference(opened.event)->resolved);
  ++taken["round cancelled"];
}

void Night::Step() {
  const uint64_t what = Below(40);
  if (what == 0) return OpenRound();
  if (what < 4) return CancelRound();
  const std::string contest = Pick(model_.contests).first;
  const StationCode tps = Pick(model_.contests.at(contest).stations).first;
  if (model_.contests.at(contest).BallotAt(tps) == nullptr) return;
  ModelRound& round = model_.contests.at(contest).stations.at(tps).Newest();
  if (what == 4) {
    event::ResultFinalised body{contest, tps, round.number};
    log_.Add(kKpps, body);
    round.finalised = true;
    ++taken["finalised"];
  } else if (what == 5) {
    log_.Add(kKpps, RandomForm(contest, tps), Reason::kOutsideJurisdiction);
    ++taken["refused"];
  } else if (what == 6 && Below(2) == 0) {
    FileCopy(contest, tps);
  } else if (round.versions.empty()) {
    Submit(contest, tps, /*competing=*/false);
  } else if (what < 10) {
    Submit(contest, tps, /*competing=*/true);
  } else {
    Correct(contest, tps);
  }
  CheckView(contest, tps);
}

// What admission sees in the middle of a batch.
void Night::CheckView(const std::string& contest, const StationCode& tps) {
  const ModelRound& want = model_.contests.at(contest).stations.at(tps).Newest();
  const admission::ResultState have =
      log_.state().Result(contest, tps, admission::Contents::kWanted);
  EXPECT_EQ(have.round, want.number);
  EXPECT_EQ(have.has_result, !want.versions.empty());
  EXPECT_EQ(have.newest_event, want.newest_event);
  EXPECT_EQ(have.finalised, want.finalised);
  EXPECT_EQ(have.ppk_acted, want.ppk_acted);
  std::vector<election::FieldValue> values;
  for (const Cell& cell : want.Cells()) values.push_back({cell.key, cell.value});
  EXPECT_TRUE(have.values == values);
}

void Night::Compare() {
  size_t past = 0;
  for (const auto& [id, contest] : model_.contests) {
    for (const auto& [tps, station] : contest.stations) {
      SCOPED_TRACE(id + " " + tps.str());
      const auto row = log_.Get<ResultRow>(kResults, PlaceKey(id, tps)).value_or(ResultRow{});
      CompareRound(station.rounds.back(), row.newest);
      EXPECT_EQ(row.shown_round, station.Shown().number);
      for (size_t i = 0; i + 1 < station.rounds.size(); ++i, ++past) {
        const auto round =
            log_.Get<RoundRow>(kPastRounds, PastRoundKey(id, tps, station.rounds[i].number));
        ASSERT_TRUE(round.has_value());
        CompareRound(station.rounds[i], *round);
      }
    }
  }
  EXPECT_EQ(log_.rows().table(kPastRounds).size(), past);
  std::map<Bytes, Bytes, std::less<>> findings;
  for (const auto& [key, row] : model_.findings) findings[key] = Encode(row);
  for (const auto& [place, row] : model_.Tallies()) {
    EXPECT_TRUE(log_.TallyAt(place.first, place.second, TreeSize(log_.log().size())) == row)
        << place.first << " " << place.second.display() << " after " << log_.log().size();
  }
  EXPECT_EQ(log_.state().TallyRoot(), model_.Root()) << "after " << log_.log().size();
  EXPECT_TRUE(log_.rows().table(kFindings) == findings) << "after " << log_.log().size();
}

TEST(FoldRandom, RowsAreWhatANaiveModelGivesAndBatchesDoNotShow) {
  std::map<std::string, int> taken;
  for (const uint64_t seed : SeedsOf(kSeeds)) {
    SCOPED_TRACE("JEJAK_FOLD_SEED=" + std::to_string(seed));
    Night night(seed);
    night.Play();
    if (HasFailure()) return;
    for (const auto& [what, times] : night.taken) taken[what] += times;
    for (const auto& [key, row] : night.log().rows().table(kFindings)) {
      const auto rule = static_cast<uint8_t>(key[key.size() - 17]);
      ++taken[std::string(election::InfoOf(static_cast<Rule>(rule)).id)];
    }

    // The same entries: one batch; a batch each; random batches with restarts. Half of them with
    // caches that forget what the batch before didn't use.
    std::mt19937_64 random(seed + 1000);
    for (const uint64_t batch : {uint64_t{0}, uint64_t{1}, uint64_t{7}, uint64_t{60}}) {
      const CacheBounds none{0, 0, 0, 0, 0, 0};
      TestLog again((seed + batch) % 2 == 0 ? none : CacheBounds());
      for (const TestEntry& entry : night.log().log()) {
        again.Add(entry);
        if (batch == 1 || (batch > 1 && random() % batch == 0)) {
          random() % 3 == 0 ? again.Reopen() : again.Commit();
        }
      }
      again.Commit();
      EXPECT_EQ(Difference(again.rows(), night.log().rows()), "") << "batch " << batch;
    }
  }
  if (std::getenv("JEJAK_FOLD_SEED") != nullptr) return;
  for (const char* what : {"submitted", "submitted in a later round", "corrected", "competing",
                           "competing alike", "figure withdrawn", "round opened",
                           "round cancelled", "finalised", "refused", "copy filed", "C15", "C17",
                           "C19"}) {
    EXPECT_GE(taken[what], 20) << what;
  }
}

}  // namespace
}  // namespace jejak::projection::testing
