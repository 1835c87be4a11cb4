// gRPC's errors as ours: the reason comes from the ErrorInfo of domain "jejak", with its metadata.
// What a server says is believed of what was asked, not of the machine that asks.
//
// Thread rule: pure functions.
#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>

#include "ledger/base/status.h"

namespace jejak::client {

// How long the daemon asks to wait before the call is made again, if it does. At most a day.
std::optional<std::chrono::microseconds> RetryDelay(const Status& status);

// An error without such details is UNAVAILABLE with gRPC's words, OVERLOADED or DEADLINE_EXCEEDED.
// So is one whose reason speaks of a machine's own files, or of a fault in a program: a user who
// reads LEDGER_DAMAGED or USAGE would look at the wrong machine. "said" then has the reason.
Status FromGrpc(const grpc::Status& status);

// The same for a reason that an answer has.
Status OfServer(Reason reason, std::string message);

// Whether the same call may go through on another try: the line broke, or the daemon goes down. Not
// where it answered that it has no such call.
bool LineBroke(const grpc::Status& status);

// VERIFICATION_FAILED: what the server answered isn't what was asked for, or can't be so.
Status WrongAnswer(std::string_view what);

}  // namespace jejak::client
