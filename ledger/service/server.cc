#include "ledger/service/server.h"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <mutex>

#include "ledger/service/services.h"

namespace jejak::service {
namespace {

constexpr unsigned kCertificateSeconds = 5;  // how often the files are looked at
// A follower that asks whether the line still stands is not cut off for it.
constexpr int kPingMillisMin = 10'000;
constexpr int kKeepaliveMillis = 60'000;
constexpr int kKeepaliveTimeoutMillis = 20'000;
constexpr int kHandshakeMillis = 20'000;  // a line on which nobody speaks HTTP/2 is closed after it
// Reflection keeps one for each of its streams; nothing else does.
constexpr int kThreadsMax = 32;
constexpr const char* kIdentity = "jejak";

Result<std::shared_ptr<grpc::ServerCredentials>> CredentialsOf(const TlsFiles& files) {
  if (files.certificate.empty() != files.key.empty())
    return Status(Reason::kInvalidArgument, "TLS needs a certificate and its key");
  if (files.certificate.empty()) {
    if (!files.client_roots.empty())
      return Status(Reason::kInvalidArgument, "client certificates need TLS");
    return grpc::InsecureServerCredentials();
  }
  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.key, files.certificate, files.client_roots, kCertificateSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  options.set_identity_cert_name(kIdentity);
  if (files.client_roots.empty()) {
    options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  } else {
    options.watch_root_certs();
    options.set_root_cert_name(kIdentity);
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace

UnixMicros LastReceived(const engine::Ledger& ledger) {
  const auto view = ledger.Newest();
  if (view == nullptr || view->size().value == 0) return {};
  const auto time = view->ReceivedAt(LogIndex(view->size().value - 1));
  return time.ok() ? *time : UnixMicros();
}

bool Shared::HourEnds(UnixMicros now) {
  constexpr int64_t kHourMicros = 3'600'000'000;
  const std::lock_guard lock(given_mutex_);
  const bool ends = given_.value / kHourMicros != now.value / kHourMicros;
  given_ = now;
  return ends;
}

namespace {

Status Unless(int64_t wait_us, const char* why) {
  if (wait_us == 0) return {};
  return Status(Reason::kOverloaded, why).With("retry_us", std::to_string(wait_us));
}

}  // namespace

Status Shared::MayHandIn(const std::string& peer, size_t events) {
  return Unless(handed_in.Take(peer, events, MonotonicMicros()),
                "this address hands in more than it may");
}

Status Shared::MayAsk(const std::string& peer) {
  return Unless(asked.Take(peer, 1, MonotonicMicros()), "this address asks more than it may");
}

void Shared::Undecided(int64_t bytes) {
  undecided_ += bytes;
  if (observer != nullptr) observer->Undecided(bytes);
}

void Shared::CountEvents(const std::vector<engine::Outcome>& outcomes) const {
  if (observer == nullptr) return;
  size_t accepted = 0, refused = 0, existing = 0, turned_away = 0;
  for (const engine::Outcome& outcome : outcomes) {
    if (!outcome.receipt) {
      ++turned_away;
    } else if (outcome.existing) {
      ++existing;
    } else {
      ++(outcome.receipt->refusal ? refused : accepted);
    }
  }
  observer->Events(accepted, refused, existing, turned_away);
}

void Shared::Done(std::string_view method, const Status& status,
                  std::chrono::steady_clock::time_point began) const {
  if (observer == nullptr) return;
  const auto took = std::chrono::steady_clock::now() - began;
  observer->CallDone(method, status.ok() ? "OK" : InfoOf(status.reason()).name,
                     std::chrono::duration_cast<std::chrono::microseconds>(took).count());
}

struct Server::Impl {
  Impl(engine::Ledger* ledger, Pulse* pulse, BodyJson body_json, Observer* observer,
       const ServerOptions& options)
      : shared(ledger, pulse, std::move(body_json), observer, options), services(&shared) {}
  Shared shared;
  Services services;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  bool stopped = false;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(std::chrono::milliseconds(0)); }

int Server::port() const { return impl_->port; }

Result<std::unique_ptr<Server>> Server::Start(engine::Ledger* ledger, Pulse* pulse,
                                              BodyJson body_json, Observer* observer,
                                              const ServerOptions& options) {
  JEJAK_ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(options.tls));
  if (options.given_clock) {
    JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*ledger));
    if (asked.queries->registry().election()->state.mode != election::Mode::kSimulation)
      return Status(Reason::kModeForbids, "callers give the clock of a simulation alone");
  }
  static std::once_flag plugins;  // gRPC keeps them for the whole process
  std::call_once(plugins, [] { grpc::reflection::InitProtoReflectionServerBuilderPlugin(); });
  auto impl = std::make_unique<Impl>(ledger, pulse, std::move(body_json), observer, options);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options.address, credentials, &impl->port);
  impl->services.Register(&builder);
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.message_bytes_max));
  builder.SetMaxSendMessageSize(-1);
  grpc::ResourceQuota quota("jejak");
  quota.Resize(options.memory_bytes_max);
  quota.SetMaxThreads(kThreadsMax);
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingMillisMin);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(options.connection_streams_max));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMillis);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || impl->port == 0) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("can't listen on {}: the address is taken, or wrong, or the "
                              "certificate can't be read",
                              options.address))
        .With("address", options.address);
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

void Server::Stop(std::chrono::milliseconds grace) {
  if (impl_->stopped) return;
  impl_->stopped = true;
  impl_->shared.serving = false;
  impl_->shared.pulse->Stop();
  impl_->shared.begun.Stop();  // nothing was asked by these yet
  impl_->server->Shutdown(std::chrono::system_clock::now() + grace);
  impl_->server->Wait();
  impl_->shared.feeder.Stop();
  impl_->shared.replayers.Stop();
  impl_->shared.workers.Stop();
}

}  // namespace jejak::service
