#include "tools/cli/remote.h"

#include "ledger/base/limits.h"

namespace jejak::cli {

Result<std::unique_ptr<client::Client>> ConnectTo(const Globals& globals) {
  client::Server server;
  server.address = globals.server;
  server.stop = globals.stop;
  const auto read = [](const std::string& file, std::string* to) -> Status {
    if (file.empty()) return {};
    JEJAK_ASSIGN_OR_RETURN(*to, ReadTextFile(file, limits::kNoteBytesMax));
    return {};
  };
  JEJAK_RETURN_IF_ERROR(read(globals.tls_roots, &server.roots));
  JEJAK_RETURN_IF_ERROR(read(globals.tls_certificate, &server.certificate));
  JEJAK_RETURN_IF_ERROR(read(globals.tls_key, &server.key));
  return client::Client::Connect(server);
}

}  // namespace jejak::cli
