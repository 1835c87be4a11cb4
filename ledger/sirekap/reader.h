// Reads what KPU published of polling stations: files named by the 13 digits of a TPS (`.json`),
// lines of JSON
// (`.jsonl`, `.jsonl.gz`) and folders of both. Shapes: docs/reference/sirekap-import.md.
//
// Thread rule: functions without state. Holds one file or line at a time.
#pragma once

#include <functional>
#include <string>

#include "ledger/base/status.h"
#include "ledger/election/vocabulary.h"
#include "ledger/sirekap/version.h"

namespace jejak::sirekap {

struct Sink {
  std::function<void(Version)> version;
  // A line or file that can't be understood; reading goes on behind it.
  std::function<void(Skipped)> skipped;
};

// Hands over every version under `path`. In a folder, and the folders in it, files are taken in the
// order of their paths, and names that Sirekap wouldn't give a station's file are passed over; a
// file that is named itself must have such a name. Fails, with nothing handed over, with NOT_FOUND
// when there is nothing at `path` and INVALID_ARGUMENT when the name is no such name.
Status ReadVersions(const std::string& path, election::ContestKind kind, const Sink& sink);

}  // namespace jejak::sirekap
