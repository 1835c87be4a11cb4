// The library's HTTP server behind bounds of its own: the library restarts its timeout with every
// byte, so that a few clients who send one now and then would keep every thread.
//
// A connection carries one request, which must be through within a time and a size, its head
// included. Connections beyond the threads make others give way: the slowest of those that the
// server waits for. So whoever sends at a fair pace is answered, however many dawdle.
//
// Thread rule: requests are handled on threads of its own, between listen_after_bind and its end.
#pragma once

#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

#include "ledger/witness/http.h"

namespace jejak::witness {

class BoundedStream;

// Who is connected, and who gives way.
class Connections {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Connections(const HttpBounds& bounds) : bounds_(bounds) {}
  const HttpBounds& bounds() const { return bounds_; }

  // A connection was accepted. Returns when the line is short enough for it.
  void Arrive();
  // A thread has taken one up.
  void Begin(BoundedStream* stream);
  void End(BoundedStream* stream);
  // A connection is about to wait for its client, and has ceased to.
  void Wait(BoundedStream* stream);
  void Resume(BoundedStream* stream);
  // From now on nobody is waited for.
  void CloseAll();

 private:
  // While more are connected than there are threads for, lets one that waits go.
  void GiveWay();

  const HttpBounds bounds_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::set<BoundedStream*> waiting_;
  size_t connected_ = 0;  // in the line, or taken up
  size_t leaving_ = 0;    // of these, shut down and not ended yet
  bool closed_ = false;
};

class BoundedServer final : public httplib::Server {
 public:
  explicit BoundedServer(const HttpBounds& bounds);
  // The library asks for a line of five clients who aren't accepted yet; one burst fills that.
  void LengthenLine();

 private:
  bool process_and_close_socket(socket_t socket) override;

  Connections connections_;
};

}  // namespace jejak::witness
