// The first entry: it creates the root, ledger and supervisors' officials, which prove their keys
// themselves. What is wrong with it is answered at the door, since before it there is no log to
// record a refusal in.
#include <array>
#include <utility>

#include "ledger/admission/decide.h"
#include "ledger/admission/judge.h"

namespace jejak::admission {

Status JudgeGenesis(const event::Event& event, const KeyProofs& proofs) {
  const auto* genesis = std::get_if<event::ElectionOpened>(&event.body);
  if (genesis == nullptr) return {Reason::kWrongElection, "the election has not been opened"};
  if (!event.election.IsZero()) {
    return {Reason::kWrongElection, "the event that opens an election names none"};
  }
  if (!RulesKnown(genesis->rules)) {
    return {Reason::kRulesUnknown, "rules version " + std::to_string(genesis->rules)};
  }
  if (event.sequence != 0 || !event.previous.IsZero()) {
    return {Reason::kRegistryInvalid, "the event that opens an election is its author's first"};
  }
  if (event.author != genesis->root_key.key) {
    return {Reason::kRegistryInvalid, "the author of the event that opens an election is the root"};
  }
  const std::array<std::pair<std::string_view, const event::NewKey*>, 3> keys = {
      {{"root", &genesis->root_key},
       {"ledger", &genesis->ledger_key},
       {"bawaslu", &genesis->supervisors_key}}};
  for (size_t i = 0; i < keys.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (keys[i].second->key == keys[j].second->key) {
        return {Reason::kKeyUnacceptable, "one key serves two officials"};
      }
    }
  }
  for (const auto& [official, key] : keys) {
    if (!proofs.Hold(official, *key)) {
      return {Reason::kKeyUnacceptable, "the key of official " + std::string(official)};
    }
  }
  return OkStatus();
}

}  // namespace jejak::admission
