// The daemon's settings: one table of names, meanings and defaults. A setting that doesn't exist,
// or a value of the wrong kind or range, is refused by name.
//
// Thread rule: one thread.
#pragma once

#include <string>

#include "ledger/service/server.h"

namespace jejak::daemon {

struct Config {
  std::string ledger_dir;
  std::string ledger_key;       // empty: DIR/keys/ledger.key
  std::string passphrase_file;  // empty: the key file has none
  int64_t verify_threads = 0;
  int64_t batch_events_max = static_cast<int64_t>(limits::kBatchEventsMax);
  std::string export_dir;  // empty: the one that the ledger is bound to, if any
  int64_t export_interval_ms = 1'000;
  std::string witness_policy;  // empty: nobody is asked
  bool simulated_clock = false;
  std::string listen = "127.0.0.1:7411";
  int64_t workers = 4;
  int64_t queued_calls_max = 1'024;
  int64_t followers_max = 1'000;
  int64_t message_bytes_max = int64_t{16} << 20;
  int64_t memory_bytes_max = int64_t{512} << 20;
  int64_t undecided_bytes_max = int64_t{64} << 20;
  int64_t unread_bytes_max = int64_t{128} << 20;
  int64_t connection_streams_max = 100;
  int64_t idle_notice_s = 10;
  int64_t follower_stall_s = 60;
  int64_t sender_idle_s = 300;
  int64_t behind_entries = 10'000;
  int64_t stop_grace_s = 10;
  std::string tls_certificate, tls_key, tls_client_roots;
  int64_t peer_events_per_second = 0;
  int64_t peer_events_burst = 10'000;
  int64_t peer_calls_per_second = 0;
  int64_t peer_calls_burst = 1'000;
  int64_t peer_streams_max = 0;
  int64_t senders_max = 1'000;
  std::string metrics_listen;
  std::string log_level = "info";

  service::ServerOptions Server() const;
};

// Reads a TOML file over `config`. NOT_FOUND, INPUT_MALFORMED with "setting" and "line".
Status ReadConfig(const std::string& file, Config* config);
// Every setting with its meaning and its value in `config`, as a TOML file.
std::string PrintConfig(const Config& config);

}  // namespace jejak::daemon
