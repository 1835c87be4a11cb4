// The few file operations that durable files need, with errno turned into Status.
//
// Thread rule: any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"

namespace jejak {

// ENOSPC, EDQUOT and EFBIG are DISK_FULL; EACCES, EPERM and EROFS are PERMISSION_DENIED; else
// IO_ERROR. The message reads "cannot WHAT FILE: the system's text".
Status FromErrno(int error, const std::string& what, const std::filesystem::path& file);

// An owned file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { Reset(); }
  Fd(Fd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Fd& operator=(Fd&& other) noexcept;
  int get() const { return fd_; }
  void Reset();

 private:
  int fd_ = -1;
};

// `flags` as for open(2); O_CLOEXEC is added.
Result<Fd> OpenFile(const std::filesystem::path& file, int flags);
Status WriteAt(const Fd& fd, ByteView bytes, size_t offset, const std::filesystem::path& file);
// At most `bytes_max` + 1 bytes, so that the caller sees a file that is too long.
Result<Bytes> ReadFile(const std::filesystem::path& file, size_t bytes_max);
// Puts a whole file in place at once and durably, whatever was there; a reader sees the old file or
// the new one. Its name is not durable until SyncFolder on its folder.
Status ReplaceFile(const std::filesystem::path& file, ByteView bytes);
// Contents and what is needed to find them again.
Status SyncData(const Fd& fd, const std::filesystem::path& file);
// Makes creations and renames in `folder` durable.
Status SyncFolder(const std::filesystem::path& folder);
// Makes `folder` and what is missing above it, durably.
Status MakeFolder(const std::filesystem::path& folder);
Result<bool> Exists(const std::filesystem::path& file);
// Whether there is a folder that holds anything.
Result<bool> HoldsFiles(const std::filesystem::path& folder);

// Takes the exclusive lock `dir`/LOCK at once or answers LEDGER_IN_USE. It goes with the
// descriptor, so with the process, and is never inherited by a program that this one starts.
Result<Fd> TakeLock(const std::filesystem::path& dir, bool read_only);

}  // namespace jejak
