// What encoding, decoding and signing an event cost: a PPWP submission as a polling station sends
// it.
#include <benchmark/benchmark.h>

#include "ledger/crypto/ed25519.h"
#include "ledger/event/codec.h"
#include "ledger/event/signing.h"

namespace jejak::event {
namespace {

Event Submission() {
  using election::Figure;
  ResultSubmitted body;
  body.contest = "ppwp";
  body.tps = *RegionCode::Parse("6502010001001");
  for (uint32_t i = 0; i < election::kFigures; ++i) {
    if (i >= 22 && i <= 24) continue;  // rows of the post abroad
    body.figures.push_back({static_cast<Figure>(i), 100 + i});
  }
  body.votes = {{100025, 34}, {100026, 187}, {100027, 29}};
  body.state = election::FieldState::kConfirmed;
  body.evidence = {{1, "image/jpeg", Hash{}, ""}, {2, "image/jpeg", Hash{}, ""}};
  Event event;
  event.author.bytes[0] = 1;
  event.sequence = 1;
  event.occurred_at = UnixMicros(1'707'900'000'123'456);
  event.body = body;
  return event;
}

void BM_Encode(benchmark::State& state) {
  const Event event = Submission();
  for (auto _ : state) benchmark::DoNotOptimize(EncodeEvent(event));
  state.counters["bytes"] = static_cast<double>(EncodeEvent(event)->size());
}
BENCHMARK(BM_Encode);

void BM_Decode(benchmark::State& state) {
  const Bytes bytes = *EncodeEvent(Submission());
  for (auto _ : state) benchmark::DoNotOptimize(DecodeEvent(bytes));
}
BENCHMARK(BM_Decode);

void BM_DecodeLogged(benchmark::State& state) {
  const Bytes bytes = *EncodeEvent(Submission());
  for (auto _ : state) benchmark::DoNotOptimize(DecodeLoggedEvent(bytes));
}
BENCHMARK(BM_DecodeLogged);

void BM_Validate(benchmark::State& state) {
  const Event event = Submission();
  for (auto _ : state) benchmark::DoNotOptimize(ValidateBody(event.body));
}
BENCHMARK(BM_Validate);

// What a stranger can make the door do with bytes that are no message.
void BM_DecodeMalformed(benchmark::State& state) {
  Bytes bytes = *EncodeEvent(Submission());
  bytes.resize(bytes.size() - 64);
  for (auto _ : state) benchmark::DoNotOptimize(DecodeEvent(bytes));
}
BENCHMARK(BM_DecodeMalformed);

void BM_EncodeEntry(benchmark::State& state) {
  Entry entry;
  entry.event = *EncodeEvent(Submission());
  for (auto _ : state) benchmark::DoNotOptimize(EncodeEntry(entry));
}
BENCHMARK(BM_EncodeEntry);

void BM_DecodeLoggedEntry(benchmark::State& state) {
  Entry entry;
  entry.event = *EncodeEvent(Submission());
  const Bytes bytes = *EncodeEntry(entry);
  for (auto _ : state) benchmark::DoNotOptimize(DecodeLoggedEntry(bytes));
}
BENCHMARK(BM_DecodeLoggedEntry);

void BM_EventHash(benchmark::State& state) {
  const Bytes bytes = *EncodeEvent(Submission());
  for (auto _ : state) benchmark::DoNotOptimize(EventHash(bytes));
}
BENCHMARK(BM_EventHash);

void BM_VerifySignature(benchmark::State& state) {
  (void)crypto::InitCrypto();
  const auto key = crypto::SecretKey::Generate();
  Event event = Submission();
  event.author = key.public_key();
  const SignedEvent signed_event = *Sign(event, key);
  for (auto _ : state) benchmark::DoNotOptimize(VerifySignature(signed_event, event.author));
}
BENCHMARK(BM_VerifySignature);

}  // namespace
}  // namespace jejak::event

BENCHMARK_MAIN();
