// One version of one TPS as KPU published it: what a line of .jsonl or a file of Sirekap says,
// checked and put into the ledger's own fields.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ledger/base/types.h"
#include "ledger/election/codes.h"
#include "ledger/election/field.h"

namespace jejak::sirekap {

// Where something was read. `line` counts from 1; 0 means the file as a whole.
struct Origin {
  std::shared_ptr<const std::string> file;
  uint64_t line = 0;
};

struct Version {
  election::StationCode tps;
  UnixMicros published;                      // `ts`, read as Jakarta time; 0: not stated
  UnixMicros observed;                       // `seen`; 0: not stated
  std::vector<election::FieldValue> values;  // strictly ascending by key, no evidence
  std::vector<std::string> images;           // URL of page i + 1; empty: no photo of that page
  std::string psu;                           // as published; empty: not stated
  Origin origin;

  // When the version was there: the order of import. One of the two is always stated.
  UnixMicros time() const { return observed.value != 0 ? observed : published; }
  // A figure or a photo.
  bool HasContent() const;
};

// Something that could not be understood and was left out.
struct Skipped {
  Origin origin;
  std::string why;
};

}  // namespace jejak::sirekap
