// What the services of one server share. Internal to ledger/service.
//
// Thread rule: as each part says.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <mutex>

#include "ledger/service/answers.h"
#include "ledger/service/errors.h"
#include "ledger/service/held.h"
#include "ledger/service/messages.h"
#include "ledger/service/peers.h"
#include "ledger/service/server.h"
#include "ledger/service/workers.h"

namespace jejak::service {

// When the newest entry was received.
UnixMicros LastReceived(const engine::Ledger& ledger);

// Of what gRPC keeps for a call, about.
inline constexpr size_t kCallBytes = size_t{16} << 10;
// Requests are there at once after their headers, or after a moment on a slow line.
inline constexpr size_t kBegunBytesMax = 2'048 * kCallBytes;
inline constexpr size_t kWatchingBytesMax = 512 * kCallBytes;

// What every call is to gRPC here: messages are bytes, and are read when the call asks for them.
using RawReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

struct Shared {
  Shared(engine::Ledger* ledger, Pulse* pulse_in, BodyJson body_json, Observer* observer_in,
         const ServerOptions& options_in)
      : context{ledger, std::move(body_json), options_in.cosigned},
        pulse(pulse_in),
        observer(observer_in),
        options(options_in),
        workers(options_in.workers, options_in.queued_calls_max),
        replayers(options_in.workers, options_in.queued_calls_max),
        feeder(1, options_in.queued_calls_max),
        handed_in(options_in.peer_events_per_second, options_in.peer_events_burst),
        asked(options_in.peer_calls_per_second, options_in.peer_calls_burst),
        followers(options_in.followers_max, options_in.peer_streams_max),
        senders(options_in.senders_max, options_in.peer_streams_max),
        requests(options_in.undecided_bytes_max),
        begun(kBegunBytesMax),
        watching(kWatchingBytesMax),
        unread(options_in.unread_bytes_max),
        given_(LastReceived(*ledger)) {}

  Context context;
  Pulse* const pulse;
  Observer* const observer;
  const ServerOptions options;
  Workers workers;
  Workers replayers;  // steps of replays, so that no number of them keeps a question waiting
  Workers feeder;  // hands in what streams brought, and may wait for room
  Peers handed_in, asked;      // events; questions and replays
  Slots followers, senders;    // replay and sync streams
  std::atomic<bool> serving{true};
  Budget requests;             // of events that unary calls brought and that are not decided
  Waiting begun;               // calls whose request is not there yet
  Waiting watching;            // of health
  Waiting unread;              // unary calls whose answer is not taken

  // Whether the given clock has come to another hour: then the tallies are committed to first, so
  // that the log of a simulation is the same wherever it is played.
  bool HourEnds(UnixMicros now);
  // OVERLOADED, with when to try again, for a peer that hands in too much or asks too much.
  Status MayHandIn(const std::string& peer, size_t events);
  Status MayAsk(const std::string& peer);
  // Bytes of events that a stream brought and that are not decided: more, or fewer.
  void Undecided(int64_t bytes);
  // Whether all streams together have brought so much that none may bring more than one event.
  bool TooMuchUndecided() const {
    return undecided_.load() >= static_cast<int64_t>(options.undecided_bytes_max);
  }
  void CountEvents(const std::vector<engine::Outcome>& outcomes) const;
  void Done(std::string_view method, const Status& status,
            std::chrono::steady_clock::time_point began) const;

 private:
  std::atomic<int64_t> undecided_{0};
  std::mutex given_mutex_;
  UnixMicros given_;  // the newest time that was given
};

inline int64_t MonotonicMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// The two kinds of streams.
RawReactor* NewReplay(Shared* shared, grpc::CallbackServerContext* call);
RawReactor* NewSync(Shared* shared, grpc::CallbackServerContext* call);

}  // namespace jejak::service
