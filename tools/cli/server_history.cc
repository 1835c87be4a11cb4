#include "tools/cli/server_history.h"

#include <pthread.h>

#include <csignal>
#include <ctime>

namespace jejak::cli {
namespace {

Result<jejak::v1::GetConsistencyProofResponse> AskProof(Asker* asker, TreeSize first,
                                                        TreeSize second) {
  jejak::v1::GetConsistencyProofRequest request;
  request.set_first(first.value);
  request.set_second(second.value);
  jejak::v1::GetConsistencyProofResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
  return answer;
}

}  // namespace

Result<merkle::Path> ServerHistory::Proof(TreeSize first, TreeSize second) const {
  merkle::Path out;
  if (first.value == 0) return out;
  JEJAK_ASSIGN_OR_RETURN(const auto answer, AskProof(asker_, first, second));
  for (const std::string& bytes : answer.path()) {
    const auto hash = Hash::From(bytes);
    if (!hash) return Status(Reason::kProofMalformed, "a hash is not 32 bytes");
    out.push_back(*hash);
  }
  return out;
}

Result<Hash> ServerHistory::RootAt(TreeSize size) const {
  JEJAK_ASSIGN_OR_RETURN(const auto answer, AskProof(asker_, size, size));
  const auto root = Hash::From(answer.first_root());
  if (!root) return Status(Reason::kProofMalformed, "a root is not 32 bytes");
  return *root;
}

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

bool StopSignals::Wait(uint64_t seconds) const {
  if (seconds == 0) return sigwaitinfo(&signals_, nullptr) > 0;
  const timespec pause{static_cast<time_t>(seconds), 0};
  return sigtimedwait(&signals_, nullptr, &pause) > 0;
}

}  // namespace jejak::cli
