#include "ledger/crypto/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "ledger/base/encoding.h"
#include "ledger/crypto/ed25519.h"

namespace jejak::crypto {
namespace {

Status SystemError(int error, const std::string& what, const std::string& path) {
  Reason reason = Reason::kIoError;
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      reason = Reason::kFileMissing;
      break;
    case EEXIST:
      reason = Reason::kFileExists;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      reason = Reason::kPermissionDenied;
      break;
    case ENOSPC:
    case EDQUOT:
      reason = Reason::kDiskFull;
      break;
    default:
      break;
  }
  return Status(reason, what + " " + path + ": " + std::strerror(error)).With("file", path);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// Returns 0 or the error number.
int WriteAndSync(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}

// Gives `from` the name `to` unless something has that name. Returns 0 or the error number.
int RenameWithoutReplacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // Some network file systems lack that rename, and have hard links.
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  return ::unlink(from.c_str()) == 0 ? 0 : errno;
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Status CreatePrivateFile(const std::string& path, ByteView bytes) {
  const auto nonce = RandomFixed<FixedBytes<8, struct NonceTag>>();
  const std::string temporary = path + ".tmp-" + ToHex(nonce);
  int error = 0;
  {
    const FileDescriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0) return SystemError(errno, "can't make", path);
    error = WriteAndSync(file.get(), bytes);
  }
  if (error == 0) error = RenameWithoutReplacing(temporary, path);
  if (error != 0) {
    ::unlink(temporary.c_str());
    return SystemError(error, "can't write", path);
  }
  const std::string folder = FolderOf(path);
  const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
    return SystemError(errno, "can't sync the folder", folder);
  }
  return OkStatus();
}

Status ReadPrivateFile(const std::string& path, size_t bytes_max, Bytes* out) {
  // Not blocking, so that a pipe in place of the file can't hold us.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return SystemError(errno, "can't open", path);
  struct stat info;
  if (::fstat(file.get(), &info) != 0) return SystemError(errno, "can't look at", path);
  if (!S_ISREG(info.st_mode)) {
    return Status(Reason::kKeyFileDamaged, path + " is not a regular file").With("file", path);
  }
  if ((info.st_mode & 077) != 0) {
    return Status(Reason::kKeyFilePermissions, "group or others have rights to " + path)
        .With("file", path);
  }
  // Full size from the start: growing would leave a copy of the secret behind.
  out->assign(bytes_max + 1, '\0');
  size_t read = 0;
  while (read < out->size()) {
    const ssize_t n = ::read(file.get(), out->data() + read, out->size() - read);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(errno, "can't read", path);
    if (n == 0) break;
    read += static_cast<size_t>(n);
  }
  out->resize(read);
  return OkStatus();
}

}  // namespace jejak::crypto
