// Clients who dawdle must not keep a witness from answering others: however many hold on to it,
// whoever sends is answered; a request has an end; and what nobody asked for is not read.
#include "ledger/witness/http.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "ledger/witness/test_logs.h"
#include "ledger/witness/transport.h"

namespace jejak::witness {
namespace {

// A client who sends what it is told to.
class Caller {
 public:
  explicit Caller(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  bool Send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t put = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      text.remove_prefix(static_cast<size_t>(put));
    }
    return true;
  }
  // Whether the server has said something or closed within this time.
  bool Heard(int milliseconds) const {
    pollfd one{fd_.get(), POLLIN, 0};
    return ::poll(&one, 1, milliseconds) > 0;
  }
  // Up to the end of the connection.
  std::string Hear() const {
    std::string out;
    char part[4'096];
    for (ssize_t got; (got = ::recv(fd_.get(), part, sizeof part, 0)) > 0;)
      out.append(part, static_cast<size_t>(got));
    return out;
  }

 private:
  Fd fd_;
};

std::string Head(size_t body) {
  return fmt::format("POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body);
}

class HttpTest : public WitnessFolder {
 protected:
  int Start(const HttpBounds& bounds) {
    EXPECT_TRUE(Witness::Create(state_, witness_key_).ok());
    witness_ = Witness::Open(state_, Secret('w'), {log_.key()}).value();
    WitnessServer::Options options;
    options.now_seconds = [] { return uint64_t{77}; };
    options.bounds = bounds;
    server_ = WitnessServer::Start(witness_.get(), options).value();
    return server_->port();
  }
  int Ask(uint64_t from, uint64_t to) {
    const auto answer =
        MakeHttpTransport()->Post(fmt::format("http://127.0.0.1:{}", server_->port()),
                                  "add-checkpoint", log_.Request(from, to),
                                  std::chrono::steady_clock::now() + std::chrono::minutes(2));
    EXPECT_TRUE(answer.ok()) << answer.status().ToString();
    return answer.ok() ? answer->status : 0;
  }
  // Sends byte after byte until the server has enough; false if it never has.
  static bool Ends(const Caller& caller) {
    for (int i = 0; i < 1'000; ++i) {
      if (caller.Heard(/*milliseconds=*/20) || !caller.Send("a")) return true;
    }
    return false;
  }

  TestLog log_{"log.example", 'l', 40, 40};
  std::unique_ptr<Witness> witness_;
  std::unique_ptr<WitnessServer> server_;
};

TEST_F(HttpTest, OthersAreAnsweredHoweverManyDawdle) {
  HttpBounds bounds;
  bounds.threads = 8;
  const int port = Start(bounds);
  // One who sends at a fair pace is kept, though all the others came after it.
  const std::string request = log_.Request(0, 5);
  const Caller fair(port);
  std::string head = Head(request.size());
  head.resize(head.size() - 2);
  for (int i = 0; i < 3; ++i) head += "X: " + std::string(4'000, 'a') + "\r\n";
  ASSERT_TRUE(fair.Send(head + "\r\n" + request.substr(0, request.size() - 1)));
  std::vector<std::unique_ptr<Caller>> dawdlers;
  for (int i = 0; i < 200; ++i) {
    dawdlers.push_back(std::make_unique<Caller>(port));
    dawdlers.back()->Send(i % 2 != 0 ? Head(200'000) + "ol" : "POST /add-ch");
  }
  // It asks over a connection of its own, as any other client does.
  EXPECT_EQ(Ask(3, 7), 409);
  ASSERT_TRUE(fair.Send(request.substr(request.size() - 1)));
  const std::string said = fair.Hear();
  EXPECT_TRUE(said.starts_with("HTTP/1.1 200")) << said;
  EXPECT_EQ(Ask(5, 11), 200);
}

TEST_F(HttpTest, ARequestHasAnEnd) {
  HttpBounds bounds;
  bounds.request = std::chrono::milliseconds(300);
  const int port = Start(bounds);
  const std::string in_head = "POST /add-checkpoint HTTP/1.1\r\nX: ";
  for (const std::string& begin : {Head(200'000), in_head, std::string()}) {
    const Caller caller(port);
    ASSERT_TRUE(caller.Send(begin));
    EXPECT_TRUE(Ends(caller)) << begin;
  }
  EXPECT_EQ(Ask(0, 5), 200);
}

TEST_F(HttpTest, WhatNobodyAskedForIsNotRead) {
  const int port = Start({});
  const std::string wide(300'000, 'a');
  const Caller whole(port);
  ASSERT_TRUE(whole.Send(Head(wide.size()) + wide));
  EXPECT_TRUE(whole.Hear().starts_with("HTTP/1.1 413"));
  // Heads of many lines, or of one without an end; and a body that says it unpacks.
  std::string lines = "GET / HTTP/1.1\r\n";
  while (lines.size() < HttpBounds().head_bytes) lines += "a: b\r\n";
  const std::string packed =
      "POST /other HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 200000\r\n\r\n";
  for (const std::string& text : {lines, "GET / HTTP/1.1\r\nX: " + wide, packed}) {
    const Caller caller(port);
    caller.Send(text);
    EXPECT_TRUE(caller.Heard(/*milliseconds=*/5'000)) << text.substr(0, 40);
  }
  EXPECT_EQ(Ask(0, 5), 200);
}

}  // namespace
}  // namespace jejak::witness
