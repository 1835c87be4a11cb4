// What a hostile or absent client can make the server hold, over a real store and a real line. The
// bounds are shown with a ledger that is kept from deciding until the server holds what it may.
#include <gtest/gtest.h>
#include <grpcpp/grpcpp.h>
#include <jejak/v1/audit.grpc.pb.h>
#include <jejak/v1/submission.grpc.pb.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "ledger/service/server.h"
#include "tests/support/small_election.h"

namespace jejak::service {
namespace {

namespace v1 = jejak::v1;

constexpr uint64_t kStations = 120;
constexpr size_t kStreamBytesMax = size_t{1} << 20;  // undecided, of one stream: sync.cc

// Counts what is undecided, and can keep the ledger from deciding until it is enough.
class Gauge final : public Observer {
 public:
  void CallDone(std::string_view, std::string_view, int64_t) override {}
  void Events(size_t, size_t, size_t, size_t) override {}
  void Replayed(size_t) override {}
  void Undecided(int64_t bytes) override {
    const std::lock_guard lock(mutex_);
    now_ += bytes;
    most_ = std::max(most_, now_);
    changed_.notify_all();
  }
  // The next commit isn't told before so many bytes are undecided.
  void HoldUntil(int64_t bytes) {
    const std::lock_guard lock(mutex_);
    held_until_ = bytes;
  }
  // On the sequencer's thread.
  void Committed() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return now_ >= held_until_; });
    held_until_ = 0;
  }
  int64_t now() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  int64_t most() const {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int64_t now_ = 0, most_ = 0, held_until_ = 0;
};

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest()
      : dir_(std::filesystem::temp_directory_path() /
             ("jejak-service-" + std::to_string(getpid()))) {
    EXPECT_TRUE(crypto::InitCrypto().ok());
    std::filesystem::remove_all(dir_);
  }
  ~ServiceTest() override {
    server_.reset();
    ledger_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Start(const ServerOptions& given = {}) {
    engine::OpenOptions options;
    options.markers = journal::Markers::None();
    options.ledger_key =
        std::make_shared<const crypto::SecretKey>(testing::SmallElection::KeyOf("ledger"));
    options.committed = [this](TreeSize size) {
      pulse_.Committed(size);
      gauge_.Committed();
    };
    auto ledger =
        engine::Ledger::Create(dir_, election_.Genesis(), options, {false, UnixMicros(1)});
    ASSERT_TRUE(ledger.ok()) << ledger.status().ToString();
    ledger_ = std::move(*ledger);
    for (const engine::Outcome& o : ledger_->Submit(election_.Registry(), {false, UnixMicros(2)}))
      ASSERT_TRUE(o.receipt && !o.receipt->refusal) << o.door.ToString();
    ServerOptions server_options = given;
    server_options.address = "127.0.0.1:0";
    auto server = Server::Start(ledger_.get(), &pulse_, nullptr, &gauge_, server_options);
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(*server);
  }
  std::shared_ptr<grpc::Channel> Channel() const {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server_->port()),
                                     grpc::InsecureChannelCredentials(), arguments);
  }
  std::unique_ptr<v1::SubmissionService::Stub> Stub() const {
    return v1::SubmissionService::NewStub(Channel());
  }

  // A result with as many pictures as make it about 57,000 bytes.
  event::SignedEvent Large(uint64_t station) {
    event::ResultSubmitted form = election_.Form(station);
    for (uint16_t page = 4; page <= 60; ++page)
      form.evidence.push_back(
          {page, "image/jpeg", std::nullopt, "https://a/" + std::string(990, 'a')});
    return election_.Sign(testing::SmallElection::Kpps(station), std::move(form));
  }
  static v1::SyncEventsRequest Request(const event::SignedEvent& event) {
    v1::SyncEventsRequest out;
    out.mutable_event()->set_event(event.bytes);
    out.mutable_event()->set_signature(std::string(event.signature.view()));
    return out;
  }
  // Sends them on one stream as fast as it takes them. Returns how many have a receipt.
  size_t Sync(const std::vector<event::SignedEvent>& events) const {
    const auto stub = Stub();
    grpc::ClientContext context;
    const auto stream = stub->SyncEvents(&context);
    std::thread writer([&] {
      for (const event::SignedEvent& event : events) stream->Write(Request(event));
      stream->WritesDone();
    });
    size_t receipts = 0;
    v1::SyncEventsResponse response;
    while (stream->Read(&response)) receipts += response.outcome().has_receipt() ? 1U : 0U;
    writer.join();
    EXPECT_TRUE(stream->Finish().ok());
    return receipts;
  }

  const std::filesystem::path dir_;
  testing::SmallElection election_{kStations};
  Gauge gauge_;
  Pulse pulse_;
  std::unique_ptr<engine::Ledger> ledger_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServiceTest, AStreamHoldsAMebibyteUndecided) {
  Start();
  std::vector<event::SignedEvent> events;
  for (uint64_t i = 0; i < kStations; ++i) events.push_back(Large(i));
  const auto size = static_cast<int64_t>(events.front().bytes.size());
  gauge_.HoldUntil(kStreamBytesMax);
  EXPECT_EQ(Sync(events), events.size());
  EXPECT_LT(gauge_.most(), static_cast<int64_t>(kStreamBytesMax) + size);
  EXPECT_EQ(gauge_.now(), 0);
}

TEST_F(ServiceTest, AllStreamsTogetherHoldWhatIsSet) {
  constexpr size_t kStreams = 6;
  ServerOptions options;
  options.undecided_bytes_max = 2 * kStreamBytesMax;
  Start(options);
  std::vector<std::vector<event::SignedEvent>> events(kStreams);
  for (uint64_t i = 0; i < kStations; ++i) events[i % kStreams].push_back(Large(i));
  const auto size = static_cast<int64_t>(events[0].front().bytes.size());
  const auto most = static_cast<int64_t>(options.undecided_bytes_max);
  gauge_.HoldUntil(most);
  std::vector<std::thread> senders;
  for (const auto& of_one : events)
    senders.emplace_back([&] { EXPECT_EQ(Sync(of_one), of_one.size()); });
  for (std::thread& sender : senders) sender.join();
  EXPECT_LT(gauge_.most(), most + static_cast<int64_t>(kStreams) * size);
  EXPECT_EQ(gauge_.now(), 0);
}

// Whatever is sent as an event, no more of it is kept than tells that it is too large; and it is
// answered in its turn. What no event could need ends the stream.
TEST_F(ServiceTest, AnEventOfAnySizeIsAnsweredInItsTurn) {
  Start();
  const auto stub = Stub();
  for (const bool beyond : {false, true}) {
    grpc::ClientContext context;
    const auto stream = stub->SyncEvents(&context);
    stream->Write(Request(Large(0)));
    stream->Write(Request({Bytes(beyond ? size_t{8} << 20 : size_t{1} << 20, 'x'), {}}));
    stream->Write(Request(Large(1)));
    stream->WritesDone();
    std::vector<std::string> reasons;
    v1::SyncEventsResponse response;
    while (stream->Read(&response)) reasons.push_back(response.outcome().turned_away().reason());
    EXPECT_EQ(stream->Finish().error_code(),
              beyond ? grpc::StatusCode::INVALID_ARGUMENT : grpc::StatusCode::OK);
    if (beyond) continue;
    EXPECT_EQ(reasons, (std::vector<std::string>{"", "EVENT_TOO_LARGE", ""}));
  }
  EXPECT_LE(gauge_.most(), int64_t{3} * (limits::kEventBytesMax + 1));
}

// Ten thousand of the largest entries would be 640 MB: a page ends before, and the next goes on.
TEST_F(ServiceTest, APageOfLargeEntriesEndsEarly) {
  Start();
  std::vector<event::SignedEvent> events;
  // The first is accepted; the others come second.
  for (uint64_t i = 0; i < 100; ++i) events.push_back(Large(0));
  for (const engine::Outcome& o : ledger_->Submit(events)) ASSERT_TRUE(o.receipt);
  const auto stub = v1::AuditService::NewStub(Channel());
  v1::ListActivityRequest request;
  request.set_official(testing::SmallElection::Kpps(0));
  request.mutable_page()->set_size(limits::kPageSizeMax);
  std::vector<uint64_t> seen;
  size_t pages = 0;
  do {
    v1::ListActivityResponse answer;
    grpc::ClientContext context;
    const grpc::Status status = stub->ListActivity(&context, request, &answer);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_LT(answer.ByteSizeLong(), (size_t{4} << 20) + 100'000);
    for (const auto& entry : answer.entries()) seen.push_back(entry.index());
    request.mutable_page()->set_token(answer.next_page_token());
    ++pages;
  } while (!request.page().token().empty());
  EXPECT_EQ(pages, 2U);
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

}  // namespace
}  // namespace jejak::service
