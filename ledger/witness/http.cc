#include "ledger/witness/http.h"

#include <fmt/format.h>
#include <httplib.h>

#include <atomic>
#include <thread>
#include <utility>

#include "ledger/base/limits.h"
#include "ledger/witness/http_server.h"
#include "ledger/witness/transport.h"

namespace jejak::witness {
namespace {

constexpr int kConnectSecondsMax = 5;
constexpr int kSilenceSecondsMax = 10;

constexpr const char* kPlain = "text/plain; charset=utf-8";

class HttpTransport final : public Transport {
 public:
  Result<HttpAnswer> Get(const std::string& url, const std::string& path) override {
    return Ask(url, path, nullptr);
  }
  Result<HttpAnswer> Post(const std::string& url, const std::string& path,
                          const std::string& body) override {
    return Ask(url, path, &body);
  }

 private:
  static Result<HttpAnswer> Ask(const std::string& url, const std::string& path,
                                const std::string* body) {
    const size_t scheme = url.find("://");
    if (scheme == url.npos || (url.substr(0, scheme) != "http" && url.substr(0, scheme) != "https"))
      return Status(Reason::kInvalidArgument, url + " is not an http or https URL");
    const size_t slash = std::min(url.find('/', scheme + 3), url.size());
    std::string prefix = url.substr(slash);
    while (prefix.ends_with('/')) prefix.pop_back();
    httplib::Client client(url.substr(0, slash));
    if (!client.is_valid()) {
      return Status(Reason::kInvalidArgument, url + " is not an http or https URL");
    }
    client.set_connection_timeout(kConnectSecondsMax);
    client.set_read_timeout(kSilenceSecondsMax);
    client.set_write_timeout(kSilenceSecondsMax);
    HttpAnswer out;
    // What is longer than any answer is not read to its end.
    const auto receive = [&out](const char* data, size_t size) {
      out.body.append(data, size);
      return out.body.size() <= limits::kNoteBytesMax;
    };
    httplib::Request request;
    request.method = body != nullptr ? "POST" : "GET";
    request.path = prefix + "/" + path;
    if (body != nullptr) {
      request.body = *body;
      request.set_header("Content-Type", kPlain);
    }
    request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
      return receive(data, size);
    };
    const httplib::Result answer = client.send(request);
    if (!answer) {
      return Status(Reason::kUnavailable, url + ": " + httplib::to_string(answer.error()));
    }
    out.status = answer->status;
    out.type = answer->get_header_value("Content-Type");
    return out;
  }
};

}  // namespace

std::unique_ptr<Transport> MakeHttpTransport() { return std::make_unique<HttpTransport>(); }

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
