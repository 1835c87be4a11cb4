// An election for benchmarks and engine tests: one regency, `stations` TPSs with a KPPS key each,
// one contest with three tickets. Deterministic.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "ledger/crypto/commitment.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/sha256.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"

namespace jejak::testing {

class SmallElection {
 public:
  explicit SmallElection(uint64_t stations) : stations_(stations) {}

  static crypto::SecretKey KeyOf(const std::string& name) {
    return std::move(*crypto::SecretKey::FromSeed(crypto::Sha256("small election " + name).view()));
  }
  static constexpr uint64_t kPerVillage = 20;
  static election::RegionCode Code(const std::string& digits) {
    return *election::RegionCode::Parse(digits);
  }
  // 13 digits: province 65, regency 6501, districts of 50 villages of 20 stations.
  election::StationCode Station(uint64_t i) const {
    return Code(Village(i / kPerVillage) + fmt::format("{:03}", i % kPerVillage + 1));
  }
  static std::string District(uint64_t district) {
    return fmt::format("65{:02}{:02}", 1 + district / 99, 1 + district % 99);
  }
  static std::string Village(uint64_t village) {
    return District(village / 50) + fmt::format("{:04}", 2001 + village % 50);
  }
  static std::string Kpps(uint64_t i) { return fmt::format("kpps.{}", i); }

  event::SignedEvent Genesis() {
    event::ElectionOpened body;
    body.rules = event::kRulesNewest;
    body.name = "Small election";
    body.mode = election::Mode::kSimulation;
    body.voting_day = 20240214;
    body.origin = "jejak.example/small";
    body.nonce = crypto::Sha256("nonce");
    body.dpt_max = 300;
    body.reserve_permille = 20;
    body.root_body = "KPU";
    body.root_name = crypto::Sha256("root name");
    body.root_key = Proved("root", "root");
    body.ledger_key = Proved("ledger", "ledger");
    body.supervisors_key = Proved("bawaslu", "bawaslu");
    auto signed_event = Sign("root", std::move(body));
    election_ = event::EventHash(signed_event.bytes);
    return signed_event;
  }

  // Everything before the first result, in order.
  std::vector<event::SignedEvent> Registry() {
    std::vector<event::SignedEvent> out;
    event::ContestRegistered contest;
    contest.id = "ppwp";
    contest.name = "Presiden";
    contest.covered = {election::RegionCode()};
    contest.last_stage = election::Stage::kNasional;
    contest.kpps_may_correct = true;
    out.push_back(Sign("root", contest));
    const uint64_t villages = (stations_ + kPerVillage - 1) / kPerVillage;
    event::RegionsRegistered regions;
    regions.regions.push_back(
        {Code("65"), "PROVINSI", election::RegionKind::kProvince, 480, std::nullopt});
    std::string regency, district;
    std::vector<event::RegionFact> facts;
    for (uint64_t v = 0; v < villages; ++v) {
      const std::string code = Village(v);
      if (code.substr(0, 4) != regency)
        regency = code.substr(0, 4),
        facts.push_back(
            {Code(regency), "KAB", election::RegionKind::kRegency, std::nullopt, std::nullopt});
      if (code.substr(0, 6) != district)
        district = code.substr(0, 6),
        facts.push_back(
            {Code(district), "KEC", election::RegionKind::kDistrict, std::nullopt, std::nullopt});
      facts.push_back(
          {Code(code), "DESA", election::RegionKind::kDesa, std::nullopt, std::nullopt});
    }
    std::sort(facts.begin(), facts.end(), [](const auto& a, const auto& b) {
      return std::pair(a.code.view().size(), a.code) < std::pair(b.code.view().size(), b.code);
    });
    out.push_back(Sign("root", regions));
    for (size_t at = 0; at < facts.size();) {
      event::RegionsRegistered part;
      const size_t size = facts[at].code.view().size();
      while (at < facts.size() && part.regions.size() < 500 &&
             facts[at].code.view().size() == size) {
        part.regions.push_back(facts[at++]);
      }
      out.push_back(Sign("root", part));
    }
    event::BallotRegistered ballot;
    ballot.contest = "ppwp";
    ballot.dapil = "0";
    ballot.members = {election::RegionCode()};
    for (uint16_t n = 1; n <= 3; ++n) {
      ballot.choices.push_back({100024U + n, election::ChoiceKind::kTicket, n,
                                fmt::format("Ticket {}", n), 0, std::nullopt});
    }
    out.push_back(Sign("root", ballot));
    for (uint64_t at = 0; at < stations_;) {
      event::StationsRegistered part;
      for (; at < stations_ && part.stations.size() < 500; ++at) {
        part.stations.push_back(
            {Station(at), "TPS", election::StationKind::kRegular, event::Dpt{120, 130}});
      }
      out.push_back(Sign("root", part));
    }
    event::OfficialsEnrolled kpu;
    kpu.officials = {Official("kpu", election::Role::kKpu, election::RegionCode())};
    out.push_back(Sign("root", kpu));
    for (uint64_t r = 0; r * 99 * 50 < villages; ++r) {
      const std::string code = fmt::format("65{:02}", 1 + r);
      event::OfficialsEnrolled kabkota;
      kabkota.officials = {Official("kabkota." + code, election::Role::kKpuKabkota, Code(code))};
      out.push_back(Sign("kpu", kabkota));
    }
    for (uint64_t at = 0; at < stations_;) {
      const std::string code = Station(at).str().substr(0, 4);
      event::OfficialsEnrolled part;
      for (;
           at < stations_ && part.officials.size() < 100 && Station(at).str().substr(0, 4) == code;
           ++at) {
        part.officials.push_back(Official(Kpps(at), election::Role::kKpps, Station(at)));
      }
      std::sort(part.officials.begin(), part.officials.end(),
                [](const auto& a, const auto& b) { return a.id < b.id; });
      out.push_back(Sign("kabkota." + code, part));
    }
    return out;
  }

  // The C.Hasil of station `i`, every figure present and right.
  event::SignedEvent Result(uint64_t i) { return Sign(Kpps(i), Form(i)); }

  event::ResultSubmitted Form(uint64_t i) const {
    event::ResultSubmitted body;
    body.contest = "ppwp";
    body.tps = Station(i);
    body.state = election::FieldState::kEntered;
    const uint32_t a = 40 + static_cast<uint32_t>(i % 37), b = 90 + static_cast<uint32_t>(i % 53),
                   c = 20 + static_cast<uint32_t>(i % 11);
    const uint32_t valid = a + b + c, invalid = static_cast<uint32_t>(i % 7),
                   total = valid + invalid;
    const uint32_t l = total / 2, p = total - l;
    using election::Figure;
    const std::pair<Figure, uint32_t> figures[] = {{Figure::kVotersRegisteredL, 120},
                                                   {Figure::kVotersRegisteredP, 130},
                                                   {Figure::kVotersRegisteredJ, 250},
                                                   {Figure::kVotersFromListL, l},
                                                   {Figure::kVotersFromListP, p},
                                                   {Figure::kVotersFromListJ, total},
                                                   {Figure::kVotersTransferredL, 0},
                                                   {Figure::kVotersTransferredP, 0},
                                                   {Figure::kVotersTransferredJ, 0},
                                                   {Figure::kVotersWalkInL, 0},
                                                   {Figure::kVotersWalkInP, 0},
                                                   {Figure::kVotersWalkInJ, 0},
                                                   {Figure::kVotersTotalL, l},
                                                   {Figure::kVotersTotalP, p},
                                                   {Figure::kVotersTotalJ, total},
                                                   {Figure::kBallotsReceived, 255},
                                                   {Figure::kBallotsUsed, total},
                                                   {Figure::kBallotsSpoiled, 0},
                                                   {Figure::kBallotsUnused, 255 - total},
                                                   {Figure::kValid, valid},
                                                   {Figure::kInvalid, invalid},
                                                   {Figure::kTotal, total}};
    for (const auto& [figure, value] : figures) body.figures.push_back({figure, value});
    body.votes = {{100025, a}, {100026, b}, {100027, c}};
    for (uint16_t page = 1; page <= 3; ++page) {
      body.evidence.push_back(
          {page, "image/jpeg", crypto::Sha256(fmt::format("photo {} {}", i, page)), ""});
    }
    return body;
  }

  event::SignedEvent Sign(const std::string& who, event::Body body) {
    const crypto::SecretKey key = KeyOf(who);
    event::ChainHead& head = heads_[who];
    const event::Event event{election_, key.public_key(), head.next_sequence, head.previous,
                             UnixMicros(1'707'900'000'000'000), std::move(body)};
    auto out = event::Sign(event, key);
    JEJAK_CHECK(out.ok());
    head.next_sequence += 1;
    head.previous = event::EventHash(out->bytes);
    return std::move(*out);
  }
  const Hash& election() const { return election_; }

 private:
  event::NewKey Proved(const std::string& who, const std::string& official) {
    const crypto::SecretKey key = KeyOf(who);
    return {key.public_key(), crypto::SignEnrolment(key, election_, official)};
  }
  event::OfficialFact Official(const std::string& id, election::Role role,
                               election::RegionCode where) {
    event::OfficialFact fact;
    fact.id = id;
    fact.body = "Panitia";
    fact.role = role;
    fact.jurisdiction = where;
    fact.decree = "1/2024";
    fact.name = crypto::Sha256("name " + id);
    fact.keys = {Proved(id, id)};
    return fact;
  }

  uint64_t stations_;
  Hash election_;
  std::unordered_map<std::string, event::ChainHead> heads_;
};

}  // namespace jejak::testing
