// End to end on one machine, in one run: what libsodium alone verifies on all cores, then durable
// ingest of pre-signed events by distinct authors through the engine, as a ratio; then rebuild,
// memory and disk.
//
//   ingest_bench [stations] [folder]
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <thread>
#include <unordered_map>

#include "ledger/engine/ledger.h"
#include "tests/bench/measure.h"
#include "tests/support/small_election.h"

namespace {

using namespace jejak;
using bench::Clock;
using bench::CpuSeconds;
using bench::Seconds;
using bench::VerifyRate;

// Hands in `events` in groups and waits for all.
size_t Ingest(engine::Ledger* ledger, std::vector<event::SignedEvent> events, size_t group) {
  std::mutex mutex;
  std::condition_variable done;
  size_t open = 0;
  size_t accepted = 0;
  for (size_t at = 0; at < events.size(); at += group) {
    std::vector<event::SignedEvent> part(
        std::make_move_iterator(events.begin() + static_cast<std::ptrdiff_t>(at)),
        std::make_move_iterator(events.begin() +
                                static_cast<std::ptrdiff_t>(std::min(events.size(), at + group))));
    {
      const std::lock_guard lock(mutex);
      ++open;
    }
    ledger->SubmitAsync(std::move(part), {}, [&](std::vector<engine::Outcome> outcomes) {
      size_t good = 0;
      for (const auto& o : outcomes) {
        if (o.receipt && !o.receipt->refusal) {
          ++good;
        } else {
          fmt::print(
              stderr, "not accepted: {}\n",
              o.receipt ? std::string(InfoOf(o.receipt->refusal->reason).name) : o.door.ToString());
        }
      }
      const std::lock_guard lock(mutex);
      accepted += good;
      if (--open == 0) done.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return open == 0; });
  return accepted;
}

uint64_t DiskBytes(const std::filesystem::path& dir) {
  uint64_t bytes = 0;
  for (const auto& f : std::filesystem::recursive_directory_iterator(dir)) {
    if (f.is_regular_file()) bytes += f.file_size();
  }
  return bytes;
}

// Rebuilds all projections and says how fast; whether they came out the same.
bool MeasureRebuild(engine::Ledger* ledger, uint64_t stations) {
  const Hash before = *ledger->ProjectionDigest();
  const auto start = Clock::now();
  const uint64_t size = ledger->Newest()->size().value;
  // The registry first, whose events enrol a hundred officials each; then the results, one each.
  const uint64_t before_results = size - stations;
  double registry_seconds = 0;
  const Status rebuilt = ledger->Rebuild([&](uint64_t at, uint64_t) {
    if (at <= before_results + 512) registry_seconds = Seconds(start);
    return true;
  });
  const double rebuild_seconds = Seconds(start);
  if (!rebuilt.ok()) {
    fmt::print(stderr, "rebuild: {}\n", rebuilt.ToString());
    return false;
  }
  const bool same = *ledger->ProjectionDigest() == before;
  fmt::print("rebuild: {:.0f} events/s, of the results alone {:.0f}/s, projections {}\n",
             static_cast<double>(size) / rebuild_seconds,
             static_cast<double>(stations) / (rebuild_seconds - registry_seconds),
             same ? "identical" : "DIFFERENT");
  return same;
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t stations = argc > 1 ? std::stoull(argv[1]) : 50'000;
  const std::filesystem::path dir =
      argc > 2 ? argv[2] : std::filesystem::temp_directory_path() / "jejak-ingest-bench";
  std::filesystem::remove_all(dir);
  JEJAK_CHECK(crypto::InitCrypto().ok());
  testing::SmallElection election(stations);
  engine::OpenOptions options;
  options.ledger_key =
      std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf("ledger"));
  auto ledger = engine::Ledger::Create(dir, election.Genesis(), options);
  if (!ledger.ok()) {
    fmt::print(stderr, "{}\n", ledger.status().ToString());
    return 1;
  }
  std::vector<event::SignedEvent> registry = election.Registry();
  const size_t registered = registry.size();
  auto start = Clock::now();
  if (Ingest(ledger->get(), std::move(registry), 1'000'000) != registered) return 1;
  fmt::print("registry: {} events, {} keys enrolled, {:.1f} s\n", registered, stations,
             Seconds(start));

  std::vector<event::SignedEvent> results;
  std::vector<PublicKey> authors;
  uint64_t signed_bytes = 0;
  for (uint64_t i = 0; i < stations; ++i) {
    // Arrival in no order of places.
    const uint64_t at = (i * 7'919 + 13) % stations;
    results.push_back(election.Result(at));
    authors.push_back(testing::SmallElection::KeyOf(testing::SmallElection::Kpps(at)).public_key());
    signed_bytes += results.back().bytes.size() + Signature::kSize;
  }
  // libsodium before and after, so that what else the machine does meanwhile falls on both.
  double cpu = CpuSeconds();
  const double sodium_before = VerifyRate(results, authors);
  double sodium_us = (CpuSeconds() - cpu) / static_cast<double>(stations) * 1e6;
  std::vector<event::SignedEvent> submitted = results;
  cpu = CpuSeconds();
  start = Clock::now();
  if (Ingest(ledger->get(), std::move(submitted), 64) != stations) return 1;
  const double ingest = static_cast<double>(stations) / Seconds(start);
  const double cpu_us = (CpuSeconds() - cpu) / static_cast<double>(stations) * 1e6;
  cpu = CpuSeconds();
  const double sodium = (sodium_before + VerifyRate(results, authors)) / 2;
  sodium_us = (sodium_us + (CpuSeconds() - cpu) / static_cast<double>(stations) * 1e6) / 2;
  fmt::print("libsodium alone: {:.0f} verified/s on {} cores, {:.1f} us CPU each\n", sodium,
             std::thread::hardware_concurrency(), sodium_us);
  fmt::print(
      "ingest: {:.0f} events/s, ratio {:.2f}; {:.1f} us CPU an event, ratio {:.2f}; {} signed bytes "
      "an event\n",
      ingest, ingest / sodium, cpu_us, sodium_us / cpu_us, signed_bytes / stations);

  if (!MeasureRebuild(ledger->get(), stations)) return 1;
  if (!(*ledger)->Close().ok()) return 1;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "memory: {} MiB at most (with the pre-signed events); disk: {:.2f} times the signed bytes\n",
      usage.ru_maxrss / 1024,
      static_cast<double>(DiskBytes(dir / "db")) / static_cast<double>(signed_bytes));
  std::filesystem::remove_all(dir);
  return 0;
}
