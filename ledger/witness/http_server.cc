#include "ledger/witness/http_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace jejak::witness {

using Clock = Connections::Clock;
using std::chrono::milliseconds;

namespace {

// Bytes a second over a line of the second generation.
constexpr double kFairPace = 4'096;

}  // namespace

// A connection as the library reads and writes it.
class BoundedStream final : public httplib::Stream {
 public:
  BoundedStream(socket_t socket, Connections* connections)
      : socket_(socket), connections_(*connections), began_(Clock::now()) {
    connections_.Begin(this);
  }
  ~BoundedStream() override { connections_.End(this); }
  BoundedStream(const BoundedStream&) = delete;
  BoundedStream& operator=(const BoundedStream&) = delete;

  void HeadIsRead() { limit_ = connections_.bounds().request_bytes; }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    if (read_ >= limit_) return -1;
    if (at_ == end_) {
      ssize_t got = -1;
      while ((got = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT)) < 0) {
        if (errno == EINTR) continue;
        if ((errno != EAGAIN && errno != EWOULDBLOCK) || !WaitFor(POLLIN)) return -1;
      }
      at_ = 0;
      end_ = static_cast<size_t>(got);
    }
    const size_t part = std::min({size, end_ - at_, limit_ - read_});
    if (part == 0) return 0;  // the client's end
    if (Clock::now() >= Deadline()) return -1;
    std::copy_n(buffer_.data() + at_, part, to);
    at_ += part;
    read_ += part;
    return static_cast<ssize_t>(part);
  }
  // All of it: the library doesn't ask again for what is left of a head.
  ssize_t write(const char* from, size_t size) override {
    for (size_t done = 0; done < size;) {
      const ssize_t put =
          ::send(socket_, from + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (put >= 0) {
        done += static_cast<size_t>(put);
      } else if (errno != EINTR) {
        if ((errno != EAGAIN && errno != EWOULDBLOCK) || !WaitFor(POLLOUT)) return -1;
      }
    }
    return static_cast<ssize_t>(size);
  }
  // Nobody asks for these.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

  // For Connections, under its lock.
  Clock::time_point began() const { return began_; }
  // Bytes a second, of which everybody is lent those of the first: so a newcomer is not slow yet,
  // and whoever goes on at a fair pace is never slower than a newcomer.
  double Pace(Clock::time_point now) const {
    return (static_cast<double>(read_) + kFairPace) /
           (1 + std::chrono::duration<double>(now - began_).count());
  }
  bool leaving() const { return leaving_; }
  void Leave() {
    leaving_ = true;
    ::shutdown(socket_, SHUT_RDWR);
  }

 private:
  Clock::time_point Deadline() const { return began_ + connections_.bounds().request; }
  bool WaitFor(short what) {
    const auto left = std::chrono::ceil<milliseconds>(Deadline() - Clock::now());
    if (left.count() <= 0) return false;
    pollfd one{socket_, what, 0};
    connections_.Wait(this);
    const int ready =
        ::poll(&one, 1, static_cast<int>(std::min(left, connections_.bounds().silence).count()));
    const bool interrupted = ready < 0 && errno == EINTR;
    connections_.Resume(this);
    return ready > 0 || interrupted;
  }

  const socket_t socket_;
  Connections& connections_;
  const Clock::time_point began_;
  std::array<char, 4'096> buffer_;
  size_t at_ = 0, end_ = 0;
  size_t read_ = 0;  // handed to the library; changes only while nobody waits here
  size_t limit_ = connections_.bounds().head_bytes;
  bool leaving_ = false;
};

void Connections::Arrive() {
  std::unique_lock lock(mutex_);
  ++connected_;
  GiveWay();
  // Descriptors are bounded: the witness needs some to keep what it signs.
  ended_.wait(lock, [this] { return connected_ <= 2 * bounds_.threads || closed_; });
}

void Connections::Begin(BoundedStream* stream) {
  const std::lock_guard lock(mutex_);
  if (!closed_) return;
  ++leaving_;
  stream->Leave();
}

void Connections::End(BoundedStream* stream) {
  const std::lock_guard lock(mutex_);
  --connected_;
  if (stream->leaving()) --leaving_;
  ended_.notify_one();
}

void Connections::Wait(BoundedStream* stream) {
  const std::lock_guard lock(mutex_);
  waiting_.insert(stream);
  if (closed_ && !stream->leaving()) {
    ++leaving_;
    stream->Leave();
  }
  GiveWay();
}

void Connections::Resume(BoundedStream* stream) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(stream);
}

void Connections::CloseAll() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (BoundedStream* stream : waiting_) {
    if (stream->leaving()) continue;
    ++leaving_;
    stream->Leave();
  }
  ended_.notify_all();
}

void Connections::GiveWay() {
  const auto now = Clock::now();
  while (connected_ - leaving_ > bounds_.threads) {
    BoundedStream* slowest = nullptr;
    size_t waiting = 0;
    for (BoundedStream* stream : waiting_) {
      if (stream->leaving()) continue;
      ++waiting;
      if (slowest == nullptr || stream->Pace(now) < slowest->Pace(now)) slowest = stream;
    }
    if (slowest == nullptr) return;
    // A thread at work will be free, or have somebody to wait for, soon: then it is seen who is
    // the slowest of all. Until then only who has been slow for a second goes.
    if (waiting < bounds_.threads && slowest->Pace(now) >= kFairPace / 2) return;
    ++leaving_;
    slowest->Leave();
  }
}

namespace {

// The library's threads; whoever comes makes room first.
class Threads final : public httplib::ThreadPool {
 public:
  explicit Threads(Connections* connections)
      : ThreadPool(connections->bounds().threads), connections_(*connections) {}
  void enqueue(std::function<void()> work) override {
    connections_.Arrive();
    ThreadPool::enqueue(std::move(work));
  }
  void shutdown() override {
    connections_.CloseAll();
    ThreadPool::shutdown();
  }

 private:
  Connections& connections_;
};

}  // namespace

BoundedServer::BoundedServer(const HttpBounds& bounds) : connections_(bounds) {
  new_task_queue = [this] { return new Threads(&connections_); };
}

void BoundedServer::LengthenLine() { ::listen(svr_sock_, SOMAXCONN); }

bool BoundedServer::process_and_close_socket(socket_t socket) {
  bool done = false;
  {
    BoundedStream stream(socket, &connections_);
    bool closed = false;
    done = process_request(stream, /*close_connection=*/true, closed,
                           [&stream](httplib::Request&) { stream.HeadIsRead(); });
  }
  ::shutdown(socket, SHUT_RDWR);
  ::close(socket);
  return done;
}

}  // namespace jejak::witness
