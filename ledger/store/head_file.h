// The file HEAD: what the last acknowledged commit was, so that a database that lost commits is
// recognised. Bytes: docs/reference/storage.md.
//
// How it survives every crash. Going from clean to in use and back replaces the whole file by
// rename, so no crash leaves a clean slot beside another one, and a bad slot beside a clean one is
// damage. In between, a record goes into one slot until that slot is synced, and only then do
// records go into the other one: the slot that is not being written is always durable, so a torn
// write leaves one good slot.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "ledger/base/files.h"
#include "ledger/store/store.h"

namespace jejak::store {

// One page each, so that no device writes both slots as one sector.
inline constexpr size_t kHeadSlotBytes = 4'096;
inline constexpr size_t kHeadFileBytes = 2 * kHeadSlotBytes;
// Commits in a row without a sync of HEAD. A database further ahead of HEAD than this has another
// HEAD.
inline constexpr uint64_t kHeadUnsyncedCommitsMax = 1'024;
// From a commit to the sync of its HEAD; half of limits::kHeadSyncMicrosMax, for the sync takes
// time too.
inline constexpr std::chrono::milliseconds kHeadSyncDelay{500};

struct FoundHead {
  HeadRecord record;
  bool clean = false;
};

Bytes EncodeHeadSlot(const HeadRecord& record, bool clean);
// Judges the whole file; `file` is for messages. HEAD_DAMAGED, or RULES_UNKNOWN for a later
// version.
Result<FoundHead> DecodeHead(ByteView bytes, const std::filesystem::path& file);
Result<FoundHead> ReadHead(const std::filesystem::path& dir);
// Replaces HEAD durably and in one step; both slots hold `record`.
Status ReplaceHead(const std::filesystem::path& dir, const HeadRecord& record, bool clean);

// Writes HEAD while the store is in use. Its thread syncs what was written, so that the last commit
// before a quiet spell is synced too. Thread-safe.
class HeadWriter {
 public:
  // HEAD has just been replaced with `record`, unclean. `on_failure` hears of a failed sync, on any
  // thread.
  static Result<std::unique_ptr<HeadWriter>> Start(const std::filesystem::path& dir,
                                                   const HeadRecord& record,
                                                   std::function<void(const Status&)> on_failure);
  ~HeadWriter();

  // On return later processes see the record; a loss of power may still undo it.
  Status Write(const HeadRecord& record);
  Status Sync();

 private:
  HeadWriter() = default;
  Status SyncLocked();
  Status StillThere() const;
  void Run();

  std::filesystem::path file_;
  Fd fd_;
  std::function<void(const Status&)> on_failure_;
  std::mutex mutex_;
  std::condition_variable wake_;
  size_t slot_ = 0;              // where Write writes; the other one is durable
  uint64_t written_commit_ = 0;  // in slot_, if dirty
  uint64_t durable_commit_ = 0;
  bool dirty_ = false;
  std::chrono::steady_clock::time_point sync_at_;
  Status failed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace jejak::store
