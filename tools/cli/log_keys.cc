#include "tools/cli/log_keys.h"

#include <sstream>

#include "ledger/base/limits.h"
#include "tools/cli/session.h"

namespace jejak::cli {
namespace {

Result<merkle::VerifierKey> LogKey(const std::string& text) {
  JEJAK_ASSIGN_OR_RETURN(merkle::VerifierKey key, merkle::ParseVerifierKey(text));
  if (key.type != merkle::KeyType::kEd25519)
    return Status(Reason::kInvalidArgument, text + " is not the key of a log");
  return key;
}

}  // namespace

Result<std::vector<merkle::VerifierKey>> ReadLogKeys(const std::vector<std::string>& given) {
  std::vector<merkle::VerifierKey> out;
  for (const std::string& text : given) {
    if (text.find('+') != text.npos) {
      JEJAK_ASSIGN_OR_RETURN(out.emplace_back(), LogKey(text));
      continue;
    }
    JEJAK_ASSIGN_OR_RETURN(const std::string file, ReadTextFile(text, limits::kNoteBytesMax));
    std::istringstream lines(file);
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line.starts_with('#')) continue;
      auto key = LogKey(line);
      if (!key.ok()) return InFile(text, key.status());
      out.push_back(*std::move(key));
    }
  }
  return out;
}

}  // namespace jejak::cli
