// One signed event from a file.
#include <fmt/format.h>

#include "ledger/base/time.h"
#include "tools/cli/json_bodies.h"
#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

struct SubmitOptions {
  std::string key, file, kind, occurred_at;
};

Status SubmitBody(const Globals& globals, const SubmitOptions& options, event::BodyKind kind,
                  Run* run) {
  JEJAK_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(options.file));
  auto body = BodyFromJson(kind, json);
  if (!body.ok()) return InFile(options.file, body.status());
  UnixMicros occurred_at = Now();
  if (!options.occurred_at.empty()) {
    const auto time = ParseTime(options.occurred_at);
    if (!time) return Status(Reason::kInvalidArgument, "--occurred-at is an RFC 3339 time");
    occurred_at = *time;
  }
  JEJAK_ASSIGN_OR_RETURN(crypto::SecretKey key, ReadKey(globals, options.key));
  return SignAndAppend(globals, std::move(key), std::move(*body), occurred_at, run);
}

Status SubmitForm(const Globals& globals, const SubmitOptions& options, Run* run) {
  return SubmitBody(globals, options, event::BodyKind::kResultSubmitted, run);
}

Status SubmitCorrection(const Globals& globals, const SubmitOptions& options, Run* run) {
  return SubmitBody(globals, options, event::BodyKind::kResultCorrected, run);
}

Status SubmitAny(const Globals& globals, const SubmitOptions& options, Run* run) {
  const auto kind = event::ParseBodyName(options.kind);
  if (!kind)
    return Status(Reason::kInvalidArgument,
                  fmt::format("--kind {}: no such kind of event", options.kind));
  if (*kind == event::BodyKind::kElectionOpened || *kind == event::BodyKind::kTallyCommitted) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("--kind {}: only the ledger itself makes these", options.kind));
  }
  return SubmitBody(globals, options, *kind, run);
}

void AddOptions(CLI::App* command, const std::shared_ptr<SubmitOptions>& options,
                const char* file) {
  command->add_option("--key", options->key, "the author's key file")->required();
  command->add_option("--file", options->file, file)->required();
  command->add_option("--occurred-at", options->occurred_at,
                      "when it happened, by the author's clock (now)");
}

}  // namespace

void AddSubmitCommands(Program* program) {
  const auto form = std::make_shared<SubmitOptions>();
  AddOptions(program->Add(program->app(), "submit", "submit a C.Hasil form", form, &SubmitForm),
             form, "FORM.json");
  const auto correction = std::make_shared<SubmitOptions>();
  AddOptions(program->Add(program->app(), "correct", "correct a result (pembetulan)", correction,
                          &SubmitCorrection),
             correction, "CORRECTION.json");
  const auto any = std::make_shared<SubmitOptions>();
  CLI::App* command = program->Add(program->app(), "file",
                                   "append any other event: rounds, objections, "
                                   "incidents, decisions, recapitulations …",
                                   any, &SubmitAny);
  AddOptions(command, any, "the event's body as JSON");
  command->add_option("--kind", any->kind, "name of the body, such as resultFinalised")->required();
}

}  // namespace jejak::cli
