#include "ledger/client/errors.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

namespace jejak::client {
namespace {

// What the daemon says comes through whole: its reason, its metadata, and when to try again.
TEST(FromGrpc, KeepsWhatTheDaemonSays) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  info.set_domain("jejak");
  info.set_reason("OVERLOADED");
  (*info.mutable_metadata())["k"] = "v";
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(2);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  rich.add_details()->PackFrom(info);
  rich.add_details()->PackFrom(retry);
  const Status status = FromGrpc(
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "too much is asked at once: why",
       rich.SerializeAsString()});
  EXPECT_EQ(status.reason(), Reason::kOverloaded);
  EXPECT_EQ(status.message(), "why");
  EXPECT_EQ(status.metadata().at(0), std::pair(std::string("k"), std::string("v")));
  EXPECT_EQ(RetryDelay(status), std::chrono::microseconds(2'500'000));
}

// Errors of gRPC itself. A stream that the daemon resets is a line that broke, so that whoever
// follows goes on by itself.
TEST(FromGrpc, KnowsErrorsWithoutDetails) {
  const auto reason = [](grpc::StatusCode code) { return FromGrpc({code, "x"}).reason(); };
  EXPECT_EQ(reason(grpc::StatusCode::CANCELLED), Reason::kUnavailable);
  EXPECT_EQ(reason(grpc::StatusCode::UNAVAILABLE), Reason::kUnavailable);
  EXPECT_EQ(reason(grpc::StatusCode::DEADLINE_EXCEEDED), Reason::kDeadlineExceeded);
  EXPECT_EQ(reason(grpc::StatusCode::RESOURCE_EXHAUSTED), Reason::kOverloaded);
  EXPECT_EQ(reason(grpc::StatusCode::UNKNOWN), Reason::kUnavailable);
  EXPECT_EQ(reason(grpc::StatusCode::NOT_FOUND), Reason::kUnavailable);
  EXPECT_EQ(reason(grpc::StatusCode::UNIMPLEMENTED), Reason::kUnavailable);
  EXPECT_EQ(RetryDelay(FromGrpc({grpc::StatusCode::RESOURCE_EXHAUSTED, "x"})), std::nullopt);
}

grpc::Status Rich(grpc::StatusCode code, Reason reason, int64_t seconds,
                  const std::string& retry_us = {}) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  info.set_domain("jejak");
  info.set_reason(std::string(InfoOf(reason).name));
  if (!retry_us.empty()) (*info.mutable_metadata())["retry_us"] = retry_us;
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(seconds);
  rich.add_details()->PackFrom(info);
  rich.add_details()->PackFrom(retry);
  return {code, "m", rich.SerializeAsString()};
}

// A delay of any size is one that can be reckoned with: none is negative, none overflows, and only
// RetryInfo makes one.
TEST(FromGrpc, ClampsAbsurdDelays) {
  const auto delay = [](int64_t seconds, const std::string& said = {}) {
    return RetryDelay(FromGrpc(Rich(grpc::StatusCode::RESOURCE_EXHAUSTED, Reason::kOverloaded,
                                    seconds, said)));
  };
  const std::chrono::microseconds day = std::chrono::hours(24);
  EXPECT_EQ(delay(9'300'000'000'000), day);
  EXPECT_EQ(delay(INT64_MAX), day);
  EXPECT_EQ(delay(INT64_MIN), std::nullopt);
  EXPECT_EQ(delay(0, "9223372036854775807"), std::nullopt);
  EXPECT_EQ(delay(1, "9223372036854775807"), std::chrono::seconds(1));
}

// What a server says of its own machine is no statement of the caller's; what it says of the
// request is.
TEST(FromGrpc, DoesNotTakeTheServersMachineForOurs) {
  for (const Reason reason :
       {Reason::kUsage, Reason::kIoError, Reason::kLedgerDamaged, Reason::kInternal,
        Reason::kVerificationFailed, Reason::kOutboxDamaged, Reason::kInputMalformed,
        Reason::kLedgerInUse}) {
    const Status status = FromGrpc(Rich(grpc::StatusCode::INTERNAL, reason, 0));
    EXPECT_EQ(status.reason(), Reason::kUnavailable);
    EXPECT_EQ(status.metadata().at(0).second, InfoOf(reason).name);
  }
  for (const Reason reason : {Reason::kInvalidArgument, Reason::kNotFound, Reason::kStageSealed,
                              Reason::kSequenceGap, Reason::kAsOfTooEarly, Reason::kStopped}) {
    EXPECT_EQ(FromGrpc(Rich(grpc::StatusCode::INTERNAL, reason, 0)).reason(), reason);
  }
}

// Only what another try can mend is tried again.
TEST(LineBroke, IsNotWhatTheServerAnswered) {
  using enum grpc::StatusCode;
  for (const auto code : {CANCELLED, UNAVAILABLE}) EXPECT_TRUE(LineBroke({code, "x"}));
  for (const auto code : {UNIMPLEMENTED, INTERNAL, UNKNOWN, ABORTED, DATA_LOSS, PERMISSION_DENIED})
    EXPECT_FALSE(LineBroke({code, "x"}));
  EXPECT_TRUE(LineBroke(Rich(ABORTED, Reason::kFollowerTooSlow, 0)));
}

}  // namespace
}  // namespace jejak::client
