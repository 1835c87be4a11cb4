#include "tools/cli/remote.h"

#include "ledger/base/limits.h"

namespace jejak::cli {

Result<std::unique_ptr<client::Client>> ConnectTo(const Globals& globals) {
  client::Server server;
  server.address = globals.server;
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

Status SubmitRemotely(const Globals& globals, crypto::SecretKey key, event::Body body,
                      UnixMicros occurred_at, Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const auto client, ConnectTo(globals));
  JEJAK_ASSIGN_OR_RETURN(const client::ElectionFacts election, client->Election());
  JEJAK_ASSIGN_OR_RETURN(const event::ChainHead head, client->HeadOf(key.public_key()));
  Signer signer(std::move(key), election.id, head);
  JEJAK_ASSIGN_OR_RETURN(const event::SignedEvent event,
                         signer.Sign(std::move(body), occurred_at));
  JEJAK_ASSIGN_OR_RETURN(client::Receipt receipt, client->Submit(event));
  return ShowReceipt(globals.console,
                     {receipt.index, receipt.event, receipt.received_at, receipt.refusal,
                      receipt.leaf, std::move(receipt.proof)},
                     run);
}

}  // namespace jejak::cli
