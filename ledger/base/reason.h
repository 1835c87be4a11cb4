// The typed reasons of every error and refusal, and what the one table (reasons.def) says of each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jejak {

// Canonical codes, numbered as gRPC numbers them.
enum class Code : uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

enum class Reason : uint16_t {
  kOk = 0,
#define JEJAK_REASON(id, ...) id,
#include "ledger/base/reasons.def"
#undef JEJAK_REASON
};

struct ReasonInfo {
  Reason reason;
  std::string_view name;  // UPPER_SNAKE
  Code code;
  int exit_status;         // of the command line
  uint16_t logged_number;  // Refusal.reason in log entries; 0 when never logged
  std::string_view text_en;
  std::string_view text_id;
  std::string_view action_en;  // what to do
  std::string_view action_id;
};

// Every reason but kOk, in order of precedence.
std::span<const ReasonInfo> AllReasons();
const ReasonInfo& InfoOf(Reason reason);
std::optional<Reason> ReasonByName(std::string_view name);
// The reason with this number in log entries.
std::optional<Reason> ReasonByLoggedNumber(uint16_t number);
// "stage-sealed": the anchor in docs/reference/reasons.md.
std::string AnchorOf(Reason reason);

}  // namespace jejak
