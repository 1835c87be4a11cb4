// Who must have cosigned a checkpoint: logs, witnesses, groups of them, and the quorum.
//
// Thread rule: values. Spec: C2SP tlog-policy; docs/reference/witness.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/merkle/checkpoint.h"

namespace jejak::witness {

// Logs, witnesses and groups, each; and bytes of a policy.
inline constexpr size_t kPolicyNamesMax = 256;
inline constexpr size_t kPolicyBytesMax = size_t{1} << 20;

struct PolicyLog {
  merkle::VerifierKey key;
  std::string url;  // empty for none
};
struct PolicyWitness {
  std::string name;  // within the policy
  merkle::VerifierKey key;
  std::string url;   // submission prefix; empty for none
};

class Policy {
 public:
  // INPUT_MALFORMED with the line.
  static Result<Policy> Parse(std::string_view text);

  const std::vector<PolicyLog>& logs() const { return logs_; }
  const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  // Whether the quorum is `none`, which is always met.
  bool none() const { return none_; }
  std::vector<merkle::VerifierKey> LogKeys() const;
  std::vector<merkle::VerifierKey> WitnessKeys() const;

  // Whether these witnesses, by their place, make the quorum.
  bool Met(const std::vector<bool>& cosigned) const;
  // The same for a checkpoint opened with WitnessKeys().
  bool Met(const merkle::SignedCheckpoint& checkpoint) const;

 private:
  friend class PolicyParser;
  // A witness or a group, by its place.
  struct Member {
    bool group = false;
    size_t index = 0;
  };
  struct Group {
    size_t needed = 0;
    std::vector<Member> members;
  };
  bool Met(const Member& member, const std::vector<bool>& cosigned) const;

  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<Group> groups_;  // each names only earlier ones
  bool none_ = false;          // quorum none
  Member quorum_;
};

}  // namespace jejak::witness
