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
  EXPECT_EQ(reason(grpc::StatusCode::UNKNOWN), Reason::kInternal);
  EXPECT_EQ(RetryDelay(FromGrpc({grpc::StatusCode::RESOURCE_EXHAUSTED, "x"})), std::nullopt);
}

}  // namespace
}  // namespace jejak::client
