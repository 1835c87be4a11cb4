// Whether followers that read nothing hold the writer. In one run, in alternating phases, events a
// second that are durably accepted through gRPC while `followers` follow and all read, while
// `stalled` of them read nothing, and while only the others follow; as ratios of the same round.
// Each follower has a connection of its own and checks that it gets every entry once; a stalled one
// must be told where to resume, and resumes there.
//
//   follow_bench [stations] [followers] [stalled] [rounds] [folder]
#include <jejak/v1/log.grpc.pb.h>

#include <filesystem>

#include "ledger/client/errors.h"
#include "ledger/engine/ledger.h"
#include "ledger/service/server.h"
#include "tests/bench/client.h"
#include "tests/bench/measure.h"
#include "tests/support/small_election.h"

namespace {

using namespace jejak;
using bench::Events;

constexpr size_t kClients = 4, kBatch = 128;
constexpr std::chrono::seconds kStall{10};  // longer than a phase

// Waits with its followers for what they have seen.
struct Board {
  std::mutex mutex;
  std::condition_variable changed;
};

class Follower final : public grpc::ClientReadReactor<v1::ReplayEntriesResponse> {
 public:
  Follower(Board* board, int port, uint64_t from) : board_(board), next_(from) {
    grpc::ChannelArguments arguments;
    // What it may have unread stays at HTTP/2's 64 KiB.
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    stub_ = v1::LogService::NewStub(bench::Connect(port, arguments));
    request_.set_follow(true);
    request_.set_from(from);
    stub_->async()->ReplayEntries(&context_, &request_, this);
    AddHold();  // reads are started from outside, too
    StartRead(&message_);
    StartCall();
  }
  ~Follower() override {
    context_.TryCancel();
    Read(true);
    Wait([&] { return done_; });
  }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(board_->mutex);
    if (!ok) return RemoveHold();
    for (const auto& entry : message_.entries()) JEJAK_CHECK(entry.index() == next_++);
    board_->changed.notify_all();
    held_ = !reads_;
    if (!held_) StartRead(&message_);
  }
  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(board_->mutex);
    status_ = status;
    done_ = true;
    board_->changed.notify_all();
  }

  void Read(bool reads) {
    const std::lock_guard lock(board_->mutex);
    reads_ = reads;
    if (!reads_ || !held_) return;
    held_ = false;
    StartRead(&message_);
  }
  // First index that it has not seen.
  uint64_t next() {
    const std::lock_guard lock(board_->mutex);
    return next_;
  }
  void WaitFor(uint64_t size) {
    Wait([&] { return next_ >= size || done_; });
    JEJAK_CHECK(next() >= size);
  }
  // The call is over: where the server says to resume.
  uint64_t Resume() {
    Wait([&] { return done_; });
    const Status status = client::FromGrpc(status_);
    JEJAK_CHECK(status.reason() == Reason::kFollowerTooSlow);
    for (const auto& [key, value] : status.metadata())
      if (key == "next") return std::stoull(value);
    JEJAK_CHECK(false);
  }

 private:
  template <typename Done>
  void Wait(Done done) {
    std::unique_lock lock(board_->mutex);
    board_->changed.wait(lock, done);
  }

  Board* const board_;
  std::unique_ptr<v1::LogService::Stub> stub_;
  grpc::ClientContext context_;
  v1::ReplayEntriesRequest request_;
  v1::ReplayEntriesResponse message_;
  uint64_t next_;
  bool reads_ = true, held_ = false, done_ = false;
  grpc::Status status_;
};

// Counts the followers that the server gave up.
class Watch final : public service::Observer {
 public:
  explicit Watch(Board* board) : board_(board) {}
  void CallDone(std::string_view, std::string_view reason, int64_t) override {
    if (reason != InfoOf(Reason::kFollowerTooSlow).name) return;
    const std::lock_guard lock(board_->mutex);
    ++too_slow_;
    board_->changed.notify_all();
  }
  void Events(size_t, size_t, size_t, size_t) override {}
  void Replayed(size_t) override {}
  void Undecided(int64_t) override {}
  void WaitFor(size_t too_slow) {
    std::unique_lock lock(board_->mutex);
    board_->changed.wait(lock, [&] { return too_slow_ >= too_slow; });
  }

 private:
  Board* const board_;
  size_t too_slow_ = 0;
};

class Bench {
 public:
  Bench(Board* board, Watch* watch, engine::Ledger* ledger, int port, size_t readers,
        size_t stalled)
      : board_(board), watch_(watch), ledger_(ledger), port_(port), stalled_(stalled) {
    for (size_t i = 0; i < readers + stalled; ++i) followers_.push_back(New(size()));
  }

  double AllRead(const Events& events) { return Write(events); }

  double SomeStall(const Events& events) {
    const size_t first = followers_.size() - stalled_;
    for (size_t i = first; i < followers_.size(); ++i) followers_[i]->Read(false);
    const double rate = Write(events, first);
    // No other way to know that the server has given them up: they read nothing.
    watch_->WaitFor(told_ += stalled_);
    for (size_t i = first; i < followers_.size(); ++i) {
      JEJAK_CHECK(followers_[i]->next() < size());  // so that it did stall
      followers_[i]->Read(true);
      const uint64_t next = followers_[i]->Resume();
      JEJAK_CHECK(next <= followers_[i]->next());  // nothing that it has not got lies before
      followers_[i] = New(next);
      followers_[i]->WaitFor(size());
    }
    return rate;
  }

  double OthersAlone(const Events& events) {
    followers_.resize(followers_.size() - stalled_);
    const double rate = Write(events);
    for (size_t i = 0; i < stalled_; ++i) followers_.push_back(New(size()));
    return rate;
  }

 private:
  uint64_t size() const { return ledger_->Newest()->size().value; }
  std::unique_ptr<Follower> New(uint64_t from) {
    return std::make_unique<Follower>(board_, port_, from);
  }
  // Events a second; then the first `reading` followers have them all.
  double Write(const Events& events, size_t reading = SIZE_MAX) {
    const auto start = bench::Clock::now();
    JEJAK_CHECK(bench::IngestBatches(port_, events, kClients, kBatch) == events.size());
    const double rate = static_cast<double>(events.size()) / bench::Seconds(start);
    for (size_t i = 0; i < std::min(reading, followers_.size()); ++i)
      followers_[i]->WaitFor(size());
    return rate;
  }

  Board* const board_;
  Watch* const watch_;
  engine::Ledger* const ledger_;
  const int port_;
  const size_t stalled_;
  size_t told_ = 0;
  std::vector<std::unique_ptr<Follower>> followers_;
};

double Median(std::vector<double> of) {
  std::sort(of.begin(), of.end());
  return of[of.size() / 2];
}

void Run(Bench* bench, testing::SmallElection* election, size_t stations, size_t readers,
         size_t stalled, size_t rounds) {
  constexpr size_t kPhases = 3;
  double (Bench::*const phases[kPhases])(const Events&) = {&Bench::AllRead, &Bench::SomeStall,
                                                          &Bench::OthersAlone};
  const size_t each = stations / (kPhases * rounds);
  std::vector<double> to_all, to_others;
  uint64_t at = 0;
  for (size_t round = 0; round < rounds; ++round) {
    double rates[kPhases];
    for (size_t i = 0; i < kPhases; ++i) {
      const size_t phase = round % 2 == 0 ? i : kPhases - 1 - i;  // what drifts falls on all alike
      Events events;
      for (size_t n = 0; n < each; ++n) events.push_back(election->Result(at++));
      rates[phase] = (bench->*phases[phase])(events);
    }
    to_all.push_back(rates[1] / rates[0]);
    to_others.push_back(rates[1] / rates[2]);
    fmt::print("round {}: events/s {:.0f} with {} that read, {:.0f} with {} of them stalled, {:.0f} "
               "with the other {} alone\n",
               round + 1, rates[0], readers + stalled, rates[1], stalled, rates[2], readers);
  }
  fmt::print("writer with {} of {} stalled: {:.2f} of its rate with all reading, {:.2f} of its rate "
             "with the other {} alone (medians of {}); each stalled one was told where to resume\n",
             stalled, readers + stalled, Median(to_all), Median(to_others), readers, rounds);
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int at, size_t otherwise) {
    return argc > at ? static_cast<size_t>(std::stoull(argv[at])) : otherwise;
  };
  const size_t stations = argument(1, 60'000), followers = argument(2, 200),
               stalled = argument(3, 50), rounds = argument(4, 5);
  const std::filesystem::path dir =
      argc > 5 ? argv[5] : std::filesystem::temp_directory_path() / "jejak-follow-bench";
  std::filesystem::remove_all(dir);
  JEJAK_CHECK(crypto::InitCrypto().ok() && stalled < followers && rounds > 0);
  testing::SmallElection election(stations);
  service::Pulse pulse;
  Board board;
  Watch watch(&board);
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
  server_options.follower_stall = kStall;
  auto server = service::Server::Start(ledger->get(), &pulse, nullptr, &watch, server_options);
  JEJAK_CHECK(server.ok());
  {
    Bench bench(&board, &watch, ledger->get(), (*server)->port(), followers - stalled, stalled);
    Run(&bench, &election, stations, followers - stalled, stalled, rounds);
  }
  (*server)->Stop(std::chrono::seconds(1));
  JEJAK_CHECK((*ledger)->Close().ok());
  std::filesystem::remove_all(dir);
  return 0;
}
