#include "ledger/witness/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "ledger/merkle/text_format.h"

namespace jejak::witness {
namespace {

constexpr std::string_view kNone = "none";

// What stands between spaces and tabs.
std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> out;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == line.npos) return out;
    line.remove_prefix(begin);
    const size_t end = std::min(line.find_first_of(" \t"), line.size());
    out.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace

class PolicyParser {
 public:
  Result<Policy> Run(std::string_view text) {
    if (text.size() > kPolicyBytesMax) return Wrong("the policy is too long");
    while (!text.empty()) {
      ++line_;
      // A file whose last newline an editor left out is read the same.
      const size_t end = std::min(text.find('\n'), text.size());
      JEJAK_RETURN_IF_ERROR(Line(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    ++line_;
    if (!quorum_) return Wrong("there is no quorum line");
    return std::move(out_);
  }

 private:
  Status Wrong(std::string_view why) const {
    return {Reason::kInputMalformed, fmt::format("line {}: {}", line_, why)};
  }

  Status Line(std::string_view line) {
    if (std::any_of(line.begin(), line.end(), [](char c) {
          return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7f;
        })) {
      return Wrong("a control character");
    }
    const auto words = Words(line);
    if (words.empty() || words[0].starts_with('#')) return {};
    if (words[0] == "log") return Log(words);
    if (words[0] == "witness") return OneWitness(words);
    if (words[0] == "group") return OneGroup(words);
    if (words[0] == "quorum") return Quorum(words);
    return Wrong(fmt::format("'{}' is none of log, witness, group, quorum", words[0]));
  }

  Status Key(std::string_view text, merkle::KeyType type, std::set<PublicKey>* seen,
             merkle::VerifierKey* out) {
    const auto key = merkle::ParseVerifierKey(text);
    if (!key.ok()) return Wrong(key.status().message());
    if (key->type != type) return Wrong("a key of the wrong type");
    if (!seen->insert(key->key).second) return Wrong("the same key a second time");
    *out = *key;
    return {};
  }

  Status Log(const std::vector<std::string_view>& words) {
    if (words.size() != 2 && words.size() != 3) return Wrong("log VKEY [URL]");
    if (out_.logs_.size() == kPolicyNamesMax) return Wrong("too many logs");
    PolicyLog log;
    JEJAK_RETURN_IF_ERROR(Key(words[1], merkle::KeyType::kEd25519, &log_keys_, &log.key));
    if (words.size() == 3) log.url = words[2];
    out_.logs_.push_back(std::move(log));
    return {};
  }

  Status Name(std::string_view name, Policy::Member member) {
    if (name == kNone) return Wrong("the name none is taken");
    if (names_.size() == 2 * kPolicyNamesMax) return Wrong("too many names");
    if (!names_.emplace(name, member).second) return Wrong("the same name a second time");
    return {};
  }

  Status OneWitness(const std::vector<std::string_view>& words) {
    if (words.size() != 3 && words.size() != 4) return Wrong("witness NAME VKEY [URL]");
    PolicyWitness witness;
    witness.name = words[1];
    JEJAK_RETURN_IF_ERROR(
        Key(words[2], merkle::KeyType::kCosignatureV1, &witness_keys_, &witness.key));
    if (words.size() == 4) witness.url = words[3];
    JEJAK_RETURN_IF_ERROR(Name(witness.name, {false, out_.witnesses_.size()}));
    out_.witnesses_.push_back(std::move(witness));
    return {};
  }

  Status OneGroup(const std::vector<std::string_view>& words) {
    if (words.size() < 4) return Wrong("group NAME all|any|NUMBER MEMBER…");
    Policy::Group group;
    for (size_t i = 3; i < words.size(); ++i) {
      const auto known = names_.find(words[i]);
      if (known == names_.end()) return Wrong(fmt::format("no {} before here", words[i]));
      if (!used_.insert(known->first).second) {
        return Wrong(fmt::format("{} is a member already", words[i]));
      }
      group.members.push_back(known->second);
    }
    const size_t n = group.members.size();
    const auto number = merkle::ParseDecimal(words[2]);
    if (words[2] == "all") {
      group.needed = n;
    } else if (words[2] == "any") {
      group.needed = 1;
    } else if (number && *number >= 1 && *number <= n) {
      group.needed = *number;
    } else {
      return Wrong(fmt::format("'{}' is not all, any, or a number from 1 to {}", words[2], n));
    }
    JEJAK_RETURN_IF_ERROR(Name(words[1], {true, out_.groups_.size()}));
    out_.groups_.push_back(std::move(group));
    return {};
  }

  Status Quorum(const std::vector<std::string_view>& words) {
    if (words.size() != 2) return Wrong("quorum NAME");
    if (quorum_) return Wrong("a second quorum");
    quorum_ = true;
    out_.none_ = words[1] == kNone;
    if (out_.none_) return {};
    const auto known = names_.find(words[1]);
    if (known == names_.end()) return Wrong(fmt::format("no {} before here", words[1]));
    out_.quorum_ = known->second;
    return {};
  }

  Policy out_;
  size_t line_ = 0;
  bool quorum_ = false;
  std::map<std::string, Policy::Member, std::less<>> names_;
  std::set<std::string, std::less<>> used_;
  std::set<PublicKey> log_keys_, witness_keys_;
};

Result<Policy> Policy::Parse(std::string_view text) { return PolicyParser().Run(text); }

std::vector<merkle::VerifierKey> Policy::LogKeys() const {
  std::vector<merkle::VerifierKey> out;
  for (const PolicyLog& log : logs_) out.push_back(log.key);
  return out;
}

std::vector<merkle::VerifierKey> Policy::WitnessKeys() const {
  std::vector<merkle::VerifierKey> out;
  for (const PolicyWitness& witness : witnesses_) out.push_back(witness.key);
  return out;
}

bool Policy::Met(const Member& member, const std::vector<bool>& cosigned) const {
  if (!member.group) return member.index < cosigned.size() && cosigned[member.index];
  const Group& group = groups_[member.index];
  const auto met = std::count_if(group.members.begin(), group.members.end(),
                                 [&](const Member& m) { return Met(m, cosigned); });
  return static_cast<size_t>(met) >= group.needed;
}

bool Policy::Met(const std::vector<bool>& cosigned) const {
  return none_ || Met(quorum_, cosigned);
}

bool Policy::Met(const merkle::SignedCheckpoint& checkpoint) const {
  std::vector<bool> cosigned(witnesses_.size());
  for (const merkle::Cosignature& c : checkpoint.cosignatures) cosigned[c.witness] = true;
  return Met(cosigned);
}

}  // namespace jejak::witness
