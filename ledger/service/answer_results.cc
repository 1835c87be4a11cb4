#include "ledger/merkle/tree_reader.h"
#include "ledger/projection/queries_records.h"
#include "ledger/service/answers.h"

namespace jejak::service {

JEJAK_ANSWER(GetTally) {
  if (request.region().empty() == request.dapil().empty())
    return BadField("region", "give either region or dapil");
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, Ask(*context.ledger, request.read().as_of()));
  const projection::Queries& queries = *asked.queries;
  std::vector<election::RegionCode> below;
  projection::Tally tally;
  if (!request.dapil().empty()) {
    JEJAK_ASSIGN_OR_RETURN(tally, queries.TallyOfDapil(request.contest(), request.dapil()));
    below = queries.registry()
                .Contest(request.contest())
                ->ballots.find(request.dapil())
                ->second->ballot->members;
  } else {
    JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ReadRegion(request.region()));
    JEJAK_ASSIGN_OR_RETURN(tally, queries.TallyOf(request.contest(), region));
    if (request.children()) {
      JEJAK_ASSIGN_OR_RETURN(below, queries.Children(request.contest(), region));
    }
  }
  PutTally(tally, out->mutable_tally());
  if (!request.dapil().empty()) {
    out->mutable_tally()->mutable_region()->set_code(request.dapil());
    out->mutable_tally()->mutable_region()->set_level("dapil");
  }
  if (request.children()) {
    for (const election::RegionCode& code : below) {
      JEJAK_ASSIGN_OR_RETURN(const projection::Tally child,
                             queries.TallyOf(request.contest(), code));
      PutTally(child, out->add_children());
    }
  }
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

JEJAK_ANSWER(GetTallyProof) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ReadRegion(request.region()));
  JEJAK_ASSIGN_OR_RETURN(Asked asked, Ask(*context.ledger, request.read().as_of()));
  if (!asked.as_of.commitment)
    return Status(Reason::kNotCommitted, "size " + std::to_string(asked.as_of.size.value));
  const LogIndex commitment = *asked.as_of.commitment;
  jejak::v1::Point then;
  then.set_size(commitment.value);
  JEJAK_RETURN_IF_ERROR(Refocus(then, &asked));
  JEJAK_ASSIGN_OR_RETURN(projection::TallyProof proof,
                         asked.queries->Prove(request.contest(), region, request.sum()));
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry genesis, asked.view->Entry(LogIndex(0)));
  proof.genesis = genesis.entry.event;
  // Refocused on the commitment's own size, Prove found the same commitment.
  JEJAK_ASSIGN_OR_RETURN(proof.commitment, asked.view->EntryBytes(commitment));
  JEJAK_ASSIGN_OR_RETURN(proof.tlog_proof, asked.view->TlogProof(commitment));
  if (proof.of_parties) {
    const LogIndex index = proof.of_parties->index;
    JEJAK_ASSIGN_OR_RETURN(proof.of_parties->entry, asked.view->EntryBytes(index));
    JEJAK_ASSIGN_OR_RETURN(proof.of_parties->path,
                           merkle::InclusionProof(*asked.view, index, asked.view->size()));
  }
  out->set_proof(projection::FormatTallyProof(proof));
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

JEJAK_ANSWER(ListStations) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ReadRegion(request.region()));
  JEJAK_ASSIGN_OR_RETURN(const Asked asked,
                         AskPage(*context.ledger, request.read().as_of(), request));
  std::string next;
  JEJAK_ASSIGN_OR_RETURN(const auto lines,
                         asked.queries->Stations(request.contest(), region, asked.page.at,
                                                 asked.page_size, &next));
  for (const projection::StationLine& line : lines) {
    auto* station = out->add_stations();
    station->set_tps(line.code.str());
    station->set_name(line.name);
    station->set_round(line.round);
    station->set_reported(line.flags.reported);
    station->set_corrected(line.flags.corrected);
    station->set_completed(line.flags.completed);
    station->set_evidence_replaced(line.flags.evidence_replaced);
    station->set_with_findings(line.flags.with_findings);
    if (line.newest) station->set_newest_index(line.newest->value);
    PutValues(line.values, station->mutable_values());
  }
  out->set_next_page_token(asked.NextPage(next));
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

namespace {

// A page of the missing TPSs, with the incidents that it names.
Status PutMissing(const Asked& asked, const projection::RegionProgress& progress, const Wire& wire,
                  jejak::v1::GetProgressResponse* out) {
  std::set<LogIndex> named;
  for (const projection::MissingStation& missing : progress.missing) {
    if (missing.tps.view() < asked.page.at) continue;
    if (static_cast<size_t>(out->missing_size()) == asked.page_size) {
      out->set_next_page_token(asked.NextPage(missing.tps.str()));
      break;
    }
    auto* line = out->add_missing();
    line->set_tps(missing.tps.str());
    if (missing.deadline) PutTime(*missing.deadline, line->mutable_deadline());
    if (missing.late) line->set_late(*missing.late);
    for (const LogIndex index : missing.incidents) {
      line->add_incidents(index.value);
      named.insert(index);
    }
  }
  for (const LogIndex index : named) {
    JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, asked.view->Entry(index));
    JEJAK_RETURN_IF_ERROR(wire.PutEntry(entry, true, out->add_incidents()));
  }
  return {};
}

}  // namespace

JEJAK_ANSWER(GetProgress) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ReadRegion(request.region()));
  JEJAK_ASSIGN_OR_RETURN(const Asked asked,
                         AskPage(*context.ledger, request.read().as_of(), request));
  const projection::Moment at{asked.as_of.size, asked.judged_at.value_or(asked.as_of.time)};
  JEJAK_ASSIGN_OR_RETURN(
      const projection::RegionProgress progress,
      ProgressOf(asked.rows(), *asked.queries, request.contest(), region, at));
  JEJAK_ASSIGN_OR_RETURN(const auto name, asked.queries->Region(region));
  PutRegion(name, out->mutable_region());
  PutTime(at.time, out->mutable_judged_at());
  out->set_total(progress.total);
  if (progress.expected) out->set_expected(*progress.expected);
  out->set_reported(progress.reported);
  out->set_missing_count(progress.missing.size());
  out->set_late(progress.late);
  for (const projection::ReportPoint& point : progress.series) {
    auto* one = out->add_series();
    PutTime(point.time, one->mutable_time());
    one->set_reported(point.reported);
  }
  for (const projection::ChildProgress& child : progress.children) {
    JEJAK_ASSIGN_OR_RETURN(const auto child_name, asked.queries->Region(child.code));
    auto* one = out->add_children();
    PutRegion(child_name, one->mutable_region());
    one->set_total(child.total);
    one->set_reported(child.reported);
  }
  JEJAK_RETURN_IF_ERROR(PutMissing(asked, progress, Wire(asked, context.body_json), out));
  return PutAsOf(asked, asked.as_of, SinceOf(request), out->mutable_as_of());
}

}  // namespace jejak::service
