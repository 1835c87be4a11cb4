// What a fuzz target is: a function that must hold its properties for any bytes, and the inputs
// that the search begins with. A property that doesn't hold is a failed JEJAK_CHECK, which
// libFuzzer reports with the input. docs/internals/fuzzing.md says how to run them.
//
// Thread rule: one thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace jejak::fuzz {

// Both are each target's own. Seeds are made at run time, from tests/vectors where there are some.
void Run(ByteView input);
std::vector<Bytes> Seeds();

// A file of the source tree, by its path from there. Aborts when it isn't there.
Bytes ReadSource(const std::string& path);
// The columns of a tab-separated file, without its remarks.
std::vector<std::vector<std::string>> ReadColumns(const std::string& path);

// Where this process may make folders: in memory where that can be, for syncs take a disk's time.
std::filesystem::path OwnFolder(const std::string& name);

// A file in memory, for parsers that open one by its name.
class MemoryFile {
 public:
  MemoryFile();
  // What the file holds from now on; returns its name, the same each time.
  const std::string& Put(ByteView bytes);

 private:
  int fd_;
  std::string path_;
};

}  // namespace jejak::fuzz
