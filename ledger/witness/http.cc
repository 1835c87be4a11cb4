#include "ledger/witness/http.h"

#include <fmt/format.h>
#include <httplib.h>

#include <atomic>
#include <thread>
#include <utility>

#include "ledger/witness/http_server.h"

namespace jejak::witness {
namespace {

constexpr const char* kPlain = "text/plain; charset=utf-8";

}  // namespace

struct WitnessServer::Impl {
  explicit Impl(Options with) : options(std::move(with)), server(options.bounds) {}

  Witness* witness = nullptr;
  const Options options;
  int port = 0;
  BoundedServer server;
  std::atomic<bool> ended{false};
  std::thread thread;

  // The body is read as it is: of one that calls itself a form the library would bear less.
  void Add(const httplib::Request& request, httplib::Response& response,
           const httplib::ContentReader& reader) {
    if (request.is_multipart_form_data()) {
      response.status = 400;
      response.set_content("the body is the request itself, not a form\n", kPlain);
      return;
    }
    std::string body;
    const bool whole = reader([&](const char* data, size_t size) {
      body.append(data, size);
      return body.size() <= kAddCheckpointBytesMax;
    });
    // What was too long has its status already.
    if (!whole) {
      if (body.size() > kAddCheckpointBytesMax) response.status = 413;
      return;
    }
    const Answer answer = witness->Add(body, options.now_seconds());
    response.status = static_cast<int>(answer.outcome);
    response.set_content(answer.body, answer.outcome == Outcome::kConflict
                                          ? std::string(kSizeContentType)
                                          : std::string(kPlain));
    if (options.told) options.told(answer);
  }
  void Newest(const httplib::Request& request, httplib::Response& response) {
    if (auto note = witness->Newest(request.matches[1].str())) {
      response.set_content(*note, kPlain);
    } else {
      response.status = 404;
      response.set_content("not cosigned yet\n", kPlain);
    }
  }
};

WitnessServer::WitnessServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<WitnessServer>> WitnessServer::Start(Witness* witness, Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  Impl* const self = impl.get();
  self->witness = witness;
  BoundedServer& server = self->server;
  // Without the library's SO_REUSEPORT, by which a second witness would take half of the requests.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server.set_payload_max_length(kAddCheckpointBytesMax + 1);
  // Other bodies the library would keep whole, and unpack, before it looks who wants them.
  server.set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
    using Routed = httplib::Server::HandlerResponse;
    if (request.method == "GET" || request.method == "HEAD") return Routed::Unhandled;
    if (request.method == "POST" && request.path == "/add-checkpoint") return Routed::Unhandled;
    response.status = 404;
    return Routed::Handled;
  });
  server.Post("/add-checkpoint", [self](const httplib::Request& request,
                                        httplib::Response& response,
                                        const httplib::ContentReader& reader) {
    self->Add(request, response, reader);
  });
  server.Get("/([0-9a-f]{64})/checkpoint", [self](const httplib::Request& request,
                                                  httplib::Response& response) {
    self->Newest(request, response);
  });
  const std::string& host = self->options.host;
  if (self->options.port == 0) {
    self->port = server.bind_to_any_port(host);
  } else if (server.bind_to_port(host, self->options.port)) {
    self->port = self->options.port;
  } else {
    self->port = -1;
  }
  if (self->port < 0) {
    return Status(Reason::kUnavailable,
                  fmt::format("{}:{} can't be listened on", host, self->options.port));
  }
  server.LengthenLine();
  self->thread = std::thread([self] {
    self->server.listen_after_bind();
    self->ended = true;
  });
  // A server that isn't listening yet can't be stopped.
  while (!server.is_running() && !self->ended) std::this_thread::yield();
  return std::unique_ptr<WitnessServer>(new WitnessServer(std::move(impl)));
}

WitnessServer::~WitnessServer() { Stop(); }

int WitnessServer::port() const { return impl_->port; }

void WitnessServer::Stop() {
  if (!impl_->thread.joinable()) return;
  impl_->server.stop();
  impl_->thread.join();
}

}  // namespace jejak::witness
