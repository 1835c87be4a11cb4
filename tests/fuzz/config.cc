// The daemon's settings: any text is read or refused by name, and what is printed is read again as
// the same.
#include "tools/jejakd/config.h"

#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {

void Run(ByteView input) {
  static MemoryFile file;
  daemon::Config config;
  if (!daemon::ReadConfig(file.Put(input), &config).ok()) return;
  (void)config.Server();
  const std::string printed = daemon::PrintConfig(config);
  daemon::Config again;
  JEJAK_CHECK(daemon::ReadConfig(file.Put(printed), &again).ok());
  JEJAK_CHECK(daemon::PrintConfig(again) == printed);
}

std::vector<Bytes> Seeds() {
  return {daemon::PrintConfig({}), "[ledger]\ndir = 'a\"b\\c'\nverify_threads = 2\n",
          "[server]\nlisten = \"127.0.0.1:0\"\nworkers = 0x10\n[log]\nlevel = \"debug\"\n"};
}

}  // namespace jejak::fuzz
