#include "ledger/service/messages.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include "ledger/base/limits.h"
#include "ledger/service/answers.h"

namespace jejak::service {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

Status NoMessage() {
  return Status(Reason::kInvalidArgument, "the bytes are no message of this call");
}

constexpr uint32_t Tag(int field, WireFormatLite::WireType type) {
  return WireFormatLite::MakeTag(field, type);
}
constexpr uint32_t Part(int field) {
  return Tag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

// Takes a batch apart element by element; nothing is kept that isn't one.
class BatchReader {
 public:
  explicit BatchReader(const grpc::ByteBuffer& bytes)
      : bytes_(bytes), stream_(&bytes_), in_(&stream_) {}

  Result<HandedIn> Read() {
    while (const uint32_t tag = in_.ReadTag()) JEJAK_RETURN_IF_ERROR(ReadField(tag));
    if (!in_.ConsumedEntireMessage()) return NoMessage();
    return std::move(out_);
  }

 private:
  using Request = jejak::v1::SubmitEventsRequest;

  Status ReadField(uint32_t tag) {
    switch (tag) {
      case Part(Request::kEventsFieldNumber): return ReadEvent();
      case Part(Request::kNamesFieldNumber):
        if (out_.names.size() == static_cast<int>(limits::kListElementsMax))
          return BadField("names", "too many");
        return ReadPart(out_.names.Add());
      case Part(Request::kReceivedAtFieldNumber): return ReadPart(&out_.received_at.emplace());
      case Tag(Request::kOmitProofsFieldNumber, WireFormatLite::WIRETYPE_VARINT): {
        uint64_t omit = 0;
        if (!in_.ReadVarint64(&omit)) return NoMessage();
        out_.proofs = omit == 0;
        return {};
      }
      default: return WireFormatLite::SkipField(&in_, tag) ? OkStatus() : NoMessage();
    }
  }

  Status ReadEvent() {
    if (out_.events.size() == limits::kBatchEventsMax) return BadField("events", "at most 8,192");
    jejak::v1::SignedEvent message;
    bool skipped = false;
    JEJAK_RETURN_IF_ERROR(ReadPart(&message, &skipped));
    if (skipped) {
      // As much as tells that it is too large; the others are decided all the same.
      message.set_event(std::string(limits::kEventBytesMax + 1, '\0'));
      message.set_signature(std::string(Signature::kSize, '\0'));
    }
    out_.events.push_back(ReadSignedEvent(message));
    return {};
  }

  // The element that begins here. Without `skipped` one that is too large is an error.
  Status ReadPart(google::protobuf::MessageLite* out, bool* skipped = nullptr) {
    int size = 0;
    if (!in_.ReadVarintSizeAsInt(&size)) return NoMessage();
    if (static_cast<size_t>(size) > kPartBytesMax) {
      if (skipped == nullptr || !in_.Skip(size)) return NoMessage();
      *skipped = true;
      return {};
    }
    const auto limit = in_.PushLimit(size);
    // One that the end of the message cut off may be one by itself.
    if (!out->MergePartialFromCodedStream(&in_) || !in_.ConsumedEntireMessage() ||
        in_.BytesUntilLimit() != 0)
      return NoMessage();
    in_.PopLimit(limit);
    return {};
  }

  grpc::ByteBuffer bytes_;  // shares what it is a copy of
  grpc::ProtoBufferReader stream_;
  CodedInputStream in_;
  HandedIn out_;
};

}  // namespace

Status ReadMessage(const grpc::ByteBuffer& bytes, size_t bytes_max,
                   google::protobuf::MessageLite* out) {
  if (bytes.Length() > bytes_max) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("the message has {} bytes; it may have {}", bytes.Length(),
                              bytes_max));
  }
  grpc::ByteBuffer shared(bytes);
  grpc::ProtoBufferReader stream(&shared);
  return stream.status().ok() && out->ParseFromZeroCopyStream(&stream) ? OkStatus() : NoMessage();
}

Status WriteMessage(const google::protobuf::MessageLite& message, grpc::ByteBuffer* out) {
  bool own = false;
  out->Clear();
  const grpc::Status written =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::MessageLite>(message, out,
                                                                                     &own);
  return written.ok() ? OkStatus() : Status(Reason::kInternal, "an answer can't be written");
}

Result<HandedIn> ReadSubmitEvent(const grpc::ByteBuffer& bytes) {
  jejak::v1::SubmitEventRequest request;
  JEJAK_RETURN_IF_ERROR(ReadMessage(bytes, kSingleBytesMax, &request));
  HandedIn out;
  out.events.push_back(ReadSignedEvent(request.event()));
  out.proofs = !request.omit_proof();
  if (request.names_size() > static_cast<int>(limits::kListElementsMax))
    return BadField("names", "too many");
  out.names = std::move(*request.mutable_names());
  if (request.has_received_at()) out.received_at = request.received_at();
  return out;
}

Result<HandedIn> ReadSubmitEvents(const grpc::ByteBuffer& bytes) {
  return BatchReader(bytes).Read();
}

}  // namespace jejak::service
