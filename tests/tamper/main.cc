// Carries out every attack of the table, and prints it with what was detected:
//   tamper --program JEJAK --work FOLDER [--only WORDS]
// Exit status 0 when each was answered by its named check with the expected reason.
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include "tests/tamper/attacks.h"

namespace jejak::tamper {
namespace {

// What no check can show, or what is shown elsewhere.
constexpr const char* kNotCovered = R"(
Not covered, since nothing in the log can show it:
  - figures that were wrong on the form when it was signed, and authors who conspire: their
    signatures stay;
  - an author's last entries left out, a time of receipt shifted between its neighbours, two
    authors' entries swapped: shown only by a checkpoint kept from before (rows "kept checkpoint"),
    a receipt or a witness;
  - `verify` without --election or --key: it says "self", and any whole log passes;
  - everything before the first checkpoint that anybody kept.
Covered elsewhere: bytes flipped in each file (flip_bytes), witnesses and their evidence, crashes
and failing disks (tests/fault).
)";

// "VERDICT_DIFFERS@17 KEY_REVOKED" as the table has it.
std::string WithoutIndex(std::string said) {
  if (const size_t at = said.find('@'); at != said.npos)
    said.erase(at, said.find_first_not_of("0123456789", at + 1) - at);
  return said;
}

int Run(const fs::path& program, const fs::path& work, const std::string& only) {
  auto stage = Stage::Make(program, work);
  Must(stage.status());
  size_t done = 0, failed = 0;
  fmt::print("{:<20} {:<50} {:<30} {}\n", "who", "attack", "check", "result");
  for (const auto& part :
       {AttacksOnEntries(), AttacksOnVerdicts(), AttacksOnKeys(), AttacksOnTallies(),
        AttacksOnCheckpoints(), AttacksOnDisk(), AttacksOnCopies()}) {
    for (const Attack& attack : part) {
      if (attack.what.find(only) == std::string::npos) continue;
      const std::string said = attack.carry_out(stage->get());
      const bool found = WithoutIndex(said) == attack.expected;
      ++done;
      failed += found ? 0 : 1;
      fmt::print("{:<20} {:<50} {:<30} {}{}\n", attack.who, attack.what, attack.check, said,
                 found ? "" : fmt::format("  NOT AS EXPECTED: {}", attack.expected));
      std::fflush(stdout);
    }
  }
  fmt::print("{} attacks, {} detected by the named check\n{}", done, done - failed, kNotCovered);
  return failed == 0 && done > 0 ? 0 : 1;
}

}  // namespace
}  // namespace jejak::tamper

int main(int argc, char** argv) {
  using namespace jejak;
  std::string program, work, only;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--program") program = argv[i + 1];
    if (option == "--work") work = argv[i + 1];
    if (option == "--only") only = argv[i + 1];
  }
  if (program.empty() || work.empty() || argc % 2 == 0) {
    std::cerr << "use: tamper --program JEJAK --work FOLDER [--only WORDS]\n";
    return 2;
  }
  tamper::Must(crypto::InitCrypto());
  std::filesystem::remove_all(work);
  std::filesystem::create_directories(work);
  const int status = tamper::Run(program, work, only);
  std::filesystem::remove_all(work);
  return status;
}
