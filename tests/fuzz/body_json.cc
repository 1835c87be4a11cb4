// Bodies as JSON: what a person may write is read or refused, what was read is printed so that it
// is read again as the same, and every event that the log can hold can be printed.
#include "ledger/base/encoding.h"
#include "ledger/event/codec.h"
#include "tests/fuzz/fuzz.h"
#include "tools/cli/json_bodies.h"

namespace jejak::fuzz {
namespace {

// The body as its JSON says it.
Result<event::Body> Reread(const event::Body& body) {
  const std::string text = cli::DumpLine(cli::BodyToJson(body));
  const auto json = cli::ParseJson(text, "what was printed");
  JEJAK_CHECK(json.ok());
  return cli::BodyFromJson(static_cast<event::BodyKind>(body.index()), *json);
}

// Times outside of the years 0 to 9999 are shown, and not read.
bool IsOfTime(const Status& status) {
  for (const auto& [key, value] : status.metadata()) {
    if (key != "pointer") continue;
    for (const char* name : {"/local_time", "/published", "/observed", "/since"})
      if (value.ends_with(name)) return true;
  }
  return false;
}

void CheckReread(const event::Body& body) {
  const auto again = Reread(body);
  JEJAK_CHECK(again.ok() ? *again == body : IsOfTime(again.status()));
}

}  // namespace

// An event's bytes; or the number of a body, and JSON.
void Run(ByteView input) {
  const auto logged = event::DecodeEvent(input);
  if (logged.ok()) {
    return CheckReread(logged->body);
  }
  if (input.empty()) return;
  const auto kind =
      static_cast<event::BodyKind>(static_cast<uint8_t>(input[0]) % event::kBodyKinds);
  const auto json = cli::ParseJson(input.substr(1), "the input");
  if (!json.ok()) return;
  const auto body = cli::BodyFromJson(kind, *json);
  if (!body.ok()) return;
  JEJAK_CHECK(static_cast<event::BodyKind>(body->index()) == kind);
  (void)Reread(*body);
  // What no event may say need not be printed so that it can be read.
  if (event::ValidateBody(*body).ok()) CheckReread(*body);
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out;
  const std::pair<event::BodyKind, const char*> kExamples[] = {
      {event::BodyKind::kResultSubmitted, "form"},
      {event::BodyKind::kResultCorrected, "correction"},
      {event::BodyKind::kContestRegistered, "contest"},
      {event::BodyKind::kRegionsRegistered, "regions"},
      {event::BodyKind::kStationsRegistered, "stations"},
      {event::BodyKind::kBallotRegistered, "ballot"},
      {event::BodyKind::kRegistryAmended, "amendment"},
      {event::BodyKind::kRoundOpened, "roundOpened"},
      {event::BodyKind::kRecapCertified, "recapCertified"},
      {event::BodyKind::kIncidentRecorded, "incidentRecorded"},
      {event::BodyKind::kResultFinalised, "resultFinalised"}};
  for (const auto& [kind, name] : kExamples) {
    out.push_back(static_cast<char>(kind) +
                  ReadSource(std::string("docs/reference/examples/") + name + ".json"));
  }
  for (const auto& row : ReadColumns("tests/vectors/events.tsv")) {
    out.push_back(*FromHex(row[2]));
    const auto body = event::DecodeEvent(out.back())->body;
    out.push_back(static_cast<char>(body.index()) + cli::DumpLine(cli::BodyToJson(body)));
  }
  return out;
}

}  // namespace jejak::fuzz
