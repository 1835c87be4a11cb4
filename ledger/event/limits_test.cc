#include "ledger/base/limits.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "ledger/event/codec.h"
#include "ledger/event/testing_samples.h"

namespace jejak::event {
namespace {

using election::Figure;

// Says what is wrong with `body`, by the encoder: "FIELD_INVALID name"; "OK" if nothing is.
// ValidateBody must say the same.
std::string Verdict(const Body& body) {
  const auto encoded = EncodeEvent(EventOf(body));
  const Status& status = encoded.status();
  const Status validated = ValidateBody(body);
  EXPECT_EQ(validated.ToString(), status.ToString());
  if (status.ok()) {
    EXPECT_TRUE(DecodeEvent(*encoded).ok());
    return "OK";
  }
  std::string out(InfoOf(status.reason()).name);
  for (const auto& [key, value] : status.metadata()) out += " " + value;
  return out;
}

template <typename T>
T Full() {
  for (size_t i = 0; i < kBodyKinds; ++i) {
    Body body = FullBody(static_cast<BodyKind>(i));
    if (auto* found = std::get_if<T>(&body)) return std::move(*found);
  }
  return {};
}
// The full body after `edit`.
template <typename T>
std::string After(std::function<void(T&)> edit) {
  T body = Full<T>();
  edit(body);
  return Verdict(body);
}

const std::string kText4096(4'096, 'a');
const std::string kName256(256, 'a');
const std::string kId64(64, 'a');

// Each limit on the registry's bodies: just inside passes, just outside is refused and named.
TEST(Limits, Election) {
  using B = ElectionOpened;
  EXPECT_EQ(After<B>([](B& b) { b.name = kName256; }), "OK");
  EXPECT_EQ(After<B>([](B& b) { b.name = kName256 + "a"; }), "FIELD_INVALID name");
  EXPECT_EQ(After<B>([](B& b) { b.name = ""; }), "FIELD_INVALID name");
  EXPECT_EQ(After<B>([](B& b) { b.name = "a\x7f"; }), "FIELD_INVALID name");
  EXPECT_EQ(After<B>([](B& b) { b.kind = static_cast<election::ElectionKind>(2); }),
            "FIELD_INVALID kind");
  EXPECT_EQ(After<B>([](B& b) { b.mode = static_cast<election::Mode>(3); }), "FIELD_INVALID mode");
  EXPECT_EQ(After<B>([](B& b) { b.voting_day = 0; }), "OK");
  EXPECT_EQ(After<B>([](B& b) { b.voting_day = 20240230; }), "FIELD_INVALID votingDay");
  EXPECT_EQ(After<B>([](B& b) { b.origin = ""; }), "FIELD_INVALID origin");
  EXPECT_EQ(After<B>([](B& b) { b.origin = "a b"; }), "FIELD_INVALID origin");
  EXPECT_EQ(After<B>([](B& b) { b.origin = "a+b"; }), "FIELD_INVALID origin");
  EXPECT_EQ(After<B>([](B& b) { b.origin = kName256 + "a"; }), "FIELD_INVALID origin");
  EXPECT_EQ(After<B>([](B& b) { b.dpt_max = 0; }), "FIELD_INVALID dptMax");
  EXPECT_EQ(After<B>([](B& b) { b.dpt_max = 10'000'000; }), "FIELD_INVALID dptMax");
  EXPECT_EQ(After<B>([](B& b) { b.reserve_permille = 1'000; }), "OK");
  EXPECT_EQ(After<B>([](B& b) { b.reserve_permille = 1'001; }), "FIELD_INVALID reservePermille");
  EXPECT_EQ(After<B>([](B& b) { b.root_body = kName256 + "a"; }), "FIELD_INVALID rootBody");
  EXPECT_EQ(After<B>([](B& b) { b.root_decree = kName256 + "a"; }), "FIELD_INVALID rootDecree");
}

TEST(Limits, Contest) {
  using B = ContestRegistered;
  EXPECT_EQ(After<B>([](B& b) { b.id = "p234567890123456"; }), "OK");
  EXPECT_EQ(After<B>([](B& b) { b.id = "p2345678901234567"; }), "FIELD_INVALID id");
  for (const char* id : {"", "1p", "P", "p-1", "p_1"}) {
    EXPECT_EQ(After<B>([&](B& b) { b.id = id; }), "FIELD_INVALID id") << id;
  }
  EXPECT_EQ(After<B>([](B& b) { b.name = kName256 + "a"; }), "FIELD_INVALID name");
  EXPECT_EQ(After<B>([](B& b) { b.covered.clear(); }), "FIELD_INVALID covered");
  EXPECT_EQ(After<B>([](B& b) { std::swap(b.covered[0], b.covered[1]); }),
            "FIELD_INVALID covered[1]");
  EXPECT_EQ(After<B>([](B& b) { b.covered[1] = b.covered[0]; }), "FIELD_INVALID covered[1]");
  EXPECT_EQ(After<B>([](B& b) { b.excepted[1] = Code("66"); }), "FIELD_INVALID excepted[1]");
  EXPECT_EQ(After<B>([](B& b) { b.excepted[1] = Code("65"); }), "FIELD_INVALID excepted[1]");
  EXPECT_EQ(After<B>([](B& b) {
              b.covered = {Code("34"), Code("3401"), Code("65")};
            }),
            "FIELD_INVALID excepted[0]");
  EXPECT_EQ(After<B>([](B& b) { b.covered = {RegionCode()}; }), "OK");
  EXPECT_EQ(After<B>([](B& b) { b.deadlines[1].stage = b.deadlines[0].stage; }),
            "FIELD_INVALID deadlines[1]");
  EXPECT_EQ(After<B>([](B& b) { b.deadlines[1].stage = static_cast<election::Stage>(5); }),
            "FIELD_INVALID deadlines[1].stage");
}

TEST(Limits, RegionsAndStations) {
  using R = RegionsRegistered;
  EXPECT_EQ(Verdict(R{}), "FIELD_INVALID regions");
  EXPECT_EQ(After<R>([](R& b) { std::swap(b.regions[1], b.regions[2]); }),
            "FIELD_INVALID regions[2]");
  EXPECT_EQ(After<R>([](R& b) { b.regions[3].code = Code("9901010001003"); }),
            "FIELD_INVALID regions[3].code");
  EXPECT_EQ(After<R>([](R& b) { b.regions[1].utc_offset = 1'081; }),
            "FIELD_INVALID regions[1].utcOffset");
  EXPECT_EQ(After<R>([](R& b) { b.regions[1].utc_offset = -1'081; }),
            "FIELD_INVALID regions[1].utcOffset");
  EXPECT_EQ(After<R>([](R& b) { b.regions[1].expected_stations = 10'000'000; }),
            "FIGURE_OUT_OF_RANGE regions[1].stations");
  EXPECT_EQ(After<R>([](R& b) { b.regions[1].kind = static_cast<election::RegionKind>(9); }),
            "FIELD_INVALID regions[1].kind");
  EXPECT_EQ(After<R>([](R& b) { b.regions[1].name = kName256 + "a"; }),
            "FIELD_INVALID regions[1].name");
  using S = StationsRegistered;
  EXPECT_EQ(Verdict(S{}), "FIELD_INVALID stations");
  EXPECT_EQ(After<S>([](S& b) { b.stations[1] = b.stations[0]; }), "FIELD_INVALID stations[1]");
  EXPECT_EQ(After<S>([](S& b) { b.stations[0].code = Code("6502010001"); }),
            "FIELD_INVALID stations[0].code");
  EXPECT_EQ(After<S>([](S& b) {
              b.stations[0].dpt = Dpt{9'999'999, 10'000'000};
            }),
            "FIGURE_OUT_OF_RANGE stations[0].dpt.p");
  EXPECT_EQ(After<S>([](S& b) {
              b.stations[0].dpt = Dpt{10'000'000, 0};
            }),
            "FIGURE_OUT_OF_RANGE stations[0].dpt.l");
  EXPECT_EQ(After<S>([](S& b) { b.stations[1].kind = static_cast<election::StationKind>(5); }),
            "FIELD_INVALID stations[1].kind");
}

TEST(Limits, Ballot) {
  using B = BallotRegistered;
  EXPECT_EQ(After<B>([](B& b) { b.contest = ""; }), "FIELD_INVALID contest");
  EXPECT_EQ(After<B>([](B& b) { b.dapil = ""; }), "FIELD_INVALID dapil");
  EXPECT_EQ(After<B>([](B& b) { b.dapil = "12345678901234567"; }), "FIELD_INVALID dapil");
  EXPECT_EQ(After<B>([](B& b) { b.dapil = "6a"; }), "FIELD_INVALID dapil");
  EXPECT_EQ(After<B>([](B& b) { b.members.clear(); }), "FIELD_INVALID members");
  EXPECT_EQ(After<B>([](B& b) { b.members[0] = Code("65"); }), "FIELD_INVALID members[1]");
  EXPECT_EQ(After<B>([](B& b) { b.choices.clear(); }), "FIELD_INVALID choices");
  EXPECT_EQ(After<B>([](B& b) { b.choices[0].id = 0; }), "FIELD_INVALID choices[0].id");
  EXPECT_EQ(After<B>([](B& b) { b.choices[3].id = 17; }), "FIELD_INVALID choices[3].id");
  EXPECT_EQ(After<B>([](B& b) { b.choices[3].id = 1; }), "OK");  // ballot order, not id order
  EXPECT_EQ(After<B>([](B& b) { b.choices[1].party = 4; }), "FIELD_INVALID choices[1].party");
  EXPECT_EQ(After<B>([](B& b) { b.choices[1].party = 0; }), "FIELD_INVALID choices[1].party");
  EXPECT_EQ(After<B>([](B& b) { b.choices[2].party = 17; }), "FIELD_INVALID choices[2].party");
  EXPECT_EQ(After<B>([](B& b) { b.choices[3].witness_key = NewKey{}; }),
            "FIELD_INVALID choices[3].witnessKey");
  EXPECT_EQ(After<B>([](B& b) { b.choices[1].witness_key = NewKey{}; }),
            "FIELD_INVALID choices[1].witnessKey");
  EXPECT_EQ(After<B>([](B& b) { b.choices[0].kind = static_cast<election::ChoiceKind>(5); }),
            "FIELD_INVALID choices[0].kind");
  EXPECT_EQ(After<B>([](B& b) { b.choices.resize(limits::kListElementsMax + 1); }),
            "FIELD_INVALID choices");
}

TEST(Limits, OfficialsAndAmendments) {
  using B = OfficialsEnrolled;
  EXPECT_EQ(Verdict(B{}), "FIELD_INVALID officials");
  EXPECT_EQ(After<B>([](B& b) { b.officials[0].id = kId64; }), "OK");
  EXPECT_EQ(After<B>([](B& b) { b.officials[0].id = kId64 + "a"; }),
            "FIELD_INVALID officials[0].id");
  EXPECT_EQ(After<B>([](B& b) { b.officials[0].id = "a b"; }), "FIELD_INVALID officials[0].id");
  EXPECT_EQ(After<B>([](B& b) { b.officials[1].id = b.officials[0].id; }),
            "FIELD_INVALID officials[1]");
  EXPECT_EQ(After<B>([](B& b) { b.officials[0].choice = 1; }), "FIELD_INVALID officials[0].choice");
  EXPECT_EQ(After<B>([](B& b) { b.officials[1].choice = 0; }), "FIELD_INVALID officials[1].choice");
  EXPECT_EQ(After<B>([](B& b) { b.officials[1].contest = "X"; }),
            "FIELD_INVALID officials[1].contest");
  EXPECT_EQ(After<B>([](B& b) { b.officials[0].role = static_cast<election::Role>(19); }),
            "FIELD_INVALID officials[0].role");
  EXPECT_EQ(After<B>([](B& b) { b.officials[0].keys[1] = b.officials[0].keys[0]; }),
            "FIELD_INVALID officials[0].keys[1]");
  const auto keys = [](size_t n) {
    return After<B>([n](B& b) {
      b.officials[0].keys.assign(n, {});
      for (size_t i = 0; i < n; ++i) b.officials[0].keys[i].key.bytes[0] = static_cast<uint8_t>(i);
    });
  };
  EXPECT_EQ(keys(16), "OK");
  EXPECT_EQ(keys(17), "FIELD_INVALID officials[0].keys");
  using A = RegistryAmended;
  EXPECT_EQ(Verdict(A{{}, "x"}), "FIELD_INVALID amendments");
  EXPECT_EQ(After<A>([](A& b) { b.amendments[2].subject = b.amendments[1].subject; }),
            "FIELD_INVALID amendments[2]");
  EXPECT_EQ(After<A>([](A& b) { b.amendments[2].after = kName256 + "a"; }),
            "FIELD_INVALID amendments[2].after");
  EXPECT_EQ(After<A>([](A& b) { b.legal_basis = kText4096; }), "OK");
  EXPECT_EQ(After<A>([](A& b) { b.legal_basis = kText4096 + "a"; }), "FIELD_INVALID legalBasis");
  EXPECT_EQ(Verdict(KeyEnrolled{"", {}}), "FIELD_INVALID official");
  EXPECT_EQ(Verdict(KeyRevoked{{}, kText4096 + "a", {}}), "FIELD_INVALID reason");
  EXPECT_EQ(Verdict(KeyReleased{{}, kText4096 + "a"}), "FIELD_INVALID reason");
  EXPECT_EQ(Verdict(OfficialSuspended{"A", ""}), "FIELD_INVALID official");
  EXPECT_EQ(Verdict(OfficialReinstated{"A", ""}), "FIELD_INVALID official");
  EXPECT_EQ(Verdict(LedgerKeyChanged{{}, "\n"}), "FIELD_INVALID reason");
}

// And on the bodies about results.
TEST(Limits, Submission) {
  using B = ResultSubmitted;
  EXPECT_EQ(After<B>([](B& b) { b.contest = "PPWP"; }), "FIELD_INVALID contest");
  EXPECT_EQ(After<B>([](B& b) { b.tps = Code("6502010001"); }), "FIELD_INVALID tps");
  EXPECT_EQ(After<B>([](B& b) { b.round = 0; }), "FIELD_INVALID round");
  EXPECT_EQ(After<B>([](B& b) { b.round = 101; }), "FIELD_INVALID round");
  EXPECT_EQ(After<B>([](B& b) { b.figures[0].value = 10'000'000; }),
            "FIGURE_OUT_OF_RANGE voters_registered.l");
  EXPECT_EQ(After<B>([](B& b) { b.figures[2].figure = static_cast<Figure>(28); }),
            "FIELD_INVALID figures[2].figure");
  EXPECT_EQ(After<B>([](B& b) { b.figures[1].figure = b.figures[0].figure; }),
            "FIELD_INVALID figures[1]");
  EXPECT_EQ(After<B>([](B& b) { b.votes[0].choice = 0; }), "FIELD_INVALID votes[0].choice");
  EXPECT_EQ(After<B>([](B& b) { b.votes[1].choice = 100025; }), "FIELD_INVALID votes[1]");
  EXPECT_EQ(After<B>([](B& b) { b.votes[1].value = 10'000'000; }),
            "FIGURE_OUT_OF_RANGE votes.100026");
  EXPECT_EQ(After<B>([](B& b) { b.party_totals[1].value = 10'000'000; }),
            "FIGURE_OUT_OF_RANGE party_total.18");
  EXPECT_EQ(After<B>([](B& b) { b.state = static_cast<election::FieldState>(5); }),
            "FIELD_INVALID state");
  EXPECT_EQ(After<B>([](B& b) { b.readings[1].differs = 10'000'000; }),
            "FIGURE_OUT_OF_RANGE readings[1].votes.100026");
  EXPECT_EQ(After<B>([](B& b) { b.readings[2].field = FieldKey::Evidence(1); }),
            "FIELD_INVALID readings[2].field");
  EXPECT_EQ(After<B>([](B& b) { b.readings[2].field = FieldKey::PartyTotal(0); }),
            "FIELD_INVALID readings[2].field");
  EXPECT_EQ(After<B>([](B& b) { std::swap(b.readings[0], b.readings[1]); }),
            "FIELD_INVALID readings[1]");
  EXPECT_EQ(After<B>([](B& b) { b.evidence[0].page = 0; }), "FIELD_INVALID evidence[0].page");
  EXPECT_EQ(After<B>([](B& b) { b.evidence[1].page = 1; }), "FIELD_INVALID evidence[1]");
  EXPECT_EQ(After<B>([](B& b) { b.evidence[1].media_type = kId64 + "a"; }),
            "FIELD_INVALID evidence[1].mediaType");
  EXPECT_EQ(After<B>([](B& b) { b.evidence[1].url = std::string(1'024, 'a'); }), "OK");
  EXPECT_EQ(After<B>([](B& b) { b.evidence[1].url = std::string(1'025, 'a'); }),
            "FIELD_INVALID evidence[1].url");
  EXPECT_EQ(After<B>([](B& b) { b.minutes = Minutes{}; }), "FIELD_INVALID minutes");
  EXPECT_EQ(After<B>([](B& b) { b.minutes->date = 1; }), "FIELD_INVALID minutes.date");
  EXPECT_EQ(After<B>([](B& b) { b.minutes->number = kName256 + "a"; }),
            "FIELD_INVALID minutes.number");
  EXPECT_EQ(After<B>([](B& b) { b.source = Source{}; }), "FIELD_INVALID source");
  EXPECT_EQ(After<B>([](B& b) { b.source->note = kText4096 + "a"; }), "FIELD_INVALID source.note");
  const auto pages = [](size_t n) {
    return After<B>([n](B& b) {
      b.evidence.assign(n, {});
      for (size_t i = 0; i < n; ++i) b.evidence[i].page = static_cast<uint16_t>(i + 1);
    });
  };
  EXPECT_EQ(pages(128), "OK");
  EXPECT_EQ(pages(129), "FIELD_INVALID evidence");
}

TEST(Limits, Correction) {
  using B = ResultCorrected;
  EXPECT_EQ(After<B>([](B& b) { b.changes.clear(), b.evidence.clear(); }),
            "OK");  // admission refuses it
  EXPECT_EQ(After<B>([](B& b) { b.changes[0].value = 10'000'000; }),
            "FIGURE_OUT_OF_RANGE changes[0].voters_registered.l");
  EXPECT_EQ(After<B>([](B& b) { b.changes[1] = b.changes[0]; }), "FIELD_INVALID changes[1]");
  EXPECT_EQ(After<B>([](B& b) { b.changes[3].field = FieldKey::Evidence(1); }),
            "FIELD_INVALID changes[3].field");
  EXPECT_EQ(After<B>([](B& b) { b.evidence[0].set->page = 2; }),
            "FIELD_INVALID evidence[0].set.page");
  EXPECT_EQ(After<B>([](B& b) { b.evidence[0].page = 0; }), "FIELD_INVALID evidence[0].page");
  EXPECT_EQ(After<B>([](B& b) { b.evidence[1].page = 1; }), "FIELD_INVALID evidence[1]");
  EXPECT_EQ(After<B>([](B& b) { b.reason = static_cast<election::CorrectionReason>(13); }),
            "FIELD_INVALID reason");
  EXPECT_EQ(After<B>([](B& b) { b.ground = static_cast<election::Ground>(16); }),
            "FIELD_INVALID ground");
  EXPECT_EQ(After<B>([](B& b) { b.explanation = kText4096 + "a"; }), "FIELD_INVALID explanation");
  EXPECT_EQ(After<B>([](B& b) { b.legal_basis = "\xe2\x80\xae"; }), "FIELD_INVALID legalBasis");
  EXPECT_EQ(After<B>([](B& b) { b.other_tps = RegionCode(); }), "FIELD_INVALID otherTps");
  EXPECT_EQ(After<B>([](B& b) { std::swap(b.refers_to[0], b.refers_to[1]); }),
            "FIELD_INVALID refersTo[1]");
}

TEST(Limits, RoundsObjectionsIncidentsDecisions) {
  using R = RoundOpened;
  EXPECT_EQ(After<R>([](R& b) { b.contests.clear(); }), "FIELD_INVALID contests");
  EXPECT_EQ(After<R>([](R& b) { b.contests[1] = "pdpr"; }), "FIELD_INVALID contests[1]");
  EXPECT_EQ(After<R>([](R& b) { b.contests[0] = "1"; }), "FIELD_INVALID contests[0]");
  EXPECT_EQ(After<R>([](R& b) { b.places.clear(); }), "FIELD_INVALID places");
  EXPECT_EQ(After<R>([](R& b) {
              b.places = {Code("65"), Code("6502")};
            }),
            "FIELD_INVALID places[1]");
  EXPECT_EQ(After<R>([](R& b) { b.kind = static_cast<election::RoundKind>(4); }),
            "FIELD_INVALID kind");
  using O = ObjectionFiled;
  EXPECT_EQ(After<O>([](O& b) { b.fields[1] = b.fields[0]; }), "FIELD_INVALID fields[1]");
  EXPECT_EQ(After<O>([](O& b) { b.fields[1] = FieldKey::Evidence(1); }),
            "FIELD_INVALID fields[1].field");
  EXPECT_EQ(After<O>([](O& b) { b.stage = static_cast<election::Stage>(5); }),
            "FIELD_INVALID stage");
  EXPECT_EQ(After<O>([](O& b) { b.text = kText4096 + "a"; }), "FIELD_INVALID text");
  using D = DecisionRecorded;
  EXPECT_EQ(After<D>([](D& b) { b.contests.clear(), b.places.clear(); }), "OK");
  EXPECT_EQ(After<D>([](D& b) { b.places[1] = b.places[0]; }), "FIELD_INVALID places[1]");
  EXPECT_EQ(After<D>([](D& b) { b.date = 20241301; }), "FIELD_INVALID date");
  EXPECT_EQ(After<D>([](D& b) { b.issuer = static_cast<election::Issuer>(3); }),
            "FIELD_INVALID issuer");
  EXPECT_EQ(After<D>([](D& b) { b.kind = static_cast<election::DecisionKind>(3); }),
            "FIELD_INVALID kind");
  EXPECT_EQ(Verdict(IncidentRecorded{{}, static_cast<election::IncidentKind>(6), ""}),
            "FIELD_INVALID kind");
  EXPECT_EQ(Verdict(ObjectionResolved{{}, static_cast<election::Outcome>(3), "", {}}),
            "FIELD_INVALID outcome");
  EXPECT_EQ(Verdict(RoundCancelled{{}, "\t", {}}), "FIELD_INVALID reason");
}

TEST(Limits, Recapitulation) {
  using P = RecapPart;
  EXPECT_EQ(After<P>([](P& b) { b.part = 0; }), "FIELD_INVALID part");
  EXPECT_EQ(After<P>([](P& b) { b.part = 3; }), "FIELD_INVALID part");
  EXPECT_EQ(After<P>([](P& b) { b.rows.clear(); }), "FIELD_INVALID rows");
  EXPECT_EQ(After<P>([](P& b) { b.rows[1].child = b.rows[0].child; }), "FIELD_INVALID rows[1]");
  EXPECT_EQ(After<P>([](P& b) { b.rows[1].child = Code("660201"); }),
            "FIELD_INVALID rows[1].child");
  EXPECT_EQ(After<P>([](P& b) { b.rows[0].child = b.region; }), "FIELD_INVALID rows[0].child");
  EXPECT_EQ(After<P>([](P& b) { b.region = Code("6502010001001"); }), "FIELD_INVALID region");
  EXPECT_EQ(After<P>([](P& b) { b.rows[1].votes[1].value = uint64_t{1} << 53; }),
            "FIGURE_OUT_OF_RANGE rows[1].votes.100026");
  using C = RecapCertified;
  EXPECT_EQ(After<C>([](C& b) { b.figures[1].value = uint64_t{1} << 53; }),
            "FIGURE_OUT_OF_RANGE valid");
  EXPECT_EQ(After<C>([](C& b) { b.parts = 0; }), "FIELD_INVALID partsHash");
  EXPECT_EQ(After<C>([](C& b) { b.parts_hash.reset(); }), "FIELD_INVALID partsHash");
  EXPECT_EQ(After<C>([](C& b) { b.signatories[1].participant = 100025; }),
            "FIELD_INVALID signatories[1]");
  EXPECT_EQ(After<C>([](C& b) { b.signatories[0].participant = 0; }),
            "FIELD_INVALID signatories[0].official");
  EXPECT_EQ(After<C>([](C& b) { b.signatories[2].official = "Z"; }),
            "FIELD_INVALID signatories[2].official");
  EXPECT_EQ(
      After<C>([](C& b) { b.signatories[0].state = static_cast<election::SignatoryState>(3); }),
      "FIELD_INVALID signatories[0].state");
  EXPECT_EQ(
      After<StageReopened>([](StageReopened& b) { b.stage = static_cast<election::Stage>(5); }),
      "FIELD_INVALID stage");
}

// Lists have at most 8,000 elements, and an event at most 64,000 bytes whatever its lists allow.
TEST(Limits, ListsAndBytes) {
  DecisionRecorded lists;
  for (size_t i = 0; i <= limits::kListElementsMax; ++i)
    lists.contests.push_back("p" + std::to_string(10'000 + i));
  EXPECT_EQ(Verdict(lists), "FIELD_INVALID contests");
  lists.contests.pop_back();
  EXPECT_TRUE(ValidateBody(lists).ok());
  EXPECT_EQ(EncodeEvent(EventOf(lists)).status().reason(), Reason::kEventTooLarge);

  // Texts of votes make a copy of any size, in steps of a word.
  CopyFiled copy{"p", Code("0000000000000"), 1, {}, {}, {}, {}};
  const auto with_votes = [&](uint32_t n) {
    copy.votes.clear();
    for (uint32_t i = 1; i <= n; ++i) copy.votes.push_back({i, i});
    return EncodeEvent(EventOf(copy));
  };
  const size_t one = with_votes(1)->size();
  const auto most = static_cast<uint32_t>((limits::kEventBytesMax - one) / 8 + 1);
  const auto largest = with_votes(most);
  ASSERT_TRUE(largest.ok());
  EXPECT_EQ(largest->size(), limits::kEventBytesMax);
  EXPECT_TRUE(DecodeEvent(*largest).ok());
  EXPECT_EQ(with_votes(most + 1).status().reason(), Reason::kEventTooLarge);

  Entry entry;
  entry.event = *largest;
  entry.refusal = Refusal{Reason::kUnknownChoice, ~uint32_t{0}};
  const auto encoded = EncodeEntry(entry);
  ASSERT_TRUE(encoded.ok());
  EXPECT_LE(encoded->size(), limits::kEntryBytesMax);
}

}  // namespace
}  // namespace jejak::event
