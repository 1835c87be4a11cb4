// Through gRPC, client included, in one run on one machine: what libsodium alone verifies on all
// cores, then durable ingest by distinct authors in batches and over streams, as ratios; single
// submissions' latency; questions while ingesting; replay against a bare stream of the same bytes.
//
//   service_bench [stations] [folder]
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <jejak/v1/log.grpc.pb.h>
#include <jejak/v1/results.grpc.pb.h>

#include <filesystem>

#include "ledger/engine/ledger.h"
#include "ledger/service/server.h"
#include "tests/bench/client.h"
#include "tests/bench/measure.h"
#include "tests/support/small_election.h"

namespace {

using namespace jejak;
using bench::Clock;
using bench::Connect;
using bench::Events;
using bench::Put;
using bench::Seconds;

constexpr size_t kBatch = 512;
constexpr size_t kClients = 8;

size_t IngestStreams(int port, const Events& events) {
  std::atomic<size_t> accepted{0};
  std::vector<std::thread> clients;
  for (size_t c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      const auto stub = v1::SubmissionService::NewStub(Connect(port));
      grpc::ClientContext context;
      const auto stream = stub->SyncEvents(&context);
      std::thread reader([&] {
        v1::SyncEventsResponse response;
        while (stream->Read(&response)) {
          const auto& outcome = response.outcome();
          accepted += outcome.has_receipt() && !outcome.receipt().has_refusal() ? 1U : 0U;
        }
      });
      v1::SyncEventsRequest request;
      request.set_omit_proof(true);
      for (size_t i = c; i < events.size(); i += kClients) {
        request.set_tag(i);
        Put(events[i], request.mutable_event());
        JEJAK_CHECK(stream->Write(request, grpc::WriteOptions().set_buffer_hint()));
      }
      stream->WritesDone();
      reader.join();
      JEJAK_CHECK(stream->Finish().ok());
    });
  }
  for (auto& client : clients) client.join();
  return accepted;
}

std::string Quantiles(std::vector<double>* milliseconds) {
  if (milliseconds->empty()) return "none";
  std::sort(milliseconds->begin(), milliseconds->end());
  const auto at = [&](double q) {
    return (*milliseconds)[static_cast<size_t>(q * static_cast<double>(milliseconds->size() - 1))];
  };
  return fmt::format("p50 {:.2f} ms, p99 {:.2f} ms", at(0.5), at(0.99));
}

// One event a call, `per_second` of them, by one client.
void MeasureSingles(int port, const Events& events, double per_second) {
  const auto stub = v1::SubmissionService::NewStub(Connect(port));
  std::vector<double> took;
  auto due = Clock::now();
  for (const event::SignedEvent& event : events) {
    bench::PauseUntil(due);
    due += std::chrono::microseconds(static_cast<int64_t>(1e6 / per_second));
    v1::SubmitEventRequest request;
    Put(event, request.mutable_event());
    v1::SubmitEventResponse response;
    grpc::ClientContext context;
    const auto start = Clock::now();
    JEJAK_CHECK(stub->SubmitEvent(&context, request, &response).ok());
    took.push_back(Seconds(start) * 1e3);
  }
  fmt::print("single submissions with proofs, {:.0f}/s: {}\n", per_second, Quantiles(&took));
}

// The same messages, from memory, with nothing behind them.
class Bare final : public v1::LogService::CallbackService {
 public:
  explicit Bare(const std::vector<v1::ReplayEntriesResponse>* messages) : messages_(messages) {}
  grpc::ServerWriteReactor<v1::ReplayEntriesResponse>* ReplayEntries(
      grpc::CallbackServerContext*, const v1::ReplayEntriesRequest*) override {
    class Stream final : public grpc::ServerWriteReactor<v1::ReplayEntriesResponse> {
     public:
      explicit Stream(const std::vector<v1::ReplayEntriesResponse>* messages)
          : messages_(messages) {
        Next();
      }
      void OnWriteDone(bool) override { Next(); }
      void OnDone() override { delete this; }

     private:
      void Next() {
        if (at_ == messages_->size()) return Finish(grpc::Status::OK);
        StartWrite(&(*messages_)[at_++]);
      }
      const std::vector<v1::ReplayEntriesResponse>* messages_;
      size_t at_ = 0;
    };
    return new Stream(messages_);
  }

 private:
  const std::vector<v1::ReplayEntriesResponse>* messages_;
};

// Bytes of entries a second; keeps the messages when asked for.
double ReplayRate(int port, std::vector<v1::ReplayEntriesResponse>* keep, size_t* entries) {
  const auto stub = v1::LogService::NewStub(Connect(port));
  grpc::ClientContext context;
  const auto start = Clock::now();
  const auto stream = stub->ReplayEntries(&context, v1::ReplayEntriesRequest());
  v1::ReplayEntriesResponse message;
  size_t bytes = 0;
  *entries = 0;
  while (stream->Read(&message)) {
    for (const auto& entry : message.entries()) bytes += entry.entry().size();
    *entries += static_cast<size_t>(message.entries_size());
    if (keep != nullptr) keep->push_back(message);
  }
  JEJAK_CHECK(stream->Finish().ok());
  return static_cast<double>(bytes) / Seconds(start);
}

void MeasureReplay(int port) {
  std::vector<v1::ReplayEntriesResponse> messages;
  size_t entries = 0;
  ReplayRate(port, &messages, &entries);
  Bare bare(&messages);
  grpc::ServerBuilder builder;
  int bare_port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &bare_port);
  builder.SetMaxSendMessageSize(-1);
  builder.RegisterService(&bare);
  const auto server = builder.BuildAndStart();
  std::vector<double> ratios;
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const double ours = ReplayRate(port, nullptr, &entries);
    ratios.push_back(ours / ReplayRate(bare_port, nullptr, &entries));
    best = std::max(best, ours);
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print("replay: {} entries, {:.0f} MB/s at best, ratio to a bare stream {:.2f} (median of 5)\n",
             entries, best / 1e6, ratios[2]);
  server->Shutdown();
}

// Asks for the regency's figures until told to stop.
std::vector<double> AskMeanwhile(int port, const std::atomic<bool>& stop) {
  const auto stub = v1::ResultsService::NewStub(Connect(port));
  std::vector<double> took;
  while (!stop) {
    v1::GetTallyRequest request;
    request.set_contest("ppwp");
    request.set_region("0");
    v1::GetTallyResponse response;
    grpc::ClientContext context;
    const auto start = Clock::now();
    JEJAK_CHECK(stub->GetTally(&context, request, &response).ok());
    took.push_back(Seconds(start) * 1e3);
    bench::PauseUntil(Clock::now() + std::chrono::milliseconds(10));
  }
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t stations = argc > 1 ? std::stoull(argv[1]) : 50'000;
  const std::filesystem::path dir =
      argc > 2 ? argv[2] : std::filesystem::temp_directory_path() / "jejak-service-bench";
  std::filesystem::remove_all(dir);
  JEJAK_CHECK(crypto::InitCrypto().ok());
  testing::SmallElection election(stations);
  service::Pulse pulse;
  engine::OpenOptions options;
  options.ledger_key =
      std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf("ledger"));
  options.committed = [&](TreeSize size) { pulse.Committed(size); };
  auto ledger = engine::Ledger::Create(dir, election.Genesis(), options);
  JEJAK_CHECK(ledger.ok());
  for (const auto& outcome : (*ledger)->Submit(election.Registry()))
    JEJAK_CHECK(outcome.receipt && !outcome.receipt->refusal);
  service::ServerOptions server_options;
  server_options.connection_streams_max = 2'000;
  server_options.address = "127.0.0.1:0";
  auto server = service::Server::Start(ledger->get(), &pulse, nullptr, nullptr, server_options);
  JEJAK_CHECK(server.ok());
  const int port = (*server)->port();

  Events results;
  std::vector<PublicKey> authors;
  for (uint64_t i = 0; i < stations; ++i) {
    const uint64_t at = (i * 7'919 + 13) % stations;  // arrival in no order of places
    results.push_back(election.Result(at));
    authors.push_back(testing::SmallElection::KeyOf(testing::SmallElection::Kpps(at)).public_key());
  }
  const size_t singles = std::min<size_t>(500, stations / 10);
  const size_t half = (stations - singles) / 2;
  const Events batched(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(half));
  const Events streamed(results.begin() + static_cast<std::ptrdiff_t>(half),
                        results.begin() + static_cast<std::ptrdiff_t>(2 * half));
  const Events single(results.begin() + static_cast<std::ptrdiff_t>(2 * half),
                      results.begin() + static_cast<std::ptrdiff_t>(2 * half + singles));

  const double sodium_before = bench::VerifyRate(results, authors);
  std::atomic<bool> stop{false};
  auto start = Clock::now();
  JEJAK_CHECK(bench::IngestBatches(port, batched, kClients, kBatch) == half);
  const double batches = static_cast<double>(half) / Seconds(start);
  std::vector<double> asked;
  start = Clock::now();
  std::thread asker([&] { asked = AskMeanwhile(port, stop); });
  JEJAK_CHECK(IngestStreams(port, streamed) == half);
  const double streams = static_cast<double>(half) / Seconds(start);
  stop = true;
  asker.join();
  const double sodium = (sodium_before + bench::VerifyRate(results, authors)) / 2;
  fmt::print("libsodium alone: {:.0f} verified/s on {} cores\n", sodium,
             std::thread::hardware_concurrency());
  fmt::print("ingest in batches of {}: {:.0f} events/s, ratio {:.2f}\n", kBatch, batches,
             batches / sodium);
  fmt::print("ingest over {} streams: {:.0f} events/s, ratio {:.2f}\n", kClients, streams,
             streams / sodium);
  fmt::print("the nation's figures, asked meanwhile: {}\n", Quantiles(&asked));
  MeasureSingles(port, single, 100);
  MeasureReplay(port);
  (*server)->Stop(std::chrono::seconds(1));
  JEJAK_CHECK((*ledger)->Close().ok());
  std::filesystem::remove_all(dir);
  return 0;
}
