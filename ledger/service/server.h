// The gRPC server over an open ledger.
//
// Durability: an answered receipt is on disk. Thread rule: Start, Stop and the destructor from one
// thread. The ledger is borrowed and must outlive the server; its OpenOptions.committed must call
// `Server::Pulse()`'s Committed, which main wires.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/engine/ledger.h"
#include "ledger/service/pulse.h"
#include "ledger/service/wire.h"

namespace jejak::service {

// Told of each call when it ends, on any thread; must be quick.
class Observer {
 public:
  virtual ~Observer() = default;
  // `method` is "GetTally"; `reason` is "OK" or UPPER_SNAKE.
  virtual void CallDone(std::string_view method, std::string_view reason, int64_t micros) = 0;
  // Events decided, by what became of them.
  virtual void Events(size_t accepted, size_t refused, size_t existing, size_t turned_away) = 0;
  // Entries that were sent to followers.
  virtual void Replayed(size_t entries) = 0;
  // Bytes of events that sync streams brought and that are not decided: more, or fewer.
  virtual void Undecided(int64_t bytes) = 0;
};

struct TlsFiles {
  std::string certificate;  // PEM chain; empty: no TLS
  std::string key;          // PEM
  std::string client_roots; // PEM; not empty: clients must show a certificate of these (mutual TLS)
};

struct ServerOptions {
  std::string address = "127.0.0.1:7411";  // host:port; port 0 takes a free one
  TlsFiles tls;                            // read again when the files change
  size_t workers = 4;                      // threads that answer questions
  size_t queued_calls_max = 1'024;         // beyond: OVERLOADED
  size_t followers_max = 1'000;            // replay streams at once
  size_t message_bytes_max = size_t{16} << 20;
  size_t memory_bytes_max = size_t{512} << 20;  // of gRPC's buffers
  size_t senders_max = 1'000;              // sync streams at once
  // Of events that all sync streams brought and that wait to be decided; the same again for calls.
  size_t undecided_bytes_max = size_t{64} << 20;
  size_t unread_bytes_max = size_t{128} << 20;  // of unary answers that clients haven't taken
  size_t connection_streams_max = 100;     // calls and streams of one connection at once
  double peer_events_per_second = 0;       // handed in by one address; 0: no limit
  double peer_events_burst = 10'000;
  double peer_calls_per_second = 0;        // questions and replays of one address; 0: no limit
  double peer_calls_burst = 1'000;
  size_t peer_streams_max = 0;  // replay streams of one address, and sync streams; 0: no limit
  std::chrono::seconds idle_notice{10};      // a quiet follower is told that it is
  std::chrono::seconds follower_stall{60};   // one that reads nothing for this long is dropped
  std::chrono::seconds sender_idle{300};     // a sync stream on which nothing happens is ended
  size_t behind_entries = 10'000;            // a follower this far behind is told
  // Callers may say when their events were received. For simulations alone.
  bool given_clock = false;
  // The newest checkpoint that enough witnesses cosigned, or nothing. From any thread; may be
  // empty.
  std::function<std::string()> cosigned;
};

class Server {
 public:
  // `body_json` may be empty: decoded views then have no body. `observer` may be null; `pulse` is
  // borrowed. INVALID_ARGUMENT for an address or certificate that can't be used; MODE_FORBIDS for a
  // clock that callers give to an election that is no simulation.
  static Result<std::unique_ptr<Server>> Start(engine::Ledger* ledger, Pulse* pulse,
                                               BodyJson body_json, Observer* observer,
                                               const ServerOptions& options);
  ~Server();
  // The port that it listens on.
  int port() const;
  // Takes no new calls, tells followers where to resume, and finishes what was queued, for at most
  // `grace`.
  void Stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace jejak::service
