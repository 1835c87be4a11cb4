#include "ledger/sim/world.h"

#include <array>
#include <cstdio>

#include "ledger/base/check.h"
#include "ledger/base/time.h"
#include "ledger/crypto/sha256.h"
#include "ledger/event/codec.h"

namespace jejak::sim {
namespace {

using election::FieldKey;
using election::FieldKind;
using election::FieldState;

constexpr int kCentralOffset = 8 * 60;  // minutes

void AddEvidence(const World& world, const std::string& contest, const StationCode& tps,
                 std::vector<event::Evidence>* evidence) {
  for (uint32_t page = 1; page <= world.scenario.evidence_pages; ++page) {
    const std::string what = contest + "/" + tps.str() + "/" + std::to_string(page);
    event::Evidence row;
    row.page = static_cast<uint16_t>(page);
    row.media_type = "image/jpeg";
    row.sha256 = DocumentHash(world.seed, what);
    evidence->push_back(std::move(row));
  }
}

void Fill(const election::Form& form, event::ResultSubmitted* body) {
  for (const election::FieldValue& value : form.values) {
    switch (value.key.kind) {
      case FieldKind::kFigure:
        body->figures.push_back({static_cast<election::Figure>(value.key.id), value.value});
        break;
      case FieldKind::kVotes: body->votes.push_back({value.key.id, value.value}); break;
      case FieldKind::kPartyTotal: body->party_totals.push_back({value.key.id, value.value}); break;
      case FieldKind::kEvidence: break;
    }
  }
}

}  // namespace

std::string Kpps(const StationCode& tps) {
  return (tps.IsAbroad() ? "kppsln." : "kpps.") + tps.str();
}
std::string Ppk(const RegionCode& district) {
  return (district.IsAbroad() ? "ppln." : "ppk.") + district.str();
}
std::string KpuOf(const RegionCode& region) {
  return region.IsNation() ? "kpu" : "kpu." + region.str();
}
std::string BawasluOf(const RegionCode& region) {
  return region.IsNation() ? "bawaslu" : "bawaslu." + region.str();
}
std::string Witness(const std::string& contest, ChoiceId choice, const RegionCode& region) {
  return "saksi." + contest + "." + std::to_string(choice) + "." + region.str();
}
std::string Participant(const std::string& contest, ChoiceId choice) {
  return "participant/" + contest + "/" + std::to_string(choice);
}

UnixMicros LocalTime(uint32_t month, uint32_t day, uint32_t hour, uint32_t minute) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "2024-%02u-%02u %02u:%02u:00", month, day, hour, minute);
  const auto time = ParseLocalTime(text.data(), kCentralOffset);
  JEJAK_CHECK(time.has_value());
  return *time;
}

uint32_t DateOf(UnixMicros time) {
  const std::string text = FormatTime(After(time, kCentralOffset * kMinute));
  const auto date = ParseDate(text.substr(0, 10));
  JEJAK_CHECK(date.has_value());
  return *date;
}

TreeSize World::LogSize() const {
  if (!log_size) return TreeSize(logged);
  return TreeSize(log_size->value + (logged - logged_then));
}

Hash World::Say(const Author& author, event::Body body, UnixMicros occurred, UnixMicros received,
                std::string label, std::vector<PersonRow> people) {
  Hash hash;
  const event::Body kept = keep ? body : event::Body{};
  event::SignedEvent event = desk.SignNext(author, occurred, std::move(body), &hash);
  if (keep) Keep(kept, hash);
  return Push(std::move(event), hash, received, {}, author.official, std::move(label),
              std::move(people));
}

Hash World::SayInVain(const Author& author, event::Body body, UnixMicros received, Reason reason,
                      uint32_t number, std::string label) {
  Hash hash;
  event::SignedEvent event =
      desk.SignNext(author, After(received, -kMinute), std::move(body), &hash);
  return Push(std::move(event), hash, received, {Expected::Kind::kRefused, reason, number},
              author.official, std::move(label), {});
}

void World::Hand(event::SignedEvent event, UnixMicros received, const Expected& expected,
                 std::string author, std::string label) {
  const Hash hash = event::EventHash(event.bytes);
  Push(std::move(event), hash, received, expected, std::move(author), std::move(label), {});
}

Hash World::Push(event::SignedEvent event, Hash hash, UnixMicros received, const Expected& expected,
                 std::string author, std::string label, std::vector<PersonRow> people) {
  JEJAK_CHECK(received >= clock);
  clock = received;
  logged += expected.kind == Expected::Kind::kDoor ? 0 : 1;
  Step step;
  step.event = std::move(event);
  step.hash = hash;
  step.received_at = received;
  step.expected = expected;
  step.author = std::move(author);
  step.people = std::move(people);
  step.label = std::move(label);
  ready.push_back(std::move(step));
  return hash;
}

void World::Keep(const event::Body& body, const Hash& hash) {
  totals.Take(body);
  if (const auto* submitted = std::get_if<event::ResultSubmitted>(&body)) {
    newest[{submitted->contest, submitted->tps}] = hash;
  } else if (const auto* corrected = std::get_if<event::ResultCorrected>(&body)) {
    newest[{corrected->contest, corrected->tps}] = hash;
  } else if (const auto* recap = std::get_if<event::RecapCertified>(&body)) {
    certified[{recap->contest, recap->region}] = hash;
  }
}

event::ResultSubmitted Submission(const World& world, size_t contest_index, const Station& station,
                                  const election::Form& form,
                                  const std::optional<Mistake>& mistake) {
  const Contest& contest = world.contests[contest_index];
  event::ResultSubmitted body;
  body.contest = contest.id();
  body.tps = station.code;
  body.state = FieldState::kConfirmed;
  if (!mistake) {
    Fill(form, &body);
  } else if (mistake->fate == Mistake::Fate::kCaught) {
    Fill(form, &body);
    body.readings.push_back({mistake->field, FieldState::kEntered, mistake->read});
  } else {
    election::Form read = form;
    read.Set(mistake->field, mistake->read);
    Fill(read, &body);
    // Where KPPS may not correct, half of what it sees it marks as not fitting the paper.
    if (!contest.registered.kpps_may_correct && station.index % 2 == 0) {
      body.readings.push_back({mistake->field, FieldState::kDisputed, std::nullopt});
    }
  }
  AddEvidence(world, body.contest, body.tps, &body.evidence);
  return body;
}

event::ResultCorrected Correction(const std::string& contest, const StationCode& tps,
                                  const Hash& supersedes, std::vector<event::Change> changes) {
  event::ResultCorrected body;
  body.contest = contest;
  body.tps = tps;
  body.supersedes = supersedes;
  body.changes = std::move(changes);
  body.reason = election::CorrectionReason::kMisread;
  body.explanation = "salah konversi: angka pada foto C.Hasil terbaca keliru";
  body.legal_basis = "PKPU 5/2024 Pasal 15";
  return body;
}

event::Minutes MinutesOf(const std::string& body, uint32_t number, uint32_t date) {
  event::Minutes minutes;
  minutes.number = "BA/" + std::to_string(number) + "/" + body + "/2024";
  minutes.date = date;
  minutes.sha256 = DocumentHash(0, minutes.number);
  return minutes;
}

Hash DocumentHash(uint64_t seed, const std::string& what) {
  return crypto::Sha256({"jejak/sim/document", ByteView("\0", 1), std::to_string(seed), what});
}

}  // namespace jejak::sim
