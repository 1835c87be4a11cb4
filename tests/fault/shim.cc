// Preloaded into a program, stands between it and the calls that write files below SHIM_FOLDER:
//   SHIM_SHORT=SEED    every write of more than one byte writes only a part, as the system may
//   SHIM_SPACE=BYTES   the disk is full after so many bytes: the last write is a part, then ENOSPC
//   SHIM_RECORD=FILE   writes down every change and every sync, in the order in which they
//   happened,
//                      for tests/fault/power.py to make the disks that a power cut could leave
// What a program does by mmap is not seen; the ledger writes nothing so.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

struct Lock {
  Lock() { pthread_mutex_lock(&mutex); }
  ~Lock() { pthread_mutex_unlock(&mutex); }
};

struct Settings {
  Settings() {
    const auto text = [](const char* name) {
      const char* value = getenv(name);
      return std::string(value != nullptr ? value : "");
    };
    folder = text("SHIM_FOLDER");
    if (const auto seed = text("SHIM_SHORT"); !seed.empty()) random = std::stoull(seed) | 1;
    if (const auto space = text("SHIM_SPACE"); !space.empty()) space_left = std::stoll(space);
    if (const auto file = text("SHIM_RECORD"); !file.empty())
      record = static_cast<int>(syscall(SYS_openat, AT_FDCWD, file.c_str(),
                                        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  }
  std::string folder;
  uint64_t random = 0;
  int64_t space_left = INT64_MAX;
  int record = -1;
};

Settings& Get() {
  static Settings settings;
  return settings;
}

template <typename Function>
Function Next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

std::string Absolute(const char* path) {
  if (path[0] == '/') return path;
  char here[PATH_MAX];
  return getcwd(here, sizeof here) == nullptr ? path : std::string(here) + "/" + path;
}

bool Inside(const std::string& path) {
  const std::string& folder = Get().folder;
  return !folder.empty() && path.rfind(folder, 0) == 0;
}

// Empty for what is not a file or folder inside.
std::string PathOf(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return "";
  std::string out(path, static_cast<size_t>(length));
  return Inside(out) ? out : "";
}

uint64_t InodeOf(int fd) {
  struct stat at {};
  return fstat(fd, &at) == 0 ? at.st_ino : 0;
}

// One line of text, and bytes behind it.
void Record(const std::string& line, const void* data = nullptr, size_t size = 0) {
  if (Get().record < 0) return;
  std::string all = line + "\n";
  if (size != 0) all.append(static_cast<const char*>(data), size);
  if (syscall(SYS_write, Get().record, all.data(), all.size()) != static_cast<long>(all.size())) {
    abort();
  }
}

// How much of a write of `size` bytes is done; -1 for none, the disk being full.
ssize_t Allowed(size_t size) {
  Settings& settings = Get();
  size_t out = size;
  if (settings.random != 0 && size > 1) {
    settings.random = settings.random * 6364136223846793005U + 1442695040888963407U;
    out = 1 + (settings.random >> 33) % (size - 1);
  }
  if (static_cast<int64_t>(out) > settings.space_left) {
    if (settings.space_left <= 0) return -1;
    out = static_cast<size_t>(settings.space_left);
  }
  settings.space_left -= static_cast<int64_t>(out);
  return static_cast<ssize_t>(out);
}

int Opened(int fd, const std::string& path, bool was_there, int flags) {
  if (fd >= 0 && Inside(path) && (flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR)) != 0) {
    const std::string inode = std::to_string(InodeOf(fd));
    if (!was_there) Record("create " + inode + " " + path);
    if ((flags & O_TRUNC) != 0) Record("truncate " + inode + " 0");
  }
  return fd;
}

int Open(const char* name, const char* path, int flags, mode_t mode) {
  const Lock lock;
  const std::string whole = Absolute(path);
  const bool was_there = access(path, F_OK) == 0;
  if (!was_there && Inside(whole) && (flags & O_CREAT) != 0 && Get().space_left <= 0) {
    errno = ENOSPC;
    return -1;
  }
  return Opened(Next<int (*)(const char*, int, ...)>(name)(path, flags, mode), whole, was_there,
                flags);
}

ssize_t Write(int fd, const void* data, size_t size, off_t offset, bool at) {
  const Lock lock;
  const auto real = [&](size_t count) {
    return at ? Next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite64")(fd, data, count,
                                                                               offset)
              : Next<ssize_t (*)(int, const void*, size_t)>("write")(fd, data, count);
  };
  const std::string path = PathOf(fd);
  if (path.empty()) return real(size);
  // What readers were told is not on the disk that fails.
  const bool told = path.size() > 9 && path.compare(path.size() - 9, 9, "/receipts") == 0;
  const ssize_t allowed = told ? static_cast<ssize_t>(size) : Allowed(size);
  if (allowed < 0) {
    errno = ENOSPC;
    return -1;
  }
  if (!at) {
    struct stat now {};
    const bool append = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
    offset = append && fstat(fd, &now) == 0 ? now.st_size : lseek(fd, 0, SEEK_CUR);
  }
  const ssize_t done = real(static_cast<size_t>(allowed));
  if (done > 0)
    Record("write " + std::to_string(InodeOf(fd)) + " " + std::to_string(offset) + " " +
               std::to_string(done),
           data, static_cast<size_t>(done));
  return done;
}

int Sync(const char* name, int fd) {
  const Lock lock;
  const int out = Next<int (*)(int)>(name)(fd);
  const std::string path = PathOf(fd);
  if (out != 0 || path.empty()) return out;
  struct stat at {};
  fstat(fd, &at);
  Record(S_ISDIR(at.st_mode) ? "names " + path : "sync " + std::to_string(at.st_ino));
  return out;
}

int Truncate(const char* name, int fd, off_t size) {
  const Lock lock;
  const int out = Next<int (*)(int, off_t)>(name)(fd, size);
  if (out == 0 && !PathOf(fd).empty())
    Record("truncate " + std::to_string(InodeOf(fd)) + " " + std::to_string(size));
  return out;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>(va_arg(more, int));
  va_end(more);
  return Open("open", path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>(va_arg(more, int));
  va_end(more);
  return Open("open64", path, flags, mode);
}
ssize_t write(int fd, const void* data, size_t size) { return Write(fd, data, size, 0, false); }
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  return Write(fd, data, size, offset, true);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  return Write(fd, data, size, offset, true);
}
int fsync(int fd) { return Sync("fsync", fd); }
int fdatasync(int fd) { return Sync("fdatasync", fd); }
int ftruncate(int fd, off_t size) noexcept { return Truncate("ftruncate", fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return Truncate("ftruncate64", fd, size); }
int rename(const char* from, const char* to) noexcept {
  const Lock lock;
  const int out = Next<int (*)(const char*, const char*)>("rename")(from, to);
  if (out == 0 && Inside(Absolute(to))) Record("rename " + Absolute(from) + " " + Absolute(to));
  return out;
}
int link(const char* from, const char* to) noexcept {
  const Lock lock;
  const int out = Next<int (*)(const char*, const char*)>("link")(from, to);
  if (out == 0 && Inside(Absolute(to))) Record("link " + Absolute(from) + " " + Absolute(to));
  return out;
}
int unlink(const char* path) noexcept {
  const Lock lock;
  const int out = Next<int (*)(const char*)>("unlink")(path);
  if (out == 0 && Inside(Absolute(path))) Record("unlink " + Absolute(path));
  return out;
}
int mkdir(const char* path, mode_t mode) noexcept {
  const Lock lock;
  const int out = Next<int (*)(const char*, mode_t)>("mkdir")(path, mode);
  if (out == 0 && Inside(Absolute(path))) Record("mkdir " + Absolute(path));
  return out;
}

}  // extern "C"
