// What the daemon says about itself: metrics for Prometheus and structured lines on stderr. Neither
// holds a name, a figure or a key.
//
// Thread rule: all methods from any thread.
#pragma once

#include <memory>
#include <string>

#include "ledger/service/server.h"

namespace jejak::daemon {

class Telemetry final : public service::Observer {
 public:
  // `metrics_listen` may be empty. INVALID_ARGUMENT for an address that can't be listened on, or a
  // level that doesn't exist.
  static Result<std::unique_ptr<Telemetry>> Start(const std::string& metrics_listen,
                                                  const std::string& log_level);
  ~Telemetry() override;

  void CallDone(std::string_view method, std::string_view reason, int64_t micros) override;
  void Events(size_t accepted, size_t refused, size_t existing, size_t turned_away) override;
  void Replayed(size_t entries) override;
  void Undecided(int64_t bytes) override;
  void Size(TreeSize size);
  void Published(TreeSize size);
  // What was brought to the witnesses, and whether enough of them cosigned it.
  void Cosigned(TreeSize size, bool quorum);

  void Info(const std::string& message);
  void Failure(const Status& status);

 private:
  struct Impl;
  explicit Telemetry(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace jejak::daemon
