#include "tools/cli/server_history.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>

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
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  waits_ = std::thread([this, signals] {
    while (sigwaitinfo(&signals, nullptr) < 0) {}  // interrupted, as by a debugger
    stop_.request_stop();
  });
}

StopSignals::~StopSignals() {
  if (!stop_.stop_requested()) pthread_kill(waits_.native_handle(), SIGTERM);
  waits_.join();
}

bool StopSignals::Wait(uint64_t seconds) const {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  const auto never = [] { return false; };
  if (seconds == 0) {
    changed.wait(lock, token(), never);
  } else {
    changed.wait_for(lock, token(), std::chrono::seconds(seconds), never);
  }
  return stop_.stop_requested();
}

}  // namespace jejak::cli
