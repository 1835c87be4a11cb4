// Messages from their bytes, and to them. The services take bytes from gRPC, so that a request's
// size and shape are known before it is taken apart: out of two bytes a parser makes an object of
// fifty.
//
// Thread rule: pure functions.
#pragma once

#include <google/protobuf/timestamp.pb.h>
#include <grpcpp/grpcpp.h>
#include <jejak/v1/submission.pb.h>

#include <optional>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/event/signing.h"

namespace jejak::service {

// Bytes of what is asked; of one event with the names it brings; of one event in a stream or a
// batch, with what stands around it.
inline constexpr size_t kQuestionBytesMax = size_t{64} << 10;
inline constexpr size_t kSingleBytesMax = size_t{2} << 20;
inline constexpr size_t kPartBytesMax = size_t{128} << 10;

// INVALID_ARGUMENT for bytes that are no such message, or more than `bytes_max`.
Status ReadMessage(const grpc::ByteBuffer& bytes, size_t bytes_max,
                   google::protobuf::MessageLite* out);
// Its bytes, which replace what was there.
Status WriteMessage(const google::protobuf::MessageLite& message, grpc::ByteBuffer* out);

// What one call hands in.
struct HandedIn {
  std::vector<event::SignedEvent> events;
  bool proofs = true;
  google::protobuf::RepeatedPtrField<jejak::v1::PersonName> names;
  std::optional<google::protobuf::Timestamp> received_at;
};
Result<HandedIn> ReadSubmitEvent(const grpc::ByteBuffer& bytes);
Result<HandedIn> ReadSubmitEvents(const grpc::ByteBuffer& bytes);

}  // namespace jejak::service
