// Between libFuzzer and a target. With JEJAK_FUZZ_SEEDS=FOLDER in the environment a target writes
// its seeds there and ends.
#include "tests/fuzz/fuzz.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/crypto/ed25519.h"

namespace jejak::fuzz {

Bytes ReadSource(const std::string& path) {
  std::ifstream in(std::filesystem::path(JEJAK_SOURCE_DIR) / path, std::ios::binary);
  JEJAK_CHECK(in.good());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::vector<std::string>> ReadColumns(const std::string& path) {
  std::vector<std::vector<std::string>> out;
  std::istringstream text(ReadSource(path));
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream columns(line);
    auto& row = out.emplace_back();
    for (std::string column; std::getline(columns, column, '\t');) row.push_back(column);
  }
  return out;
}

std::filesystem::path OwnFolder(const std::string& name) {
  const std::filesystem::path memory = "/dev/shm";
  return (std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path()) /
         fmt::format("jejak-fuzz-{}-{}", name, ::getpid());
}

MemoryFile::MemoryFile() : fd_(::memfd_create("fuzz", 0)) {
  JEJAK_CHECK(fd_ >= 0);
  path_ = fmt::format("/proc/self/fd/{}", fd_);
}

const std::string& MemoryFile::Put(ByteView bytes) {
  JEJAK_CHECK(::ftruncate(fd_, 0) == 0);
  JEJAK_CHECK(::pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  return path_;
}

namespace {

void WriteSeeds(const std::filesystem::path& folder) {
  size_t number = 0;
  for (const Bytes& seed : Seeds()) {
    std::ofstream out(folder / fmt::format("{:04}", number++), std::ios::binary);
    out << seed;
    JEJAK_CHECK(out.flush().good());
  }
}

}  // namespace
}  // namespace jejak::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  JEJAK_CHECK(jejak::crypto::InitCrypto().ok());
  if (const char* folder = std::getenv("JEJAK_FUZZ_SEEDS")) {
    jejak::fuzz::WriteSeeds(folder);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  jejak::fuzz::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
