// What a submission and a correction make of a round's figures, evidence and flags. The folds and
// the answers as of an earlier size share it.
//
// Thread rule: pure functions.
#pragma once

#include "ledger/projection/rows.h"

namespace jejak::projection {

// The figures that a submission sets, ascending.
std::vector<Cell> CellsOf(const event::ResultSubmitted& body, LogIndex index);

// Each also notes the version and which event it was.
void SetSubmission(const event::ResultSubmitted& body, LogIndex index, const Hash& event,
                   RoundRow* round);
void SetCorrection(const event::ResultCorrected& body, LogIndex index, const Hash& event,
                   RoundRow* round);

}  // namespace jejak::projection
