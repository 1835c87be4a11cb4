#include "tools/jejakd/telemetry.h"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace jejak::daemon {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
                                                          0.05,   0.1,   0.25,  0.5,   1,    5};

}  // namespace

struct Telemetry::Impl {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>& calls =
      prometheus::BuildCounter()
          .Name("jejak_calls_total")
          .Help("Calls that ended, by method and reason")
          .Register(*registry);
  prometheus::Family<prometheus::Histogram>& seconds =
      prometheus::BuildHistogram()
          .Name("jejak_call_seconds")
          .Help("How long calls took inside the server; streams until they ended")
          .Register(*registry);
  prometheus::Family<prometheus::Counter>& events =
      prometheus::BuildCounter()
          .Name("jejak_events_total")
          .Help("Events handed in, by what became of them")
          .Register(*registry);
  prometheus::Counter& replayed = prometheus::BuildCounter()
                                      .Name("jejak_replayed_entries_total")
                                      .Help("Entries sent to followers")
                                      .Register(*registry)
                                      .Add({});
  prometheus::Gauge& undecided = prometheus::BuildGauge()
                                     .Name("jejak_undecided_bytes")
                                     .Help("Bytes of events of sync streams that are not decided")
                                     .Register(*registry)
                                     .Add({});
  prometheus::Gauge& size = prometheus::BuildGauge()
                                .Name("jejak_log_size")
                                .Help("Entries in the log")
                                .Register(*registry)
                                .Add({});
  prometheus::Gauge& published = prometheus::BuildGauge()
                                     .Name("jejak_published_size")
                                     .Help("Entries under the newest published checkpoint")
                                     .Register(*registry)
                                     .Add({});
  prometheus::Gauge& cosigned = prometheus::BuildGauge()
                                    .Name("jejak_cosigned_size")
                                    .Help("Entries under the newest checkpoint with a quorum")
                                    .Register(*registry)
                                    .Add({});
  std::unique_ptr<prometheus::Exposer> exposer;
  std::shared_ptr<spdlog::logger> log;
};

Telemetry::Telemetry(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Telemetry::~Telemetry() = default;

Result<std::unique_ptr<Telemetry>> Telemetry::Start(const std::string& metrics_listen,
                                                    const std::string& log_level) {
  const auto level = spdlog::level::from_str(log_level);
  if (level == spdlog::level::off && log_level != "off")
    return Status(Reason::kInvalidArgument, "log.level: no level \"" + log_level + "\"");
  auto impl = std::make_unique<Impl>();
  impl->log = std::make_shared<spdlog::logger>(
      "jejakd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  impl->log->set_level(level);
  impl->log->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})",
                         spdlog::pattern_time_type::utc);
  impl->log->flush_on(spdlog::level::info);
  if (!metrics_listen.empty()) {
    try {
      impl->exposer = std::make_unique<prometheus::Exposer>(metrics_listen, 1);
      impl->exposer->RegisterCollectable(impl->registry);
    } catch (const std::exception& e) {
      return Status(Reason::kInvalidArgument,
                    fmt::format("metrics.listen: {}: {}", metrics_listen, e.what()));
    }
  }
  return std::unique_ptr<Telemetry>(new Telemetry(std::move(impl)));
}

void Telemetry::CallDone(std::string_view method, std::string_view reason, int64_t micros) {
  const double seconds = static_cast<double>(micros) / 1e6;
  impl_->calls.Add({{"method", std::string(method)}, {"reason", std::string(reason)}}).Increment();
  impl_->seconds.Add({{"method", std::string(method)}}, kSeconds).Observe(seconds);
  impl_->log->debug(R"("call":"{}","reason":"{}","seconds":{:.6f})", method, reason, seconds);
}

void Telemetry::Events(size_t accepted, size_t refused, size_t existing, size_t turned_away) {
  const auto add = [&](const char* outcome, size_t count) {
    if (count != 0)
      impl_->events.Add({{"outcome", outcome}}).Increment(static_cast<double>(count));
  };
  add("accepted", accepted);
  add("refused", refused);
  add("existing", existing);
  add("turned_away", turned_away);
}

void Telemetry::Replayed(size_t entries) {
  impl_->replayed.Increment(static_cast<double>(entries));
}

void Telemetry::Undecided(int64_t bytes) {
  impl_->undecided.Increment(static_cast<double>(bytes));
}

void Telemetry::Size(TreeSize size) { impl_->size.Set(static_cast<double>(size.value)); }

void Telemetry::Published(TreeSize size) {
  impl_->published.Set(static_cast<double>(size.value));
}

void Telemetry::Cosigned(TreeSize size, bool quorum) {
  if (quorum) impl_->cosigned.Set(static_cast<double>(size.value));
}

void Telemetry::Info(const std::string& message) {
  impl_->log->info(R"("message":"{}")", message);
}

void Telemetry::Failure(const Status& status) {
  impl_->log->error(R"("reason":"{}")", InfoOf(status.reason()).name);
}

}  // namespace jejak::daemon
