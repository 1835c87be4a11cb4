#include "tools/cli/verify_sources.h"

#include <fmt/format.h>

#include "ledger/base/check.h"
#include "ledger/merkle/checkpoint.h"
#include "tools/cli/remote.h"

namespace jejak::cli {
namespace {

constexpr size_t kAheadBytesMax = size_t{16} << 20;

}  // namespace

Result<std::unique_ptr<ServerSource>> ServerSource::Open(Globals globals) {
  std::unique_ptr<ServerSource> out(new ServerSource());
  globals.stop = out->stop_.get_token();
  JEJAK_ASSIGN_OR_RETURN(out->client_, ConnectTo(globals));
  jejak::v1::GetCheckpointResponse answer;
  JEJAK_RETURN_IF_ERROR(out->client_->Ask(jejak::v1::GetCheckpointRequest(), &answer));
  out->checkpoint_ = answer.checkpoint();
  out->cosigned_ = answer.cosigned();
  const auto note = merkle::ParseNote(out->checkpoint_);
  const auto checkpoint = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
  // One that doesn't read is for the verifier to name.
  if (checkpoint.ok()) out->size_ = checkpoint->size;
  if (out->size_.value == 0) {
    out->ended_ = true;
    return out;
  }
  out->thread_ = std::thread([source = out.get()] { source->Run(); });
  return out;
}

ServerSource::~ServerSource() {
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool ServerSource::Take(LogIndex index, Bytes bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stop_.stop_requested() || bytes_ < kAheadBytesMax; });
  if (stop_.stop_requested()) return false;
  JEJAK_CHECK(index.value == next_.value + entries_.size());  // no filter: the client sees to it
  bytes_ += bytes.size();
  entries_.push_back(std::move(bytes));
  changed_.notify_all();
  return true;
}

void ServerSource::Run() {
  client::ReplayHandler handler;
  handler.entry = [this](LogIndex index, Bytes bytes) { return Take(index, std::move(bytes)); };
  handler.progress = [](const client::ReplayProgress&) { return true; };
  const Status status =
      client_->Replay(LogIndex(0), LogIndex(size_.value - 1), /*follow=*/false, {}, handler);
  const std::lock_guard lock(mutex_);
  ended_ = true;
  failed_ = status;
  changed_.notify_all();
}

Result<Bytes> ServerSource::EntryBytes(LogIndex index) const {
  std::unique_lock lock(mutex_);
  if (index != next_) return Status(Reason::kInternal, "entries are read in order");
  changed_.wait(lock, [&] { return !entries_.empty() || ended_; });
  if (entries_.empty()) {
    // What is not a replay in order is the daemon's fault, not the line's.
    if (!failed_.ok() && failed_.reason() != Reason::kVerificationFailed) return failed_;
    return Status(Reason::kNotFound, !failed_.ok() ? failed_.message()
                                                   : fmt::format("the server has no entry {}",
                                                                 index.value));
  }
  Bytes out = std::move(entries_.front());
  entries_.pop_front();
  next_ = LogIndex(index.value + 1);
  bytes_ -= out.size();
  changed_.notify_all();
  return out;
}

}  // namespace jejak::cli
