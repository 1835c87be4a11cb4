#include "tools/cli/verify_sources.h"

#include <fmt/format.h>

#include "ledger/merkle/checkpoint.h"

namespace jejak::cli {
namespace {

constexpr size_t kAheadBytesMax = size_t{16} << 20;

}  // namespace

Result<std::unique_ptr<ServerSource>> ServerSource::Open(std::unique_ptr<client::Client> client,
                                                         bool cosigned) {
  std::unique_ptr<ServerSource> out(new ServerSource(std::move(client)));
  jejak::v1::GetCheckpointResponse answer;
  JEJAK_RETURN_IF_ERROR(out->client_->Ask(jejak::v1::GetCheckpointRequest(), &answer));
  out->checkpoint_ =
      cosigned && !answer.cosigned().empty() ? answer.cosigned() : answer.checkpoint();
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
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool ServerSource::Take(LogIndex index, Bytes bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopping_ || bytes_ < kAheadBytesMax; });
  // One that was left out is missing: the replay was asked for without a filter.
  if (stopping_ || index.value != next_.value + entries_.size()) return false;
  bytes_ += bytes.size();
  entries_.push_back(std::move(bytes));
  changed_.notify_all();
  return true;
}

void ServerSource::Run() {
  client::ReplayHandler handler;
  handler.entry = [this](LogIndex index, Bytes bytes) { return Take(index, std::move(bytes)); };
  handler.progress = [this](const client::ReplayProgress&) {
    const std::lock_guard lock(mutex_);
    return !stopping_;
  };
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
    if (!failed_.ok() && failed_.reason() != Reason::kInternal) return failed_;
    return Status(Reason::kNotFound,
                  fmt::format("the daemon's replay leaves out entry {}", index.value));
  }
  Bytes out = std::move(entries_.front());
  entries_.pop_front();
  next_ = LogIndex(index.value + 1);
  bytes_ -= out.size();
  changed_.notify_all();
  return out;
}

}  // namespace jejak::cli
