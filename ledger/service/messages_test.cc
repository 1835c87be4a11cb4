// A request is taken apart only as far as it is one: whatever its bytes are, they make no more than
// a call may bring.
#include "ledger/service/messages.h"

#include <gtest/gtest.h>
#include <jejak/v1/log.pb.h>

#include "ledger/base/limits.h"

namespace jejak::service {
namespace {

namespace v1 = jejak::v1;

grpc::ByteBuffer Bytes(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}
std::string Signed(size_t bytes) { return std::string(bytes, 'e'); }

v1::SubmitEventsRequest Batch(size_t events) {
  v1::SubmitEventsRequest out;
  for (size_t i = 0; i < events; ++i) {
    auto* event = out.add_events();
    event->set_event(Signed(100 + i % 7));
    event->set_signature(std::string(64, 's'));
  }
  return out;
}

TEST(Messages, ABatchIsReadAsItWasWritten) {
  v1::SubmitEventsRequest request = Batch(limits::kBatchEventsMax);
  request.set_omit_proofs(true);
  auto* name = request.add_names();
  name->set_official("kpps.1");
  name->set_name("Citra");
  name->set_salt(std::string(32, '1'));
  request.mutable_received_at()->set_seconds(7);
  const auto read = ReadSubmitEvents(Bytes(request.SerializeAsString()));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  ASSERT_EQ(read->events.size(), limits::kBatchEventsMax);
  for (size_t i = 0; i < read->events.size(); ++i)
    EXPECT_EQ(read->events[i].bytes, request.events(static_cast<int>(i)).event());
  EXPECT_FALSE(read->proofs);
  ASSERT_EQ(read->names.size(), 1);
  EXPECT_EQ(read->names[0].SerializeAsString(), name->SerializeAsString());
  EXPECT_EQ(read->received_at->seconds(), 7);
  const auto empty = ReadSubmitEvents(Bytes(""));
  ASSERT_TRUE(empty.ok());
  EXPECT_TRUE(empty->events.empty() && empty->proofs && !empty->received_at);
}

// Sixteen mebibytes of elements that are nothing would be half a gibibyte of objects.
TEST(Messages, ElementsBeyondTheirNumberEndTheReading) {
  std::string many;
  const std::string one = Batch(1).SerializeAsString();
  for (size_t i = 0; i <= limits::kBatchEventsMax; ++i) many += one;
  EXPECT_EQ(ReadSubmitEvents(Bytes(many)).status().reason(), Reason::kInvalidArgument);
  many.clear();
  for (int i = 0; i < 8'000'000; ++i) many += std::string("\x0a\x00", 2);
  EXPECT_EQ(ReadSubmitEvents(Bytes(many)).status().reason(), Reason::kInvalidArgument);
  many.clear();
  for (int i = 0; i < 8'000'000; ++i) many += std::string("\x1a\x00", 2);
  EXPECT_EQ(ReadSubmitEvents(Bytes(many)).status().reason(), Reason::kInvalidArgument);
}

TEST(Messages, WhatIsNoPartOfItIsNotKept) {
  std::string bytes = Batch(2).SerializeAsString();
  for (int i = 0; i < 1'000'000; ++i) bytes += std::string("\x82\x7d\x00", 3);  // field 2000, empty
  const auto read = ReadSubmitEvents(Bytes(bytes));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->events.size(), 2U);
}

TEST(Messages, OneThatIsTooLargeIsToldSoAndTheOthersAreRead) {
  v1::SubmitEventsRequest request = Batch(3);
  request.mutable_events(1)->set_event(Signed(size_t{4} << 20));
  const auto read = ReadSubmitEvents(Bytes(request.SerializeAsString()));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  ASSERT_EQ(read->events.size(), 3U);
  EXPECT_EQ(read->events[1].bytes.size(), limits::kEventBytesMax + 1);
  EXPECT_EQ(read->events[2].bytes, request.events(2).event());
  request.mutable_events(1)->set_event(Signed(limits::kEventBytesMax));
  EXPECT_EQ(ReadSubmitEvents(Bytes(request.SerializeAsString()))->events[1].bytes.size(),
            limits::kEventBytesMax);
}

// It is told that its signature does not hold, and the others are decided.
TEST(Messages, AnEventWithoutASignatureIsRead) {
  v1::SubmitEventsRequest request = Batch(3);
  for (const size_t bytes : {size_t{0}, size_t{63}, size_t{65}}) {
    request.mutable_events(1)->set_signature(std::string(bytes, 's'));
    const auto read = ReadSubmitEvents(Bytes(request.SerializeAsString()));
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    ASSERT_EQ(read->events.size(), 3U);
    EXPECT_EQ(read->events[1].bytes, request.events(1).event());
    EXPECT_NE(read->events[1].signature, read->events[0].signature);
  }
}

TEST(Messages, BytesThatAreNoneAreRefused) {
  const std::string whole = Batch(3).SerializeAsString();
  size_t read = 0;
  for (size_t cut = 0; cut < whole.size(); ++cut)
    read += ReadSubmitEvents(Bytes(whole.substr(0, cut))).ok() ? 1U : 0U;
  EXPECT_EQ(read, 3U) << "where an event ends";
  for (const char* bytes :
       {"\x0a", "\x0a\xff\xff\xff\xff\x0f", "\x07", "\x0b", "\x10", "\x1a\x02\x0a\x09"})
    EXPECT_EQ(ReadSubmitEvents(Bytes(bytes)).status().reason(), Reason::kInvalidArgument) << bytes;
}

TEST(Messages, AQuestionIsBounded) {
  v1::ReplayEntriesRequest request, read;
  request.set_from(5);
  std::string bytes = request.SerializeAsString();
  EXPECT_TRUE(ReadMessage(Bytes(bytes), kQuestionBytesMax, &read).ok());
  EXPECT_EQ(read.from(), 5U);
  EXPECT_FALSE(ReadMessage(Bytes("\x0a\x09"), kQuestionBytesMax, &read).ok());
  bytes += std::string("\x82\x7d\x80\x80\x08", 5) + std::string(128 << 10, 'x');
  const Status status = ReadMessage(Bytes(bytes), kQuestionBytesMax, &read);
  EXPECT_EQ(status.reason(), Reason::kInvalidArgument);
}

TEST(Messages, AnAnswerReplacesWhatWasThere) {
  grpc::ByteBuffer bytes;
  v1::ReplayEntriesRequest message, read;
  for (const uint64_t from : {uint64_t{1}, uint64_t{2}}) {
    message.set_from(from);
    ASSERT_TRUE(WriteMessage(message, &bytes).ok());
    ASSERT_TRUE(ReadMessage(bytes, kQuestionBytesMax, &read).ok());
    EXPECT_EQ(read.from(), from);
  }
}

}  // namespace
}  // namespace jejak::service
