#include <fmt/format.h>

#include <array>
#include <iterator>

#include "ledger/admission/corrections.h"
#include "ledger/admission/docs.h"
#include "ledger/base/reason.h"

namespace jejak::admission {
namespace {

// In the order of the flags of Requirement.
constexpr std::array<std::string_view, kRequirements> kRequirementTexts = {
    "an explanation",
    "evidence with a hash, in the correction or on file and kept",
    "evidence with a hash, set by the correction itself",
    "a ground of a recount: `riot` to `count_mismatch` (UU 7/2017 article 374)",
    "minutes, from KPPS too",
    "in `refersTo`, the `objectionResolved` that accepted an objection for this contest and place",
    "in `refersTo`, a `decisionRecorded` by Bawaslu, advice or recommendation, for this contest and place",
    "in `refersTo`, a `decisionRecorded` by Bawaslu, a ruling, for this contest and place",
    "in `refersTo`, a `decisionRecorded` not by Bawaslu, a ruling, for this contest and place",
    "`otherTps`, another than this one",
    "every changed figure and page of evidence was absent before",
    "by the importer, outside live elections; nobody else may use it, and the importer no other",
};

constexpr std::string_view kCorrections = R"(# Reasons of corrections

Rendered from the table in `ledger/admission/corrections.cc`. What is missing is refused with `BASIS_MISSING`, save
that `unstated` is `MODE_FORBIDS` in a live election, and elsewhere `ROLE_NOT_ENTITLED` for all but the importer; so is any
other reason for the importer. From PPK upward every correction also needs minutes with a number.

| Reason | Says | Requires |
|---|---|---|
)";

constexpr std::string_view kReasons = R"(# Reasons of errors and refusals

Rendered from `ledger/base/reasons.def`, in order of precedence: of what stands against an event, the first in this list
decides. A reason with a logged number stands in the log with the refused event; the number in the entry beside it is
the element of the body's list that failed, from 0. The others are answered as an error and leave no entry.

)";

std::string_view CodeName(Code code) {
  constexpr std::array<std::string_view, 17> kNames = {
      "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
      "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
      "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"};
  return kNames[static_cast<size_t>(code)];
}

}  // namespace

std::string RenderCorrectionReasons() {
  std::string out(kCorrections);
  for (const ReasonRow& row : CorrectionReasons()) {
    std::string needs;
    for (size_t i = 0; i < kRequirementTexts.size(); ++i) {
      if ((row.requires_all >> i & 1u) == 0) continue;
      fmt::format_to(std::back_inserter(needs), "{}{}", needs.empty() ? "" : "; ", kRequirementTexts[i]);
    }
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} |\n", Name(row.reason), row.meaning, needs);
  }
  return out;
}

std::string RenderReasons() {
  std::string out(kReasons);
  for (const ReasonInfo& info : AllReasons()) {
    fmt::format_to(std::back_inserter(out),
                   "<a id=\"{}\"></a>\n## {}\n\n{} / {}\n\n- What to do: {} / {}\n- gRPC: `{}`; exit status {}",
                   AnchorOf(info.reason), info.name, info.text_en, info.text_id, info.action_en,
                   info.action_id, CodeName(info.code), info.exit_status);
    if (info.logged_number != 0) {
      fmt::format_to(std::back_inserter(out), "; logged as {}", info.logged_number);
    }
    out += "\n\n";
  }
  out.pop_back();
  return out;
}

}  // namespace jejak::admission
