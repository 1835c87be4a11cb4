#include "ledger/event/testing_vectors.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace jejak::event {

void ExpectVectors(const std::string& file, const std::string& content) {
  const std::string path = std::string(JEJAK_SOURCE_DIR) + "/tests/vectors/" + file;
  if (const char* write = std::getenv("JEJAK_WRITE_VECTORS"); write && std::string(write) == "1") {
    std::ofstream(path, std::ios::binary) << content;
    GTEST_SKIP() << "wrote " << path;
  }
  std::ifstream in(path, std::ios::binary);
  ASSERT_TRUE(in.is_open()) << path;
  std::istringstream pinned((std::stringstream() << in.rdbuf()).str());
  std::istringstream made(content);
  std::string pinned_line, made_line;
  while (std::getline(pinned, pinned_line)) {
    ASSERT_TRUE(std::getline(made, made_line)) << "missing: " << pinned_line;
    ASSERT_EQ(made_line, pinned_line) << path;
  }
  EXPECT_FALSE(std::getline(made, made_line)) << path << " lacks: " << made_line;
}

}  // namespace jejak::event
