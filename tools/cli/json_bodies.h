// Event bodies as JSON and back: the shapes in docs/reference/cli.md (FORM and CORRECTION among
// them), with member names in snake_case. Lists that an event keeps in order may be given in any
// order.
#pragma once

#include "ledger/base/status.h"
#include "ledger/event/bodies.h"
#include "tools/cli/json.h"

namespace jejak::cli {

Json BodyToJson(const event::Body& body);
// INPUT_MALFORMED or FIGURE_OUT_OF_RANGE, naming the JSON pointer.
Result<event::Body> BodyFromJson(event::BodyKind kind, const Json& json);

// Parts of the two, by file.
Json RegistryBodyToJson(const event::Body& body);
Json ResultBodyToJson(const event::Body& body);
Result<event::Body> RegistryBodyFromJson(event::BodyKind kind, const Json& json);
Result<event::Body> ResultBodyFromJson(event::BodyKind kind, const Json& json);

// Whether the body belongs to the registry: elections, contests, regions, ballots, officials, keys.
constexpr bool IsRegistryKind(event::BodyKind kind) {
  return kind <= event::BodyKind::kLedgerKeyChanged;
}

}  // namespace jejak::cli
