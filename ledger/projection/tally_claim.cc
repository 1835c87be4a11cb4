// What a caller expects of a tally proof's claim.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/projection/tally_proof.h"

namespace jejak::projection {
namespace {

// What the claim says under this name; none for a name that no claim has.
std::optional<std::string> Said(const TallyClaim& claim, std::string_view key) {
  if (key == "kind") return claim.sum ? "sum" : "inclusion";
  if (key == "election") return ToHex(claim.election);
  if (key == "mode") return std::string(Name(claim.mode));
  if (key == "contest") return claim.contest;
  if (key == "region") return claim.region.display();
  if (key == "size") return std::to_string(claim.size.value);
  if (key == "time") return FormatTime(claim.time);
  if (key == "origin") return claim.origin;
  if (key == "registered") return std::to_string(claim.registered);
  if (key == "reported") return std::to_string(claim.reported);
  if (key == "round") return claim.round ? std::to_string(*claim.round) : "absent";
  if (key == "event") return claim.event ? ToHex(*claim.event) : "absent";
  const bool present = key.starts_with("present.");
  const auto field = election::ParseField(present ? key.substr(8) : key);
  if (!field || field->IsEvidence()) return std::nullopt;
  const auto at = std::find_if(claim.sums.begin(), claim.sums.end(),
                               [&](const event::FieldSum& sum) { return sum.key == *field; });
  if (at == claim.sums.end()) return present ? "0" : "absent";
  return std::to_string(present ? at->present : at->sum);
}

}  // namespace

Status ExpectClaim(const TallyClaim& claim, std::string_view key, std::string_view value) {
  const auto said = Said(claim, key);
  if (!said) return Status(Reason::kUsage, fmt::format("no claim says anything of \"{}\"", key));
  if (*said == value) return OkStatus();
  return Status(Reason::kClaimDiffers, fmt::format("{} is {}, not {}", key, *said, value))
      .With("key", std::string(key))
      .With("proved", *said)
      .With("expected", std::string(value));
}

}  // namespace jejak::projection
