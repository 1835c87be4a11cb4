// Signing without a network, and sending when there is one.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/client/outbox.h"
#include "ledger/projection/event_facts.h"
#include "tools/cli/json_bodies.h"
#include "tools/cli/present.h"
#include "tools/cli/remote.h"

namespace jejak::cli {
namespace {

using client::Outbox;
using client::OutboxEvent;

constexpr size_t kChunkEvents = 16;      // sent at once: what a broken line sends again
constexpr size_t kChunkBytes = 64'000;

struct SignOptions {
  std::string key, file, kind, occurred_at, outbox, election;
};

Result<event::BodyKind> KindOf(const SignOptions& options, const Json& json) {
  if (options.kind.empty()) {
    return json.contains("changes") ? event::BodyKind::kResultCorrected
                                    : event::BodyKind::kResultSubmitted;
  }
  const auto kind = event::ParseBodyName(options.kind);
  if (!kind || *kind == event::BodyKind::kElectionOpened ||
      *kind == event::BodyKind::kTallyCommitted) {
    return Status(Reason::kInvalidArgument,
                  fmt::format("--kind {}: no kind of event that one signs", options.kind));
  }
  return *kind;
}

// The election, and where the key's chain goes on, from wherever they are known.
Status Prepare(const Globals& globals, const SignOptions& options, const PublicKey& key,
               Outbox* outbox) {
  if (!options.election.empty()) {
    const auto id = FixedFromHex<Hash>(options.election);
    if (!id) return Status(Reason::kInvalidArgument, "--election is the 64 hex digits of a hash");
    JEJAK_RETURN_IF_ERROR(outbox->SetElection(*id));
    return outbox->Knows(key) ? Status() : outbox->Begin(key, {});
  }
  if (outbox->election() && outbox->Knows(key)) return {};
  Hash election;
  event::ChainHead head;
  if (!globals.server.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const auto client, ConnectTo(globals));
    JEJAK_ASSIGN_OR_RETURN(const client::ElectionFacts facts, client->Election());
    election = facts.id;
    JEJAK_ASSIGN_OR_RETURN(head, client->HeadOf(key));
  } else if (!globals.ledger.empty()) {
    JEJAK_ASSIGN_OR_RETURN(const auto session, Session::Read(globals));
    election = session->election().state.id;
    JEJAK_ASSIGN_OR_RETURN(head, session->ledger().HeadOf(key));
  } else {
    return Status(Reason::kUsage,
                  "this outbox does not know the key yet: give --server or --ledger once, or "
                  "--election HASH for a key that has signed nothing so far");
  }
  JEJAK_RETURN_IF_ERROR(outbox->SetElection(election));
  return outbox->Begin(key, head);
}

Status SignCommand(const Globals& globals, const SignOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(options.file));
  JEJAK_ASSIGN_OR_RETURN(const event::BodyKind kind, KindOf(options, json));
  const auto body = BodyFromJson(kind, json);
  if (!body.ok()) return InFile(options.file, body.status());
  UnixMicros occurred_at = Now();
  if (!options.occurred_at.empty()) {
    const auto time = ParseTime(options.occurred_at);
    if (!time) return Status(Reason::kInvalidArgument, "--occurred-at is an RFC 3339 time");
    occurred_at = *time;
  }
  JEJAK_ASSIGN_OR_RETURN(const crypto::SecretKey key, ReadKey(globals, options.key));
  JEJAK_ASSIGN_OR_RETURN(const auto outbox, Outbox::Open(options.outbox));
  JEJAK_RETURN_IF_ERROR(Prepare(globals, options, key.public_key(), outbox.get()));
  JEJAK_ASSIGN_OR_RETURN(const OutboxEvent made, outbox->Sign(key, *body, occurred_at));
  const Console& console = globals.console;
  if (console.json) {
    console.Print({{"key", ToHex(key.public_key())},
                   {"sequence", made.sequence},
                   {"event", ToHex(made.hash)},
                   {"kind", std::string(event::BodyName(kind))}});
  } else {
    console.Line(fmt::format("{} {}: {} {}", console.T("signed, waiting to be sent",
                                                       "ditandatangani, menunggu dikirim"),
                             event::BodyName(kind), console.T("event", "event"),
                             ToHex(made.hash)));
  }
  return {};
}

struct BoxOptions {
  std::string outbox, key;
};

// Where an event stands: its key, its place, what it is, what became of it.
Result<Json> EventToJson(const PublicKey& key, const OutboxEvent& one) {
  JEJAK_ASSIGN_OR_RETURN(const event::Event event, event::DecodeEvent(one.event.bytes));
  const auto contest = projection::ContestOf(event.body);
  const auto place = projection::PlaceOf(event.body);
  Json out;
  out["key"] = ToHex(key);
  out["sequence"] = one.sequence;
  out["event"] = ToHex(one.hash);
  out["kind"] = std::string(event::BodyName(event.kind()));
  out["contest"] = contest ? Json(*contest) : Json();
  out["region"] = place ? Json(place->display()) : Json();
  out["occurred_at"] = FormatTime(event.occurred_at);
  out["state"] = "waiting";
  out["receipt"] = Json();
  if (!one.settled) return out;
  out["receipt"] = Json::parse(*one.settled, nullptr, false);
  if (!out["receipt"].is_object() || !out["receipt"].contains("accepted"))
    return Status(Reason::kOutboxDamaged, "a receipt does not read").With("event", ToHex(one.hash));
  out["state"] = out["receipt"]["accepted"] == Json(true) ? "accepted" : "refused";
  return out;
}

std::string EventWords(const Json& event) {
  const auto text = [&](const char* name) {
    return event[name].is_string() ? event[name].get<std::string>() : std::string("-");
  };
  return fmt::format("{}  {} {}  {}  {}", event["sequence"].get<uint64_t>(), text("contest"),
                     text("region"), text("kind"), text("state"));
}

Status StatusCommand(const Globals& globals, const BoxOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto outbox, Outbox::Open(options.outbox, Outbox::For::kReading));
  const Console& console = globals.console;
  Json out;
  out["election"] = outbox->election() ? Json(ToHex(*outbox->election())) : Json();
  out["keys"] = Json::array();
  out["events"] = Json::array();
  for (const auto& [key, events] : outbox->Events()) {
    std::map<std::string, uint64_t> states{{"waiting", 0}, {"accepted", 0}, {"refused", 0}};
    for (const OutboxEvent& one : events) {
      JEJAK_ASSIGN_OR_RETURN(Json event, EventToJson(key, one));
      ++states[event["state"].get<std::string>()];
      event.erase("receipt");
      out["events"].push_back(std::move(event));
    }
    const event::ChainHead head = outbox->HeadOf(key);
    out["keys"].push_back({{"key", ToHex(key)},
                           {"next_sequence", head.next_sequence},
                           {"previous", ToHex(head.previous)},
                           {"waiting", states["waiting"]},
                           {"accepted", states["accepted"]},
                           {"refused", states["refused"]},
                           {"draft", outbox->DraftOf(key).has_value()}});
  }
  if (console.json) {
    console.Print(out);
    return {};
  }
  for (const Json& key : out["keys"]) {
    console.Line(fmt::format("{}: {} {}, {} {}, {} {}", key["key"].get<std::string>(),
                             key["waiting"].get<uint64_t>(), console.T("waiting", "menunggu"),
                             key["accepted"].get<uint64_t>(), console.T("accepted", "diterima"),
                             key["refused"].get<uint64_t>(), console.T("refused", "ditolak")));
    if (!key["draft"].get<bool>()) continue;
    console.Line(std::string(console.T(
        "  a draft was interrupted: the next `jejak sign` with this key signs it first",
        "  sebuah konsep terputus: `jejak sign` berikutnya dengan kunci ini menandatanganinya dulu")));
  }
  for (const Json& event : out["events"]) console.Line("  " + EventWords(event));
  return {};
}

Status ReceiptsCommand(const Globals& globals, const BoxOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto outbox, Outbox::Open(options.outbox, Outbox::For::kReading));
  Json out;
  out["receipts"] = Json::array();
  for (const auto& [key, events] : outbox->Events()) {
    for (const OutboxEvent& one : events) {
      if (!one.settled) continue;
      JEJAK_ASSIGN_OR_RETURN(Json event, EventToJson(key, one));
      out["receipts"].push_back(std::move(event));
    }
  }
  const Console& console = globals.console;
  if (console.json) {
    console.Print(out);
    return {};
  }
  for (const Json& event : out["receipts"]) {
    console.Line(fmt::format("#{}  {}", event["receipt"]["index"].get<uint64_t>(),
                             EventWords(event)));
  }
  return {};
}

// One run of sending.
class Sender {
 public:
  Sender(const Console& console, Outbox* outbox, client::Client* client)
      : console_(console), outbox_(outbox), client_(client) {}

  // Sends what waits, in the order of each chain; before it what the ledger has lost. An error ends
  // it; what was settled stays so.
  Status Send(const merkle::VerifierKey& log) {
    std::vector<Item> items;
    for (auto& [key, events] : outbox_->Events()) {
      JEJAK_RETURN_IF_ERROR(AddLost(key, events, &items));
      for (const OutboxEvent& one : events) {
        if (one.settled) continue;
        items.push_back({key, one});
        ++waiting_;
      }
    }
    Progress progress("send", items.size());
    for (size_t from = 0; from < items.size();) {
      std::vector<Item> chunk;
      for (size_t bytes = 0; from < items.size() && chunk.size() < kChunkEvents; ++from) {
        if (blocked_.contains(items[from].key)) continue;
        bytes += items[from].event.event.bytes.size();
        if (bytes > kChunkBytes && !chunk.empty()) break;
        chunk.push_back(items[from]);
      }
      if (!chunk.empty()) JEJAK_RETURN_IF_ERROR(SendChunk(chunk, log));
      progress.Show(from, items.size());
    }
    return {};
  }

  Json ToJson() const {
    Json out;
    out["accepted"] = accepted_;
    out["refused"] = refused_;
    out["turned_away"] = away_;
    out["waiting"] = waiting_;
    out["lost"] = lost_;
    return out;
  }
  // What the first event that was not accepted met.
  const Status& first() const { return first_; }

 private:
  struct Item {
    PublicKey key;
    OutboxEvent event;
  };

  // A ledger that was restored after a disaster may lack events that it acknowledged. Handing one
  // in again is safe, and whoever is interrupted finds by the same head what is still missing.
  Status AddLost(const PublicKey& key, const std::vector<OutboxEvent>& events,
                 std::vector<Item>* items) {
    const bool settled = std::any_of(events.begin(), events.end(),
                                     [](const OutboxEvent& one) { return one.settled; });
    if (!settled) return {};
    const auto head = client_->HeadOf(key);
    if (head.status().reason() == Reason::kKeyUnknown) return {};  // then nothing of it goes in
    JEJAK_RETURN_IF_ERROR(head.status());
    for (const OutboxEvent& one : outbox_->LostAfter(key, *head)) items->push_back({key, one});
    return {};
  }

  Status SendChunk(const std::vector<Item>& chunk, const merkle::VerifierKey& log) {
    std::vector<event::SignedEvent> events;
    for (const Item& item : chunk) events.push_back(item.event.event);
    JEJAK_ASSIGN_OR_RETURN(const auto outcomes, client_->SubmitAll(events));
    for (size_t i = 0; i < chunk.size(); ++i) {
      const Item& item = chunk[i];
      const client::SubmitOutcome& outcome = outcomes[i];
      if (!outcome.receipt) {
        // What comes after it in the chain can't go in before it.
        if (blocked_.insert(item.key).second)
          JEJAK_RETURN_IF_ERROR(Note(item, outcome.door, &away_));
        continue;
      }
      JEJAK_RETURN_IF_ERROR(client::CheckReceipt(events[i], *outcome.receipt, log));
      const client::Receipt& r = *outcome.receipt;
      if (item.event.settled) {
        ++lost_;  // its first receipt stays: it shows that the ledger had it
        if (r.refusal) JEJAK_RETURN_IF_ERROR(NoteRefusal(item, r));
        continue;
      }
      const Json receipt =
          ReceiptToJson({r.index, r.event, r.received_at, r.refusal, r.leaf, r.proof});
      JEJAK_RETURN_IF_ERROR(
          outbox_->Settle(item.key, item.event.sequence, DumpLine(receipt) + "\n"));
      --waiting_;
      if (r.refusal) {
        JEJAK_RETURN_IF_ERROR(NoteRefusal(item, r));
      } else {
        ++accepted_;
      }
    }
    return {};
  }

  Status NoteRefusal(const Item& item, const client::Receipt& receipt) {
    const std::string index = std::to_string(receipt.index.value);
    return Note(item, Status(receipt.refusal->reason, "entry " + index).With("index", index),
                &refused_);
  }

  // Adds a line that says what to do.
  Status Note(const Item& item, const Status& why, Json* list) {
    if (first_.ok()) first_ = why;
    JEJAK_ASSIGN_OR_RETURN(Json line, EventToJson(item.key, item.event));
    for (const char* name : {"state", "receipt"}) line.erase(name);
    const ReasonInfo& info = InfoOf(why.reason());
    line["reason"] = std::string(info.name);
    line["message"] = std::string(console_.T(info.text_en, info.text_id));
    line["to_do"] = std::string(console_.T(info.action_en, info.action_id));
    line["metadata"] = Json::object();
    for (const auto& [name, value] : why.metadata()) line["metadata"][name] = value;
    list->push_back(std::move(line));
    return {};
  }

  const Console& console_;
  Outbox* outbox_;
  client::Client* client_;
  std::set<PublicKey> blocked_;  // keys of which an event was turned away
  uint64_t accepted_ = 0, waiting_ = 0, lost_ = 0;
  Json refused_ = Json::array(), away_ = Json::array();
  Status first_;
};

Result<merkle::VerifierKey> KeyOfLog(client::Client* client, const std::string& given) {
  if (!given.empty()) return merkle::ParseVerifierKey(given);
  jejak::v1::GetCheckpointResponse newest;
  JEJAK_RETURN_IF_ERROR(client->Ask(jejak::v1::GetCheckpointRequest(), &newest));
  return merkle::ParseVerifierKey(newest.vkey());
}

Status SendCommand(const Globals& globals, const BoxOptions& options, Run* run) {
  if (globals.server.empty())
    return Status(Reason::kUsage, "sending needs a daemon: give --server HOST:PORT");
  JEJAK_ASSIGN_OR_RETURN(const auto outbox, Outbox::Open(options.outbox, Outbox::For::kSending));
  JEJAK_ASSIGN_OR_RETURN(const auto client, ConnectTo(globals));
  Sender sender(globals.console, outbox.get(), client.get());
  Status status;
  const auto log = KeyOfLog(client.get(), options.key);
  status = log.ok() ? sender.Send(*log) : log.status();
  if (status.ok()) status = sender.first();
  const Console& console = globals.console;
  Json out = sender.ToJson();
  out["anchor"] = options.key.empty() ? "self" : "key";
  if (console.json) {
    if (!status.ok()) out["error"] = console.ErrorObject(status);
    console.Print(out);
    run->shown = true;
    return status;
  }
  for (const char* list : {"refused", "turned_away"}) {
    for (const Json& line : out[list]) {
      console.Line(fmt::format("{} {}: {}. {}: {}", line["sequence"].get<uint64_t>(),
                               line["reason"].get<std::string>(),
                               line["message"].get<std::string>(),
                               console.T("What to do", "Yang perlu dilakukan"),
                               line["to_do"].get<std::string>()));
    }
  }
  if (const auto lost = out["lost"].get<uint64_t>(); lost > 0) {
    console.Line(fmt::format("{} {}", lost, console.T(
        "events that the ledger had acknowledged and no longer had were handed in again",
        "event yang sudah diakui buku besar tetapi tidak ada lagi diserahkan kembali")));
  }
  console.Line(fmt::format("{} {}, {} {}, {} {}", out["accepted"].get<uint64_t>(),
                           console.T("accepted", "diterima"), out["refused"].size(),
                           console.T("refused", "ditolak"), out["waiting"].get<uint64_t>(),
                           console.T("waiting", "menunggu")));
  if (options.key.empty() && out["accepted"].get<uint64_t>() + out["refused"].size() > 0) {
    console.Note(console.T(
        "the receipts were checked only against the server's own key: give --key, got from elsewhere",
        "tanda terima hanya diperiksa dengan kunci dari server itu sendiri: berikan --key dari "
        "sumber lain"));
  }
  return status;
}

}  // namespace

void AddOutboxCommands(Program* program) {
  const auto sign = std::make_shared<SignOptions>();
  CLI::App* command = program->Add(program->app(), "sign", "sign an event without a network", sign,
                                   &SignCommand);
  command->add_option("--key", sign->key, "the author's key file")->required();
  command->add_option("--file", sign->file, "FORM.json, CORRECTION.json or another body")
      ->required();
  command->add_option("--outbox", sign->outbox, "folder of what waits to be sent")->required();
  command->add_option("--kind", sign->kind,
                      "name of the body; else a correction where the file has changes, or a form");
  command->add_option("--occurred-at", sign->occurred_at,
                      "when it happened, by the author's clock (now)");
  command->add_option("--election", sign->election,
                      "hash of the election, for a key that has signed nothing so far");

  CLI::App* group = program->Group("outbox", "what was signed without a network");
  const auto add = [&](const char* name, const char* text,
                       Status (*run)(const Globals&, const BoxOptions&, Run*)) {
    const auto options = std::make_shared<BoxOptions>();
    CLI::App* one = program->Add(group, name, text, options, run);
    one->add_option("--outbox", options->outbox, "folder of what waits to be sent")->required();
    return std::pair(one, options);
  };
  add("status", "what waits, and what became of the rest", &StatusCommand);
  add("receipts", "receipts of what was sent", &ReceiptsCommand);
  const auto [send, options] = add("send", "send what waits, in order", &SendCommand);
  send->add_option("--key", options->key, "the log's verifier key; else the one that is served");
}

}  // namespace jejak::cli
