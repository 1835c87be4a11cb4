#include "tools/cli/witness_options.h"

#include <set>

namespace jejak::cli {

void AddWitnessOptions(CLI::App* command, WitnessOptions* options) {
  command->add_option("--witness", options->keys,
                      "verifier key of a witness that you trust; may be given several times");
  command->add_option("--witnesses-needed", options->needed,
                      "how many of them must have cosigned (all)");
}

Result<TrustedWitnesses> ReadWitnesses(const WitnessOptions& options) {
  TrustedWitnesses out;
  std::set<Bytes> keys;
  for (const std::string& text : options.keys) {
    JEJAK_ASSIGN_OR_RETURN(merkle::VerifierKey key, merkle::ParseVerifierKey(text));
    if (key.type != merkle::KeyType::kCosignatureV1)
      return Status(Reason::kInvalidArgument, key.name + " is no key of a witness");
    // Else one witness would count twice.
    if (!keys.insert(Bytes(key.key.view())).second)
      return Status(Reason::kInvalidArgument, "the key of " + key.name + " is given twice");
    out.keys.push_back(std::move(key));
  }
  out.needed = options.needed.value_or(out.keys.size());
  if (out.needed > out.keys.size() || (out.needed == 0 && !out.keys.empty()))
    return Status(Reason::kUsage, "--witnesses-needed is from 1 to the number of --witness");
  return out;
}

}  // namespace jejak::cli
