#include "ledger/service/wire.h"

#include <google/protobuf/util/json_util.h>

#include "ledger/merkle/rfc6962.h"
#include "ledger/projection/event_facts.h"

namespace jejak::service {

void PutTime(UnixMicros time, google::protobuf::Timestamp* out) {
  int64_t seconds = time.value / 1'000'000;
  int64_t micros = time.value % 1'000'000;
  if (micros < 0) {
    micros += 1'000'000;
    --seconds;
  }
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(micros * 1'000));
}

void PutRegion(const projection::RegionName& region, jejak::v1::Region* out) {
  out->set_code(region.code.display());
  out->set_name(region.name);
  out->set_level(std::string(election::LevelName(region.code)));
}

void PutChoice(const event::Choice& choice, jejak::v1::Choice* out) {
  out->set_id(std::to_string(choice.id));
  out->set_kind(std::string(Name(choice.kind)));
  out->set_number(choice.number);
  out->set_name(choice.name);
  if (choice.party != 0) out->set_party(std::to_string(choice.party));
}

void PutTally(const projection::Tally& tally, jejak::v1::Tally* out) {
  PutRegion(tally.region, out->mutable_region());
  auto* stations = out->mutable_stations();
  stations->set_total(tally.stations.total);
  if (tally.expected) stations->set_expected(*tally.expected);
  stations->set_reported(tally.stations.reported);
  stations->set_corrected(tally.stations.corrected);
  stations->set_completed(tally.stations.completed);
  stations->set_evidence_replaced(tally.stations.evidence_replaced);
  stations->set_with_findings(tally.stations.with_findings);
  for (const projection::ChoiceSum& sum : tally.votes) {
    auto* one = out->add_votes();
    PutChoice(sum.choice, one->mutable_choice());
    if (sum.votes) one->set_votes(*sum.votes);
    one->set_present(sum.present);
    if (sum.party_total) one->set_party_total(*sum.party_total);
    one->set_party_total_present(sum.party_total_present);
  }
  for (const projection::FigureSum& sum : tally.figures) {
    auto* one = out->add_figures();
    one->set_figure(std::string(Name(sum.figure)));
    if (sum.value) one->set_value(*sum.value);
    one->set_present(sum.present);
  }
}

void PutEvidence(const event::Evidence& evidence, jejak::v1::Evidence* out) {
  out->set_page(evidence.page);
  out->set_media_type(evidence.media_type);
  if (evidence.sha256) out->set_sha256(std::string(evidence.sha256->view()));
  out->set_url(evidence.url);
}

void PutValues(const std::vector<election::FieldValue>& values,
               google::protobuf::RepeatedPtrField<jejak::v1::FieldValue>* out) {
  for (const election::FieldValue& value : values) {
    auto* one = out->Add();
    one->set_field(election::FieldName(value.key));
    one->set_value(value.value);
  }
}

void PutReceipt(const engine::Receipt& receipt, jejak::v1::Receipt* out) {
  out->set_index(receipt.index.value);
  out->set_event(std::string(receipt.event.view()));
  PutTime(receipt.received_at, out->mutable_received_at());
  if (receipt.refusal) {
    out->mutable_refusal()->set_reason(std::string(InfoOf(receipt.refusal->reason).name));
    out->mutable_refusal()->set_number(receipt.refusal->number);
  }
  out->set_leaf(std::string(receipt.leaf.view()));
  out->set_proof(receipt.proof);
}

void PutOutcome(const engine::Outcome& outcome, jejak::v1::SubmitOutcome* out) {
  if (outcome.receipt) {
    PutReceipt(*outcome.receipt, out->mutable_receipt());
    out->set_existing(outcome.existing);
    return;
  }
  auto* away = out->mutable_turned_away();
  const ReasonInfo& info = InfoOf(outcome.door.reason());
  away->set_code(static_cast<int32_t>(info.code));
  away->set_reason(std::string(info.name));
  away->set_message(outcome.door.message());
  for (const auto& [key, value] : outcome.door.metadata()) (*away->mutable_metadata())[key] = value;
}

void Wire::PutAuthor(const projection::Author& author, jejak::v1::Author* out) const {
  out->set_key(std::string(author.key.view()));
  out->set_official(author.official);
  if (const auto person = asked_.view->PersonOf(author.official)) out->set_name(person->name);
  out->set_role(std::string(Name(author.role)));
  out->set_body(author.body);
  out->set_decree(author.decree);
  out->set_enrolled_at_index(author.enrolled_at.value);
  out->set_jurisdiction(author.jurisdiction.display());
}

Status Wire::PutAuthorOf(const PublicKey& key, jejak::v1::Author* out) const {
  const auto author = asked_.queries->AuthorOf(key);
  if (author.ok()) {
    PutAuthor(*author, out);
  } else if (author.status().reason() != Reason::kNotFound) {
    return author.status();
  }
  return {};
}

Status Wire::PutEntry(const projection::ReadEntry& entry, bool view,
                      jejak::v1::Entry* out) const {
  out->set_index(entry.index.value);
  out->set_entry(entry.bytes);
  if (!view) return {};
  const event::Event& event = entry.event;
  auto* shown = out->mutable_view();
  shown->set_leaf(std::string(merkle::LeafHash(entry.bytes).view()));
  PutTime(entry.entry.received_at, shown->mutable_received_at());
  shown->set_event(std::string(entry.hash.view()));
  JEJAK_RETURN_IF_ERROR(PutAuthorOf(event.author, shown->mutable_author()));
  if (shown->author().official().empty()) shown->clear_author();
  shown->set_sequence(event.sequence);
  if (!event.previous.IsZero()) shown->set_previous(std::string(event.previous.view()));
  PutTime(event.occurred_at, shown->mutable_occurred_at());
  shown->set_kind(std::string(event::BodyName(event.kind())));
  shown->set_contest(projection::ContestOf(event.body).value_or(""));
  if (const auto place = projection::PlaceOf(event.body)) shown->set_region(place->display());
  if (entry.entry.refusal) {
    shown->mutable_refusal()->set_reason(std::string(InfoOf(entry.entry.refusal->reason).name));
    shown->mutable_refusal()->set_number(entry.entry.refusal->number);
  }
  if (body_json_) {
    const auto parsed = google::protobuf::util::JsonStringToMessage(body_json_(event.body),
                                                                    shown->mutable_body());
    if (!parsed.ok()) return Status(Reason::kInternal, "the body did not become a Struct");
  }
  return {};
}

Status Wire::AddAuthor(const PublicKey& key,
                       google::protobuf::RepeatedPtrField<jejak::v1::Author>* out) {
  if (!added_.insert(key).second) return {};
  jejak::v1::Author author;
  JEJAK_RETURN_IF_ERROR(PutAuthorOf(key, &author));
  if (!author.official().empty()) *out->Add() = std::move(author);
  return {};
}

}  // namespace jejak::service
