// One attempt for each reason with a logged number, and some that end at the door. None moves a
// tally.
#include <string>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/event/codec.h"
#include "ledger/sim/night.h"

namespace jejak::sim {
namespace {

using election::FieldKey;
using election::Figure;

constexpr const char* kPpwp = "ppwp";
constexpr const char* kDpr = "pdpr";
// Places beside Bulungan, or that nobody registered.
constexpr const char* kMalinau = "6502";
constexpr const char* kNoDistrict = "650199";
constexpr const char* kNoStation = "6501051001999";

RegionCode Code(const char* digits) { return RegionCode::Parse(digits).value(); }

// Attempts at stations of Tanjung Selor, each at one of its own.
class Attempts {
 public:
  explicit Attempts(Plan* plan)
      : plan_(plan),
        ppwp_(plan->world().contests.Find(kPpwp)),
        dpr_(plan->world().contests.Find(kDpr)),
        selor_(plan->District(kTanjungSelor)),
        regency_(selor_.Parent()) {}

  void OfChains();
  void OfAuthority();
  void OfStages();
  void OfUnknownThings();
  void OfRegistry();
  void OfResults();
  void AtTheDoor();

 private:
  World& world() const { return plan_->world(); }
  Station Take() {
    const Station station = plan_->StationIn(kTanjungSelor, taken_++);
    plan_->Cast(station);
    return station;
  }
  event::Minutes Minutes() const { return MinutesOf("PPK-" + selor_.str(), 40, kPlenaryDate); }
  // The form of another vote: never what stands in the ledger.
  event::ResultSubmitted Other(size_t contest, const Station& station) const {
    World& w = world();
    return Submission(w, contest, station, TrueForm(w.seed, w.contests, contest, station, 2), {});
  }
  // PPK's correction of a ticket's votes at the station, by one vote more.
  event::ResultCorrected OneMore(const Station& station) const {
    World& w = world();
    const FieldKey field = FieldKey::Votes(w.contests.ChoiceIds(ppwp_, 0)[0]);
    const uint32_t now = w.totals.Find(kPpwp, station.code)->Get(field).value_or(0);
    auto body =
        Correction(kPpwp, station.code, w.newest.at({kPpwp, station.code}), {{field, now + 1}});
    body.minutes = Minutes();
    return body;
  }
  // At `when`, `author` tries what `make` makes then.
  template <typename Make>
  void Try(UnixMicros when, const Author& author, Reason reason, Make make, uint32_t number = 0) {
    plan_->At(when, [plan = plan_, author, reason, make, number](UnixMicros now) {
      plan->world().SayInVain(author, make(), now, reason, number,
                              author.official + " tries: " + std::string(InfoOf(reason).name));
    });
  }
  template <typename Make>
  void Do(UnixMicros when, const Author& author, Make make, const std::string& what) {
    plan_->At(when, [plan = plan_, author, make, what](UnixMicros now) {
      plan->world().Say(author, make(), After(now, -kMinute), now, author.official + " " + what);
    });
  }
  UnixMicros Arrived(size_t contest, const Station& station, int64_t seconds) const {
    return After(plan_->Arrival(contest, station.index), seconds);
  }

  Plan* plan_;
  size_t ppwp_;
  size_t dpr_;
  RegionCode selor_;
  RegionCode regency_;
  uint64_t taken_ = 0;
};

// A second device with a copy of the key, a lost one, and an official who is put out of action.
void Attempts::OfChains() {
  const Attempts self = *this;
  const Station forked = Take();
  plan_->At(Arrived(dpr_, forked, kHour), [self, forked](UnixMicros now) {
    World& w = self.world();
    const Author author{Kpps(forked.code)};
    event::SignedEvent event =
        w.desk.SignAt(author, {}, After(now, -kHour), self.Other(self.ppwp_, forked));
    w.Hand(std::move(event), now, {Expected::Kind::kRefused, Reason::kAuthorFork, 0},
           author.official, author.official + " tries: AUTHOR_FORK");
  });

  const Station lost = Take();
  const Author ppk{Ppk(selor_)};
  plan_->UseDevice(lost, 1);
  Do(
      LocalTime(2, 14, 15, 0), ppk,
      [self, lost] {
        return event::KeyRevoked{self.world().desk.Key({Kpps(lost.code)}).public_key(),
                                 "telepon hilang di perjalanan", std::nullopt};
      },
      "revokes the key of a lost device");
  Do(
      LocalTime(2, 14, 15, 10), ppk,
      [self, lost] {
        return event::KeyEnrolled{Kpps(lost.code),
                                  self.world().desk.Enrolment({Kpps(lost.code), 1})};
      },
      "enrols the key of a new device");
  Try(Arrived(ppwp_, lost, kHour), {Kpps(lost.code)}, Reason::kKeyRevoked,
      [self, lost] { return self.Other(self.ppwp_, lost); });

  const Station out = Take();
  Do(
      LocalTime(2, 19, 8, 0), ppk,
      [out] {
        return event::OfficialSuspended{Kpps(out.code), "diperiksa DKPP"};
      },
      "suspends " + Kpps(out.code));
  Try(LocalTime(2, 19, 9, 0), {Kpps(out.code)}, Reason::kOfficialSuspended,
      [self, out] { return self.Other(self.dpr_, out); });
  Do(
      LocalTime(2, 20, 8, 0), ppk,
      [out] {
        return event::OfficialReinstated{Kpps(out.code), "tidak terbukti"};
      },
      "reinstates " + Kpps(out.code));
}

void Attempts::OfAuthority() {
  const Attempts self = *this;
  const Station station = Take();
  const ChoiceId ticket = world().contests.ChoiceIds(ppwp_, 0)[0];
  Try(Arrived(ppwp_, station, 2 * kHour), {Witness(kPpwp, ticket, regency_)},
      Reason::kRoleNotEntitled, [self, station] { return self.Other(self.ppwp_, station); });
  const Station own = Take();
  const Station neighbour = Take();
  Try(Arrived(ppwp_, own, 30 * kMinute), {Kpps(own.code)}, Reason::kOutsideJurisdiction,
      [self, neighbour] { return self.Other(self.ppwp_, neighbour); });
}

void Attempts::OfStages() {
  const Attempts self = *this;
  const Station sealed = plan_->StationIn(kBunyu, 11);
  plan_->Cast(sealed);
  Try(LocalTime(2, 28, 9, 0), {Ppk(plan_->District(kBunyu))}, Reason::kStageSealed,
      [self, sealed] { return self.OneMore(sealed); });
  const Station early = Take();
  Try(LocalTime(2, 21, 11, 0), {KpuOf(regency_)}, Reason::kStageNotOpen,
      [self, early] { return self.OneMore(early); });
}

void Attempts::OfUnknownThings() {
  const Attempts self = *this;
  const Author kpu{KpuOf(regency_)};
  const Author ppk{Ppk(selor_)};
  const Station contest = Take();
  Try(Arrived(ppwp_, contest, -kHour), {Kpps(contest.code)}, Reason::kUnknownContest,
      [self, contest] {
        auto body = self.Other(self.ppwp_, contest);
        body.contest = "pkwkk";
        return body;
      });
  Try(LocalTime(2, 15, 9, 10), kpu, Reason::kUnknownRegion, [] {
    return event::IncidentRecorded{Code(kNoDistrict), election::IncidentKind::kNetwork, "putus"};
  });
  const Station near = Take();
  Try(LocalTime(2, 15, 10, 20), ppk, Reason::kUnknownStation, [self, near] {
    auto body = self.Other(self.ppwp_, near);
    body.tps = Code(kNoStation);
    body.minutes = self.Minutes();
    return body;
  });
  const Station choice = Take();
  const auto tickets = static_cast<uint32_t>(world().contests.ChoiceIds(ppwp_, 0).size());
  Try(
      Arrived(ppwp_, choice, -10 * kMinute), {Kpps(choice.code)}, Reason::kUnknownChoice,
      [self, choice] {
        auto body = self.Other(self.ppwp_, choice);
        body.votes.push_back({body.votes.back().choice + 1, 12});
        return body;
      },
      tickets);
  const Station round = Take();
  Try(Arrived(dpr_, round, -10 * kMinute), {Kpps(round.code)}, Reason::kUnknownRound,
      [self, round] {
        auto body = self.Other(self.dpr_, round);
        body.round = 2;
        return body;
      });
  Try(LocalTime(2, 16, 9, 0), kpu, Reason::kUnknownOfficial, [] {
    return event::OfficialSuspended{Ppk(Code(kNoDistrict)), "tidak hadir"};
  });
  Try(LocalTime(2, 22, 9, 0), ppk, Reason::kUnknownReference, [self] {
    return event::ObjectionResolved{DocumentHash(0, "no such objection"),
                                    election::Outcome::kRejected, "ditolak", self.Minutes()};
  });
  Try(LocalTime(2, 21, 9, 0), {BawasluOf(regency_.Parent())}, Reason::kOutsideContest, [] {
    event::ObjectionFiled body;
    body.contest = "pdprdk";
    body.place = Code(kMalinau);
    body.stage = election::Stage::kKabkota;
    body.text = "jumlah suara tidak sesuai";
    return body;
  });
}

void Attempts::OfRegistry() {
  const Attempts self = *this;
  const Author kpu{KpuOf(regency_)};
  const Station known = Take();
  Try(LocalTime(2, 12, 9, 0), kpu, Reason::kAlreadyRegistered, [self, known] {
    event::StationsRegistered body;
    body.stations.push_back({known.code, "TPS", known.kind, DptOf(self.world().seed, known)});
    return body;
  });
  // The second region lies in a district that nobody registered.
  Try(
      LocalTime(2, 12, 9, 30), {"kpu"}, Reason::kRegistryInvalid,
      [] {
        event::RegionsRegistered body;
        body.regions.push_back(
            {Code(kNoDistrict), "BARU", election::RegionKind::kDistrict, {}, {}});
        body.regions.push_back(
            {Code("6502982001"), "TANPA INDUK", election::RegionKind::kDesa, {}, {}});
        return body;
      },
      1);
  const Station station = Take();
  Try(LocalTime(2, 13, 9, 0), {Ppk(selor_)}, Reason::kKeyUnacceptable, [self, station] {
    // Proof of possession for another official.
    Desk& desk = self.world().desk;
    event::NewKey key = desk.Enrolment({Kpps(station.code), 1});
    key.proof =
        crypto::SignEnrolment(desk.Key({Kpps(station.code), 1}), desk.election(), Ppk(self.selor_));
    return event::KeyEnrolled{Kpps(station.code), key};
  });
  Try(LocalTime(2, 13, 10, 0), kpu, Reason::kAmendmentStale, [self, station] {
    const event::Dpt dpt = DptOf(self.world().seed, station);
    event::RegistryAmended body;
    body.amendments.push_back({election::AmendedField::kDptL, station.code.str(),
                               std::to_string(dpt.l + 1), std::to_string(dpt.l + 2)});
    body.legal_basis = "PKPU 7/2023";
    return body;
  });
}

void Attempts::OfResults() {
  const Attempts self = *this;
  const Author ppk{Ppk(selor_)};
  const Station twice = Take();
  Try(Arrived(ppwp_, twice, 20 * kMinute), {Kpps(twice.code)}, Reason::kResultExists,
      [self, twice] { return self.Other(self.ppwp_, twice); });

  const Station stale = Take();
  const FieldKey misread = FieldKey::Votes(world().contests.ChoiceIds(ppwp_, 0)[1]);
  const election::Form paper = TrueForm(world().seed, world().contests, ppwp_, stale);
  const uint32_t right = paper.Get(misread).value_or(0);
  plan_->Distort(kPpwp, stale, {{misread, right + 800}});
  auto first = std::make_shared<Hash>();
  Do(
      LocalTime(2, 22, 13, 0), ppk,
      [self, stale, misread, right, first] {
        *first = self.world().newest.at({kPpwp, stale.code});
        auto body = Correction(kPpwp, stale.code, *first, {{misread, right}});
        body.minutes = self.Minutes();
        return body;
      },
      "corrects ppwp " + stale.code.str());
  Try(LocalTime(2, 22, 13, 5), ppk, Reason::kSupersedesStale, [self, stale, first] {
    auto body = self.OneMore(stale);
    body.supersedes = *first;
    return body;
  });
  const Station bare = Take();
  Try(LocalTime(2, 22, 13, 10), ppk, Reason::kBasisMissing, [self, bare] {
    auto body = self.OneMore(bare);
    body.minutes.reset();
    return body;
  });
  const Station same = Take();
  Try(LocalTime(2, 22, 13, 15), ppk, Reason::kNothingChanged, [self, same] {
    auto body = self.OneMore(same);
    --*body.changes[0].value;
    return body;
  });
}

void Attempts::AtTheDoor() {
  const Attempts self = *this;
  const Station station = Take();
  const auto hand = [&](int64_t seconds, Reason reason, auto make) {
    plan_->At(Arrived(ppwp_, station, 2 * kHour + seconds), [self, reason, make](UnixMicros now) {
      self.world().Hand(make(), now, {Expected::Kind::kDoor, reason, 0}, "",
                        "at the door: " + std::string(InfoOf(reason).name));
    });
  };
  const Author kpps{Kpps(station.code)};
  const auto body = [self, station] { return self.Other(self.ppwp_, station); };
  const UnixMicros then = Arrived(ppwp_, station, 0);
  hand(0, Reason::kKeyUnknown,
       [self, body, then] { return self.world().desk.SignAt({"stranger"}, {}, then, body()); });
  hand(60, Reason::kSignatureInvalid, [self, body, then, kpps] {
    Desk& desk = self.world().desk;
    event::SignedEvent event = desk.SignAt(kpps, desk.Head(kpps), then, body());
    event.signature.bytes[7] ^= 1;
    return event;
  });
  hand(120, Reason::kSequenceGap, [self, body, then, kpps] {
    Desk& desk = self.world().desk;
    event::ChainHead head = desk.Head(kpps);
    head.next_sequence += 3;
    return desk.SignAt(kpps, head, then, body());
  });
  hand(180, Reason::kWrongElection, [self, body, then, kpps] {
    Desk& desk = self.world().desk;
    const Hash election = desk.election();
    desk.SetElection(DocumentHash(0, "another election"));
    event::SignedEvent event = desk.SignAt(kpps, desk.Head(kpps), then, body());
    desk.SetElection(election);
    return event;
  });
}

}  // namespace

void PlanAttempts(Plan* plan) {
  Attempts attempts(plan);
  attempts.OfChains();
  attempts.OfAuthority();
  attempts.OfStages();
  attempts.OfUnknownThings();
  attempts.OfRegistry();
  attempts.OfResults();
  attempts.AtTheDoor();
}

}  // namespace jejak::sim
