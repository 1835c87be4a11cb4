#include "ledger/client/client.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <jejak/v1/log.grpc.pb.h>

#include <atomic>
#include <future>
#include <thread>

namespace jejak::client {
namespace {

using jejak::v1::ReplayEntriesRequest;
using jejak::v1::ReplayEntriesResponse;

// A server that answers as a test says.
class LyingServer final : public jejak::v1::LogService::Service {
 public:
  using Writer = grpc::ServerWriter<ReplayEntriesResponse>;
  std::function<grpc::Status(grpc::ServerContext*, const ReplayEntriesRequest&, Writer*)> replay;
  std::atomic<int> calls = 0;

  LyingServer() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    address = "127.0.0.1:" + std::to_string(port);
  }
  ~LyingServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::Status ReplayEntries(grpc::ServerContext* context, const ReplayEntriesRequest* request,
                             Writer* writer) override {
    ++calls;
    return replay(context, *request, writer);
  }

  std::string address;

 private:
  std::unique_ptr<grpc::Server> server_;
};

Status Replay(const LyingServer& server, std::chrono::milliseconds reconnect, bool follow = false,
              std::stop_token stop = {}) {
  Server to{server.address, {}, {}, {}, std::move(stop), reconnect};
  const auto client = Client::Connect(to);
  ReplayHandler handler{[](LogIndex, Bytes) { return true; },
                        [](const ReplayProgress&) { return true; }};
  return (*client)->Replay(LogIndex(0), std::nullopt, follow, {}, handler);
}

// A line that breaks each time, whatever it is called, is given up after a while, and is not tried
// without pauses: this while has room for six of them.
TEST(ClientReplay, GivesUpOnALineThatAlwaysBreaks) {
  for (const auto code : {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::CANCELLED}) {
    for (const bool follow : {false, true}) {
      LyingServer server;
      server.replay = [&](auto*, const auto&, auto*) { return grpc::Status(code, "no"); };
      EXPECT_EQ(Replay(server, std::chrono::milliseconds(700), follow).reason(),
                Reason::kUnavailable);
      EXPECT_GE(server.calls, 2);
      EXPECT_LE(server.calls, 7);
    }
  }
}

// What is an answer is not asked for again.
TEST(ClientReplay, TakesAFinalStatusAsFinal) {
  LyingServer server;
  for (const auto code : {grpc::StatusCode::UNIMPLEMENTED, grpc::StatusCode::INTERNAL}) {
    server.calls = 0;
    server.replay = [&](auto*, const auto&, auto*) { return grpc::Status(code, "no"); };
    EXPECT_EQ(Replay(server, std::chrono::seconds(60), true).reason(), Reason::kUnavailable);
    EXPECT_EQ(server.calls, 1);
  }
}

// A line that breaks after every entry brings them all, each once.
TEST(ClientReplay, GoesOnWhereItWas) {
  LyingServer server;
  server.replay = [](auto*, const ReplayEntriesRequest& request, LyingServer::Writer* writer) {
    ReplayEntriesResponse message;
    message.add_entries()->set_index(request.from());
    message.mutable_progress()->set_next(request.from() + 1);
    message.mutable_progress()->set_size(5);
    writer->Write(message);
    return request.from() < 4 ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "") : grpc::Status();
  };
  EXPECT_TRUE(Replay(server, std::chrono::seconds(30)).ok());
  EXPECT_EQ(server.calls, 5);
}

// Asked to stop, it ends though the server says nothing, or nothing but no.
TEST(ClientReplay, StopsWhileTheServerIsSilentOrRefuses) {
  for (const bool silent : {true, false}) {
    LyingServer server;
    std::promise<void> called;
    server.replay = [&](grpc::ServerContext* context, const auto&, auto*) {
      if (server.calls == 1) called.set_value();
      while (silent && !context->IsCancelled()) std::this_thread::yield();
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "no");
    };
    std::stop_source stop;
    auto ended = std::async(std::launch::async, [&] {
      return Replay(server, std::chrono::hours(1), /*follow=*/true, stop.get_token());
    });
    called.get_future().wait();
    stop.request_stop();
    EXPECT_EQ(ended.get().reason(), Reason::kInterrupted);
  }
}

}  // namespace
}  // namespace jejak::client
