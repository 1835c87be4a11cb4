#include "ledger/base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace jejak {

namespace fs = std::filesystem;

Status FromErrno(int error, const std::string& what, const fs::path& file) {
  Reason reason = Reason::kIoError;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) reason = Reason::kDiskFull;
  if (error == EACCES || error == EPERM || error == EROFS) reason = Reason::kPermissionDenied;
  return Status(reason, fmt::format("cannot {} {}: {}", what, file.string(),
                                    std::system_category().message(error)))
      .With("file", file.string());
}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    Reset();
    fd_ = other.fd_;
    other.fd_ = -1;
  }
  return *this;
}

void Fd::Reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<Fd> OpenFile(const fs::path& file, int flags) {
  int fd = -1;
  do {
    fd = ::open(file.c_str(), flags | O_CLOEXEC, 0644);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return FromErrno(errno, "open", file);
  return Fd(fd);
}

Status WriteAt(const Fd& fd, ByteView bytes, size_t offset, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FromErrno(errno, "write", file);
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<size_t>(n);
  }
  return {};
}

Result<Bytes> ReadFile(const fs::path& file, size_t bytes_max) {
  JEJAK_ASSIGN_OR_RETURN(const Fd fd, OpenFile(file, O_RDONLY));
  // As much memory as the file is long, not as the caller would bear.
  Bytes out;
  size_t have = 0;
  while (have < bytes_max + 1) {
    if (have == out.size()) out.resize(std::min(bytes_max + 1, std::max<size_t>(2 * have, 4096)));
    const ssize_t n = ::read(fd.get(), out.data() + have, out.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FromErrno(errno, "read", file);
    if (n == 0) break;
    have += static_cast<size_t>(n);
  }
  out.resize(have);
  out.shrink_to_fit();
  return out;
}

Status SyncData(const Fd& fd, const fs::path& file) {
  // Not repeated on failure: after one the kernel may have dropped the pages and answer OK.
  if (::fdatasync(fd.get()) != 0) return FromErrno(errno, "sync", file);
  return {};
}

Status ReplaceFile(const std::filesystem::path& file, ByteView bytes) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  {
    JEJAK_ASSIGN_OR_RETURN(const Fd fd, OpenFile(fresh, O_WRONLY | O_CREAT | O_TRUNC));
    JEJAK_RETURN_IF_ERROR(WriteAt(fd, bytes, 0, fresh));
    JEJAK_RETURN_IF_ERROR(SyncData(fd, fresh));
  }
  if (std::rename(fresh.c_str(), file.c_str()) != 0) {
    return FromErrno(errno, "rename to " + file.filename().string(), fresh);
  }
  return {};
}

Status SyncFolder(const fs::path& folder) {
  JEJAK_ASSIGN_OR_RETURN(const Fd fd, OpenFile(folder, O_RDONLY | O_DIRECTORY));
  if (::fsync(fd.get()) != 0) return FromErrno(errno, "sync", folder);
  return {};
}

Status MakeFolder(const fs::path& folder) {
  JEJAK_ASSIGN_OR_RETURN(const bool exists, Exists(folder));
  if (exists) return {};
  const fs::path parent = fs::absolute(folder).lexically_normal().parent_path();
  if (parent != folder) JEJAK_RETURN_IF_ERROR(MakeFolder(parent));
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    return FromErrno(errno, "make the folder", folder);
  }
  return SyncFolder(parent);
}

Result<bool> Exists(const fs::path& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return FromErrno(errno, "look at", file);
}

Result<bool> HoldsFiles(const fs::path& folder) {
  std::error_code error;
  const fs::directory_iterator first(folder, error);
  if (error == std::errc::no_such_file_or_directory) return false;
  if (error) return FromErrno(error.value(), "list", folder);
  return first != fs::directory_iterator();
}

Result<Fd> TakeLock(const fs::path& dir, bool read_only) {
  const fs::path file = dir / "LOCK";
  auto opened = OpenFile(file, read_only ? O_RDONLY | O_CREAT : O_RDWR | O_CREAT);
  // A medium that can't be written.
  if (!opened.ok() && read_only) opened = OpenFile(file, O_RDONLY);
  if (!opened.ok()) return opened.status();
  if (::flock(opened->get(), LOCK_EX | LOCK_NB) == 0) return std::move(opened).value();
  if (errno != EWOULDBLOCK) return FromErrno(errno, "lock", file);
  return Status(Reason::kLedgerInUse,
                fmt::format("{} is locked by another opener of this ledger", file.string()))
      .With("file", file.string());
}

}  // namespace jejak
