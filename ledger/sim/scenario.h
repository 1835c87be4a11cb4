// What is simulated: where, which contests, how large the ballots are, and how often things go
// wrong.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jejak::sim {

struct BallotSizes {
  uint32_t tickets = 3;
  uint32_t parties = 6;
  uint32_t candidates = 4;  // of each party in each dapil
  uint32_t individuals = 8;
};

// Forms per ten thousand whose reading goes wrong, by what becomes of it. In contests that KPPS may
// not correct, what it would have mended is mended by PPK.
struct MistakeRates {
  uint32_t caught = 0;   // mended before submission: the reading says what the machine saw
  uint32_t by_kpps = 0;  // confirmed wrongly, corrected by KPPS
  uint32_t by_ppk = 0;   // confirmed wrongly, corrected by PPK in its plenary
  uint32_t left = 0;     // never corrected
};

struct Scenario {
  enum class Kind : uint8_t {
    kBulunganNight,  // one regency, from voting day to its certification, with every refusal once
    kNation          // as many stations as wanted, streamed
  };
  Kind kind = Kind::kBulunganNight;
  std::string name;
  uint64_t stations = 0;              // of a nation
  std::vector<std::string> contests;  // ids; empty for all five
  BallotSizes ballots;
  MistakeRates mistakes;
  uint32_t evidence_pages = 1;  // photos a form
  bool finalise = false;        // KPPS closes each form
  uint64_t events_max = 0;      // the stream ends after so many steps; 0: no end but its own

  static Scenario BulunganNight();
  static Scenario Nation(uint64_t stations);
  // "bulungan-night" or "nation", in its standard size.
  static std::optional<Scenario> ByName(std::string_view name);
};

}  // namespace jejak::sim
