// For tests: witnesses that answer what they are told to.
#pragma once

#include <functional>
#include <string>

#include "ledger/witness/transport.h"

namespace jejak::witness {

class ScriptedTransport final : public Transport {
 public:
  std::function<Result<HttpAnswer>(const std::string& url)> get = [](const std::string&) {
    return HttpAnswer{404, "", ""};
  };
  std::function<Result<HttpAnswer>(const std::string& url, const std::string& body)> post;

  Result<HttpAnswer> Get(const std::string& url, const std::string&, Deadline) override {
    return get(url);
  }
  Result<HttpAnswer> Post(const std::string& url, const std::string&, const std::string& body,
                          Deadline) override {
    return post(url, body);
  }
};

}  // namespace jejak::witness
