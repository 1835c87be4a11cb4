// How a witness is reached: HTTP requests as plain calls.
//
// Thread rule: a Transport may be used from several threads at once.
#pragma once

#include <memory>
#include <string>

#include "ledger/base/status.h"

namespace jejak::witness {

struct HttpAnswer {
  int status = 0;
  std::string type;  // Content-Type
  std::string body;
};

// `url` is scheme://host[:port][/prefix]; `path` is appended to it after a slash. UNAVAILABLE when
// there is no whole answer in time, INVALID_ARGUMENT for what is no such URL.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<HttpAnswer> Get(const std::string& url, const std::string& path) = 0;
  virtual Result<HttpAnswer> Post(const std::string& url, const std::string& path,
                                  const std::string& body) = 0;
};

// Over sockets, with TLS for https. A connection that isn't made within 5 seconds, or silent for
// 10, is given up.
std::unique_ptr<Transport> MakeHttpTransport();

}  // namespace jejak::witness
