// A witness must not cost the ledger more than a request may, whatever it does with the connection:
// not time, not memory, and not the moment in which the ledger is told to stop. Shown with a server
// that does each of those things for a while and then answers well after all, so that a client
// without the bound would be content with it.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <thread>

#include "ledger/base/files.h"
#include "ledger/witness/cosign.h"
#include "ledger/witness/http.h"
#include "ledger/witness/test_logs.h"
#include "ledger/witness/transport.h"

namespace jejak::witness {
namespace {

using Millis = std::chrono::milliseconds;

constexpr std::string_view kBegin = "HTTP/1.1 200 OK\r\n";
constexpr std::string_view kEnd = "Content-Length: 2\r\nConnection: close\r\n\r\nok";

// One connection, as the server has it.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  // False once the client has gone.
  bool Send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t put = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      text.remove_prefix(static_cast<size_t>(put));
    }
    return true;
  }
  // The whole request: its head, and a body of the size that it says.
  std::string Request() const {
    std::string out;
    char part[4'096];
    while (true) {
      const size_t head = out.find("\r\n\r\n");
      const size_t says = out.find("Content-Length: ");
      if (head != out.npos) {
        const size_t body = says == out.npos ? 0 : std::stoul(out.substr(says + 16));
        if (out.size() >= head + 4 + body) return out;
      }
      const ssize_t got = ::recv(fd_, part, sizeof part, 0);
      if (got <= 0) return out;
      out.append(part, static_cast<size_t>(got));
    }
  }
  // Waits until the client has gone, and no longer than this.
  bool Gone(Millis time) const {
    pollfd one{fd_, POLLIN, 0};
    return ::poll(&one, 1, static_cast<int>(time.count())) > 0;
  }

 private:
  const int fd_;
};

// Does with each connection what it is told to, until the end of the object.
class TestServer {
 public:
  explicit TestServer(std::function<void(const Connection&)> act)
      : act_(std::move(act)), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(fd_.get(), 8), 0);
    EXPECT_EQ(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
    url_ = fmt::format("http://127.0.0.1:{}", ntohs(at.sin_port));
    thread_ = std::thread([this] {
      int got = -1;
      while ((got = ::accept(fd_.get(), nullptr, nullptr)) >= 0) {
        const Fd closing(got);
        act_(Connection(got));
      }
    });
  }
  ~TestServer() {
    ::shutdown(fd_.get(), SHUT_RDWR);
    thread_.join();
  }
  const std::string& url() const { return url_; }

 private:
  const std::function<void(const Connection&)> act_;
  const Fd fd_;
  std::string url_;
  std::thread thread_;
};

Deadline In(Millis time) { return Deadline::clock::now() + time; }
constexpr Millis kAmple{600'000}, kShort{200};

TEST(HttpClientTest, AsksAndIsAnswered) {
  std::string request;
  const TestServer server([&](const Connection& client) {
    request = client.Request();
    client.Send(std::string(kBegin) + "Content-Type: text/x.tlog.size\r\n" + std::string(kEnd));
  });
  for (const std::string& url : {server.url() + "/a/b", server.url() + "/a/b//"}) {
    const auto answer = MakeHttpTransport()->Post(url, "add-checkpoint", "old 0\n\n", In(kAmple));
    ASSERT_TRUE(answer.ok()) << answer.status().ToString();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->type, "text/x.tlog.size");
    EXPECT_EQ(answer->body, "ok");
    EXPECT_TRUE(request.starts_with("POST /a/b/add-checkpoint HTTP/1.1\r\n")) << request;
    EXPECT_TRUE(request.ends_with("\r\n\r\nold 0\n\n")) << request;
    EXPECT_EQ(request.find("Expect"), request.npos) << request;
  }
  ASSERT_TRUE(MakeHttpTransport()->Get(server.url(), "x", In(kAmple)).ok());
  EXPECT_TRUE(request.starts_with("GET /x HTTP/1.1\r\n")) << request;
  EXPECT_EQ(MakeHttpTransport()->Get(server.url(), "x", In(Millis(0))).status().reason(),
            Reason::kUnavailable);
}

TEST(HttpClientTest, ARequestHasADeadlineThatNoTricklePutsOff) {
  // Bytes of the status line, of a head, of the body, each well within any timeout of a read; and
  // silence, before and after the request is read.
  const auto trickle = [](const Connection& client) {
    for (int i = 0; i < 100; ++i)
      if (client.Gone(Millis(20)) || !client.Send("a")) return false;
    return true;
  };
  const std::function<void(const Connection&)> rows[] = {
      [&](const Connection& client) {
        client.Request();
        client.Send("HTTP/1.1 200 ");
        if (trickle(client)) client.Send("\r\n" + std::string(kEnd));
      },
      [&](const Connection& client) {
        client.Request();
        client.Send(std::string(kBegin) + "X: ");
        if (trickle(client)) client.Send("\r\n" + std::string(kEnd));
      },
      [&](const Connection& client) {
        client.Request();
        client.Send(std::string(kBegin) + "Content-Length: 100\r\n\r\n");
        trickle(client);
      },
      [&](const Connection& client) {
        client.Request();
        if (!client.Gone(Millis(2'000))) client.Send(std::string(kBegin) + std::string(kEnd));
      },
  };
  for (const auto& row : rows) {
    const TestServer server(row);
    const auto answer = MakeHttpTransport()->Post(server.url(), "x", "body", In(kShort));
    EXPECT_EQ(answer.status().reason(), Reason::kUnavailable) << &row - rows;
  }
}

TEST(HttpClientTest, WhatIsLongerThanAnyAnswerIsNotTaken) {
  TransportBounds bounds;
  bounds.body_bytes = size_t{64} << 10;
  const std::string line = "X: " + std::string(1'000, 'a') + "\r\n", wide(1'000, 'a');
  const auto pour = [](const Connection& client, const std::string& part, size_t size) {
    for (size_t sent = 0; sent < size; sent += part.size())
      if (!client.Send(part)) return false;
    return true;
  };
  // The first three are beyond our bound of a head, and far within the library's own. The others
  // are far more than what lies in the sockets' buffers.
  constexpr size_t kFewHeads = size_t{64} << 10, kMuch = size_t{64} << 20;
  const std::function<void(const Connection&)> rows[] = {
      [&](const Connection& client) {  // lines of a head
        client.Request();
        client.Send(kBegin);
        if (pour(client, line, kFewHeads)) client.Send(kEnd);
      },
      [&](const Connection& client) {  // heads before the answer
        client.Request();
        if (pour(client, "HTTP/1.1 100 Continue\r\n" + line + "\r\n", kFewHeads))
          client.Send(std::string(kBegin) + std::string(kEnd));
      },
      [&](const Connection& client) {  // one line
        client.Request();
        client.Send(std::string(kBegin) + "X: ");
        if (pour(client, wide, kFewHeads)) client.Send("\r\n" + std::string(kEnd));
      },
      [&](const Connection& client) {  // a head without an end
        client.Request();
        client.Send(kBegin);
        if (pour(client, line, kMuch)) client.Send(kEnd);
      },
      [&](const Connection& client) {  // what follows a body in chunks
        client.Request();
        client.Send(std::string(kBegin) + "Transfer-Encoding: chunked\r\n\r\n0\r\n");
        if (pour(client, line, kMuch)) client.Send("\r\n");
      },
      [&](const Connection& client) {  // a body that says its size
        client.Request();
        client.Send(std::string(kBegin) + "Content-Length: 67108864\r\n\r\n");
        pour(client, std::string(1'024, 'a'), kMuch);
      },
      [&](const Connection& client) {  // one that ends with the connection
        client.Request();
        client.Send(std::string(kBegin) + "\r\n");
        pour(client, wide, kMuch);
      },
      [&](const Connection& client) {  // one in chunks
        client.Request();
        client.Send(std::string(kBegin) + "Transfer-Encoding: chunked\r\n\r\n");
        if (pour(client, "3e8\r\n" + wide + "\r\n", kMuch)) client.Send("0\r\n\r\n");
      },
  };
  for (const auto& row : rows) {
    const TestServer server(row);
    const auto answer =
        MakeHttpTransport(nullptr, bounds)->Post(server.url(), "x", "body", In(kAmple));
    EXPECT_EQ(answer.status().reason(), Reason::kUnavailable) << &row - rows;
  }
  // Up to the bound it is.
  const TestServer server([&](const Connection& client) {
    client.Request();
    client.Send(std::string(kBegin) + "Content-Length: 65536\r\n\r\n" + std::string(65'536, 'a'));
  });
  const auto answer = MakeHttpTransport(nullptr, bounds)->Get(server.url(), "x", In(kAmple));
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->body.size(), bounds.body_bytes);
}

TEST(HttpClientTest, ARequestIsGivenUpWhenTold) {
  std::atomic<bool> told{false};
  const auto transport = MakeHttpTransport([&] { return told.load(); });
  // Once it hangs on the answer, and once on an answer that keeps coming.
  for (const bool talks : {false, true}) {
    told = false;
    const TestServer server([&](const Connection& client) {
      client.Request();
      client.Send(kBegin);
      told = true;
      for (int i = 0; i < 250; ++i) {
        if (client.Gone(Millis(20))) return;
        if (talks) client.Send("X: a\r\n");
      }
      client.Send(kEnd);
    });
    EXPECT_EQ(transport->Get(server.url(), "x", In(kAmple)).status().reason(),
              Reason::kUnavailable);
  }
}

TEST(HttpClientTest, WhatIsNoWholeAnswerIsNone) {
  const std::string_view rows[] = {"",
                                   "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
                                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
                                   "200 OK, I think\r\n\r\n",
                                   "HTTP/1.1 100 Continue\r\n\r\n"};
  for (const std::string_view row : rows) {
    const TestServer server([&](const Connection& client) {
      client.Request();
      client.Send(row);
    });
    EXPECT_EQ(MakeHttpTransport()->Post(server.url(), "x", "y", In(kAmple)).status().reason(),
              Reason::kUnavailable)
        << row;
  }
  // A redirect is an answer, and is not followed.
  std::atomic<int> asked{0};
  const TestServer server([&](const Connection& client) {
    client.Request();
    ++asked;
    client.Send("HTTP/1.1 307 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(MakeHttpTransport()->Post(server.url(), "x", "y", In(kAmple)).value().status, 307);
  EXPECT_EQ(asked, 1);
}

class BesideATrickle : public WitnessFolder {};

TEST_F(BesideATrickle, AnotherWitnessCosigns) {
  // The trickle goes on for longer than an asking is given, and refuses after all.
  const TestServer trickling([](const Connection& client) {
    client.Request();
    client.Send("HTTP/1.1 404 Not Found\r\nX: ");
    for (int i = 0; i < 500; ++i)
      if (client.Gone(Millis(20)) || !client.Send("a")) return;
    client.Send("\r\n" + std::string(kEnd));
  });
  const TestLog log("log.example", 'l', 20, 20);
  ASSERT_TRUE(Witness::Create(state_, witness_key_).ok());
  const auto witness = Witness::Open(state_, Secret('w'), {log.key()}).value();
  WitnessServer::Options options;
  options.now_seconds = [] { return uint64_t{77}; };
  const auto server = WitnessServer::Start(witness.get(), options).value();
  const merkle::VerifierKey other{"x.example", merkle::KeyType::kCosignatureV1,
                                  Secret('x').public_key()};
  const Policy policy =
      Policy::Parse(fmt::format("witness w {} http://127.0.0.1:{}\nwitness x {} {}\nquorum w\n",
                                merkle::FormatVerifierKey(witness_key_), server->port(),
                                merkle::FormatVerifierKey(other), trickling.url()))
          .value();
  const auto transport = MakeHttpTransport();
  // Short, but ample for a witness on this machine, which syncs a file.
  Cosigner cosigner(policy, {log.key()}, transport.get(), Millis(3'000));
  const auto report =
      cosigner.AskWitnesses(merkle::FormatNote(log.Sign(20)), log.Tiles(20)).value();
  EXPECT_TRUE(report.quorum);
  EXPECT_TRUE(report.replies[0].status.ok()) << report.replies[0].status.ToString();
  EXPECT_EQ(report.replies[1].status.reason(), Reason::kUnavailable);
  EXPECT_TRUE(cosigner.MayStillSign(report.replies).ok());
}

}  // namespace
}  // namespace jejak::witness
