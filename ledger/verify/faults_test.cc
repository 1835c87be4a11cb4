// docs/reference/faults.md must say what the table of faults says: it is rendered and compared.
// With JEJAK_WRITE_DOCS=1 the file is written instead.
#include "ledger/verify/faults.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace jejak::verify {
namespace {

TEST(Faults, ThePageIsTheTable) {
  const std::filesystem::path path =
      std::filesystem::path(JEJAK_SOURCE_DIR) / "docs/reference/faults.md";
  if (std::getenv("JEJAK_WRITE_DOCS") != nullptr) std::ofstream(path) << RenderFaults();
  std::ifstream in(path);
  std::stringstream file;
  file << in.rdbuf();
  EXPECT_EQ(file.str(), RenderFaults()) << "run with JEJAK_WRITE_DOCS=1";
}

TEST(Faults, BothLanguagesBearTheDetail) {
  const Fault fault = MakeFault(FaultKind::kVerdictDiffers, LogIndex(7), Detail{"one", "satu"});
  EXPECT_EQ(fault.what, "VERDICT_DIFFERS");
  EXPECT_TRUE(fault.meaning.ends_with("(one)"));
  EXPECT_TRUE(fault.meaning_id.ends_with("(satu)"));
  EXPECT_EQ(MakeFault(FaultKind::kNoElection, std::nullopt).meaning, "the log is empty");
}

}  // namespace
}  // namespace jejak::verify
