#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gtest/gtest.h>
#include <kj/string.h>

#include <string>

#include "ledger/base/encoding.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/sha256.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"
#include "ledger/event/testing_raw.h"
#include "ledger/event/testing_samples.h"
#include "ledger/event/testing_vectors.h"
#include "proto/event.capnp.h"

namespace jejak::event {
namespace {

crypto::SecretKey TestKey() {
  EXPECT_TRUE(crypto::InitCrypto().ok());
  return std::move(*crypto::SecretKey::FromSeed(Counting<Hash>(0).view()));
}

// A value in Cap'n Proto's text form, as the `capnp` tool reads it, with data in hex.
std::string Shown(const capnp::DynamicValue::Reader& value) {
  std::string out;
  switch (value.getType()) {
    case capnp::DynamicValue::DATA: {
      const auto data = value.as<capnp::Data>();
      return "0x\"" + ToHex({reinterpret_cast<const char*>(data.begin()), data.size()}) + "\"";
    }
    case capnp::DynamicValue::LIST:
      for (const auto element : value.as<capnp::DynamicList>()) {
        out += (out.empty() ? "" : ", ") + Shown(element);
      }
      return "[" + out + "]";
    case capnp::DynamicValue::STRUCT: {
      const auto fields = value.as<capnp::DynamicStruct>();
      for (const auto field : fields.getSchema().getFields()) {
        if (!fields.has(field)) continue;
        out += (out.empty() ? "" : ", ") + std::string(field.getProto().getName().cStr()) + " = " +
               Shown(fields.get(field));
      }
      return "(" + out + ")";
    }
    default: return kj::str(value).cStr();
  }
}

std::string FieldsOf(const Bytes& bytes) {
  // A string's bytes from the heap begin on a word.
  const kj::ArrayPtr<const capnp::word> segment(reinterpret_cast<const capnp::word*>(bytes.data()),
                                                bytes.size() / sizeof(capnp::word));
  capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1));
  return Shown(capnp::DynamicStruct::Reader(message.getRoot<wire::Event>()));
}

// The chain of all samples: genesis first, each full, then each minimal.
std::vector<std::pair<std::string, SignedEvent>> Chain() {
  const crypto::SecretKey key = TestKey();
  std::vector<std::pair<std::string, SignedEvent>> out;
  Event event;
  event.author = key.public_key();
  for (size_t i = 0; i < 2 * kBodyKinds; ++i) {
    const auto kind = static_cast<BodyKind>(i % kBodyKinds);
    event.body = i < kBodyKinds ? FullBody(kind) : MinimalBody(kind);
    event.sequence = i;
    event.occurred_at = UnixMicros(1'707'900'000'000'000 + static_cast<int64_t>(i));
    auto made = Sign(event, key);
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    event.previous = EventHash(made->bytes);
    if (i == 0) event.election = event.previous;
    out.emplace_back(std::string(BodyName(kind)) + (i < kBodyKinds ? " full" : " minimal"),
                     std::move(*made));
  }
  return out;
}

// One author's chain with every body, as data for other languages: the bytes, their hash and
// signature.
TEST(Vectors, Events) {
  std::string out =
      "# Signed events, one author's chain; docs/reference/events.md. The key's seed (RFC 8032) "
      "is\n"
      "# " +
      ToHex(Counting<Hash>(0)) +
      ".\n"
      "# Proofs and keys inside bodies are counting bytes, not valid ones.\n"
      "# name\tfields in Cap'n Proto's text form, data in hex\tbytes in hex\tevent hash\t"
      "signature\n";
  for (const auto& [name, signed_event] : Chain()) {
    out += name + "\t" + FieldsOf(signed_event.bytes) + "\t" + ToHex(signed_event.bytes) + "\t" +
           ToHex(EventHash(signed_event.bytes)) + "\t" + ToHex(signed_event.signature) + "\n";
    EXPECT_TRUE(DecodeEvent(signed_event.bytes).ok());
  }
  ExpectVectors("events.tsv", out);
}

// Sound log entries and forged ones.
TEST(Vectors, Entries) {
  const auto chain = Chain();
  const SignedEvent& event = chain[13].second;
  const Raw bytes = Octets(event.bytes);
  const Raw signature = Octets(Bytes(event.signature.view()));
  std::string out =
      "# Log entries around the event \"resultSubmitted full\" of events.tsv, and what a decoder "
      "says of them;\n"
      "# docs/reference/events.md.\n"
      "# name\treason (OK: sound)\tbytes in hex\tleaf hash of a sound one\n";
  const auto add = [&](const std::string& name, Reason reason, const Bytes& entry) {
    const auto decoded = DecodeEntry(entry);
    EXPECT_EQ(decoded.status().reason(), reason) << name << ": " << decoded.status().ToString();
    const std::string leaf =
        decoded.ok() ? ToHex(crypto::Sha256({ByteView("\0", 1), ByteView(entry)})) : "";
    out +=
        name + "\t" + std::string(InfoOf(reason).name) + "\t" + ToHex(entry) + "\t" + leaf + "\n";
  };
  Entry entry{UnixMicros(1'707'900'001'000'000), event.bytes, event.signature, std::nullopt};
  add("accepted", Reason::kOk, *EncodeEntry(entry));
  entry.refusal = Refusal{Reason::kStageSealed, 0};
  add("refused", Reason::kOk, *EncodeEntry(entry));
  entry.refusal = Refusal{Reason::kUnknownChoice, 3};
  add("refused, element 3", Reason::kOk, *EncodeEntry(entry));
  // By hand: receivedAt, verdict | event, signature, refusal.
  add("accepted at time 1", Reason::kOk, Write(Struct({1}, {bytes, signature})));
  add("refused for reason 7", Reason::kOk, Write(Struct({1, 1}, {bytes, signature, Struct({7})})));
  const auto canonical = Reason::kEventNotCanonical;
  add("accepted, refusal left behind", canonical,
      Write(Struct({1, 0}, {bytes, signature, Struct({7})})));
  add("refused without a reason", Reason::kRulesUnknown,
      Write(Struct({1, 1}, {bytes, signature, Struct({})})));
  add("refused for a reason that is not known", Reason::kRulesUnknown,
      Write(Struct({1, 1}, {bytes, signature, Struct({9'999})})));
  add("verdict that is not known", Reason::kRulesUnknown,
      Write(Struct({1, 2}, {bytes, signature})));
  add("unknown field", canonical, Write(Struct({1}, {bytes, signature, Struct({1})})));
  add("signature of 63 bytes", Reason::kFieldInvalid,
      Write(Struct({1}, {bytes, Octets(Bytes(63, 's'))})));
  add("no event", Reason::kFieldInvalid, Write(Struct({1}, {Null(), signature})));
  add("event of 7 bytes", Reason::kFieldInvalid,
      Write(Struct({1}, {Octets("1234567"), signature})));
  add("one word more", canonical, Write(Struct({1}, {bytes, signature})) + Bytes(8, '\0'));
  add("one word less", Reason::kEventMalformed,
      Write(Struct({1}, {bytes, signature})).substr(0, 200));
  ExpectVectors("events-entries.tsv", out);
}

// An entry read back is the entry written; what is beyond its size or its reasons is refused.
TEST(Entries, RoundTripAndLimits) {
  Entry entry;
  entry.event = Bytes(64, 'e');
  EXPECT_TRUE(*DecodeEntry(*EncodeEntry(entry)) == entry);
  entry.received_at = UnixMicros(-1);
  entry.refusal = Refusal{Reason::kAuthorFork, 8};
  EXPECT_TRUE(*DecodeEntry(*EncodeEntry(entry)) == entry);
  EXPECT_TRUE(*DecodeLoggedEntry(*EncodeEntry(entry)) == entry);
  entry.refusal = Refusal{Reason::kSignatureInvalid, 0};  // a reason of the door: never logged
  EXPECT_EQ(EncodeEntry(entry).status().reason(), Reason::kFieldInvalid);
  entry.refusal.reset();
  entry.event = Bytes(64'008, 'e');
  EXPECT_EQ(EncodeEntry(entry).status().reason(), Reason::kEventTooLarge);
  EXPECT_EQ(DecodeEntry(Bytes(65'536, '\0')).status().reason(), Reason::kEventTooLarge);
  EXPECT_EQ(DecodeEntry("").status().reason(), Reason::kEventMalformed);
}

// A signature is over domain and bytes, by the author that the event names.
TEST(Signing, HoldsForTheseBytesOnly) {
  const crypto::SecretKey key = TestKey();
  Event event = EventOf(RulesChanged{1});
  EXPECT_EQ(Sign(event, key).status().reason(), Reason::kInvalidArgument);
  event.author = key.public_key();
  SignedEvent made = *Sign(event, key);
  EXPECT_TRUE(VerifySignature(made, event.author));
  EXPECT_TRUE(
      crypto::Verify(event.author, Bytes("jejak/event/v1\0", 15) + made.bytes, made.signature));
  EXPECT_FALSE(crypto::Verify(event.author, made.bytes, made.signature));
  EXPECT_EQ(EventHash(made.bytes), crypto::Sha256(made.bytes));
  EXPECT_FALSE(VerifySignature(made, Counting<PublicKey>(1)));
  made.bytes[20] ^= 1;
  EXPECT_FALSE(VerifySignature(made, event.author));
}

}  // namespace
}  // namespace jejak::event
