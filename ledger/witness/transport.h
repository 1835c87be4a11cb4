// How a witness is reached: HTTP requests as plain calls, none of which costs more than it may,
// whatever the other side does.
//
// Thread rule: a Transport may be used from several threads at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "ledger/base/limits.h"
#include "ledger/base/status.h"

namespace jejak::witness {

struct HttpAnswer {
  int status = 0;
  std::string type;  // Content-Type
  std::string body;
};

using Deadline = std::chrono::steady_clock::time_point;

// `url` is scheme://host[:port][/prefix]; `path` is appended to it after a slash. UNAVAILABLE when
// there is no whole answer by `until`, INVALID_ARGUMENT for what is no such URL.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<HttpAnswer> Get(const std::string& url, const std::string& path,
                                 Deadline until) = 0;
  virtual Result<HttpAnswer> Post(const std::string& url, const std::string& path,
                                  const std::string& body, Deadline until) = 0;
};

// What one request may cost, beside its deadline.
struct TransportBounds {
  std::chrono::milliseconds connect{5'000};  // the name looked up, TCP and TLS
  size_t head_bytes = size_t{16} << 10;      // of all heads of the answer together
  size_t body_bytes = limits::kNoteBytesMax;
};

// Over sockets, with TLS for https: the certificate must be of an authority that the system knows,
// or one of SSL_CERT_FILE or SSL_CERT_DIR in the environment. Follows no redirect, uses no proxy.
// Once `given_up` says so, requests end within a second, UNAVAILABLE; it is asked from the threads
// that use the transport, and may be null.
std::unique_ptr<Transport> MakeHttpTransport(std::function<bool()> given_up = nullptr,
                                             TransportBounds bounds = {});

}  // namespace jejak::witness
