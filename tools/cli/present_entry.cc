#include "tools/cli/present_entry.h"

#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/merkle/rfc6962.h"
#include "ledger/projection/event_facts.h"
#include "tools/cli/json_bodies.h"

namespace jejak::cli {

Json EntryToJson(const Console& console, const projection::ReadEntry& entry, Authors* authors) {
  const event::Event& event = entry.event;
  const auto contest = projection::ContestOf(event.body);
  const auto place = projection::PlaceOf(event.body);
  Json out;
  out["index"] = entry.index.value;
  out["leaf"] = ToHex(merkle::LeafHash(entry.bytes));
  out["received_at"] = FormatTime(entry.entry.received_at);
  out["event"] = ToHex(entry.hash);
  out["author"] = authors->Of(event.author);
  out["sequence"] = event.sequence;
  out["previous"] = event.previous.IsZero() ? Json() : Json(ToHex(event.previous));
  out["occurred_at"] = FormatTime(event.occurred_at);
  out["kind"] = std::string(event::BodyName(event.kind()));
  out["contest"] = contest ? Json(*contest) : Json();
  out["region"] = place ? Json(place->display()) : Json();
  out["accepted"] = !entry.entry.refusal;
  out["refusal"] = RefusalToJson(console, entry.entry.refusal);
  out["body"] = BodyToJson(event.body);
  out["raw"] = ToBase64(entry.bytes);
  return out;
}

std::string EntryWords(const Console& console, const projection::ReadEntry& entry,
                       Authors* authors) {
  const event::Event& event = entry.event;
  const auto contest = projection::ContestOf(event.body);
  const auto place = projection::PlaceOf(event.body);
  const std::string verdict = entry.entry.refusal
                                  ? fmt::format("{} {}", console.T("REFUSED", "DITOLAK"),
                                                InfoOf(entry.entry.refusal->reason).name)
                                  : std::string(console.T("accepted", "diterima"));
  return fmt::format("#{}  {}  {}  {}{}{}{}  {}", entry.index.value,
                     FormatTime(entry.entry.received_at), event::BodyName(event.kind()),
                     contest ? *contest + " " : "", place ? place->display() + "  " : "",
                     contest || place ? "" : " ",
                     authors->Words(event.author), verdict);
}

}  // namespace jejak::cli
