// The pages under docs/reference must say what the tables in the code say: each is rendered and compared with
// the file. With JEJAK_WRITE_DOCS=1 the files are written instead.
#include "ledger/admission/docs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace jejak::admission {
namespace {

void Compare(const std::string& name, const std::string& rendered) {
  const std::filesystem::path path = std::filesystem::path(JEJAK_SOURCE_DIR) / "docs/reference" / name;
  if (std::getenv("JEJAK_WRITE_DOCS") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << rendered;
  }
  std::ifstream in(path);
  std::stringstream file;
  file << in.rdbuf();
  EXPECT_EQ(file.str(), rendered) << path << " is not what the code says: run with JEJAK_WRITE_DOCS=1";
}

TEST(Docs, RolesAreThoseOfTheTable) { Compare("roles.md", RenderRoles()); }
TEST(Docs, CorrectionReasonsAreThoseOfTheTable) {
  Compare("correction-reasons.md", RenderCorrectionReasons());
}
TEST(Docs, ReasonsAreThoseOfTheTable) { Compare("reasons.md", RenderReasons()); }

}  // namespace
}  // namespace jejak::admission
