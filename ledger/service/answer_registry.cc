#include "ledger/base/encoding.h"
#include "ledger/projection/tables.h"
#include "ledger/service/answers.h"

namespace jejak::service {
namespace {

void PutBallot(const projection::BallotEntry& entry, jejak::v1::Ballot* out) {
  out->set_dapil(entry.ballot->dapil);
  for (const election::RegionCode& member : entry.ballot->members)
    out->add_members(member.display());
  for (const event::Choice& choice : entry.ballot->choices) {
    auto* one = out->add_choices();
    PutChoice(choice, one);
    if (!choice.witness_key) continue;
    one->set_witness_key(std::string(choice.witness_key->key.view()));
    one->set_witness_proof(std::string(choice.witness_key->proof.view()));
  }
}

Result<const projection::ContestEntry*> FindContest(const Asked& asked, const std::string& id) {
  const projection::ContestEntry* contest = asked.queries->registry().Contest(id);
  if (contest == nullptr)
    return Status(Reason::kUnknownContest, "no contest \"" + id + "\"").With("contest", id);
  return contest;
}

}  // namespace

JEJAK_ANSWER(GetElection) {
  (void)request;
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*context.ledger));
  const projection::ElectionRow& election = *asked.queries->registry().election();
  out->set_election(std::string(election.state.id.view()));
  out->set_name(election.name);
  out->set_mode(std::string(Name(election.state.mode)));
  out->set_origin(election.origin);
  out->set_rules(election.state.rules);
  out->set_ledger_key(std::string(election.state.ledger_key.view()));
  out->set_root_key(std::string(election.root_key.view()));
  out->set_supervisors_key(std::string(election.supervisors_key.view()));
  for (const std::string& id : election.contests) out->add_contests(id);
  out->set_size(asked.as_of.size.value);
  out->set_kind(std::string(Name(election.state.kind)));
  out->set_voting_day(election.voting_day);
  out->set_dpt_max(election.state.dpt_max);
  out->set_reserve_permille(election.state.reserve_permille);
  return PutAsOf(asked, asked.as_of, nullptr, out->mutable_as_of());
}

JEJAK_ANSWER(ListContests) {
  (void)request;
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*context.ledger));
  const projection::Registry& registry = asked.queries->registry();
  for (const std::string& id : registry.election()->contests) {
    const projection::ContestEntry& contest = *registry.Contest(id);
    auto* one = out->add_contests();
    one->set_id(id);
    one->set_name(contest.state->name);
    for (const election::RegionCode& code : contest.state->covered)
      one->add_covered(code.display());
    for (const election::RegionCode& code : contest.state->excepted)
      one->add_excepted(code.display());
    for (const auto& [dapil, ballot] : contest.ballots) one->add_dapils(dapil);
    one->set_kind(std::string(Name(contest.state->kind)));
    one->set_last_stage(std::string(Name(contest.state->last_stage)));
    one->set_kpps_may_correct(contest.state->kpps_may_correct);
    for (const event::Deadline& deadline : contest.state->deadlines) {
      auto* until = one->add_deadlines();
      until->set_stage(std::string(Name(deadline.stage)));
      until->set_local_seconds(deadline.local_seconds);
    }
  }
  return {};
}

JEJAK_ANSWER(ListBallots) {
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskPage(*context.ledger, {}, request));
  JEJAK_ASSIGN_OR_RETURN(const projection::ContestEntry* contest,
                         FindContest(asked, request.contest()));
  if (!request.region().empty()) {
    JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ReadRegion(request.region()));
    const auto ballot = contest->OnlyBallotOf(region);
    if (ballot == nullptr)
      return Status(Reason::kNotFound, "no one ballot of region " + region.display());
    PutBallot(*ballot, out->add_ballots());
    return {};
  }
  for (auto at = contest->ballots.lower_bound(asked.page.at); at != contest->ballots.end(); ++at) {
    if (static_cast<size_t>(out->ballots_size()) == asked.page_size) {
      out->set_next_page_token(asked.NextPage(at->first));
      break;
    }
    PutBallot(*at->second, out->add_ballots());
  }
  return {};
}

JEJAK_ANSWER(GetRegion) {
  JEJAK_ASSIGN_OR_RETURN(const election::RegionCode region, ReadRegion(request.code(), "code"));
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*context.ledger));
  JEJAK_ASSIGN_OR_RETURN(const auto name, asked.queries->Region(region));
  PutRegion(name, out->mutable_region());
  JEJAK_ASSIGN_OR_RETURN(const auto expected, asked.queries->Expected(region));
  if (expected) out->set_expected(*expected);
  if (request.children_contest().empty()) return {};
  JEJAK_ASSIGN_OR_RETURN(const auto children,
                         asked.queries->Children(request.children_contest(), region));
  for (const election::RegionCode& child : children) {
    JEJAK_ASSIGN_OR_RETURN(const auto child_name, asked.queries->Region(child));
    PutRegion(child_name, out->add_children());
  }
  return {};
}

JEJAK_ANSWER(GetOfficial) {
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*context.ledger));
  JEJAK_ASSIGN_OR_RETURN(const auto official, asked.queries->Official(request.official()));
  out->set_official(request.official());
  if (const auto person = asked.view->PersonOf(request.official())) {
    out->set_name(person->name);
    out->set_salt(std::string(person->salt.view()));
  }
  out->set_name_commitment(std::string(official.name.view()));
  out->set_role(std::string(Name(official.role)));
  out->set_body(official.body);
  out->set_decree(official.decree);
  out->set_jurisdiction(official.jurisdiction.display());
  out->set_enrolled_at_index(official.enrolled_at.value);
  if (official.enrolled_at.value != 0) out->set_enrolled_by(official.enrolled_by);
  out->set_suspended(official.suspended);
  for (const PublicKey& key : official.keys) out->add_keys(std::string(key.view()));
  return {};
}

JEJAK_ANSWER(GetKey) {
  const auto key = PublicKey::From(request.key());
  if (!key) return BadField("key", "32 bytes");
  JEJAK_ASSIGN_OR_RETURN(const Asked asked, AskNewest(*context.ledger));
  Bytes value;
  if (!asked.rows().Get(projection::kKeys, key->view(), &value)) {
    JEJAK_RETURN_IF_ERROR(asked.rows().status());
    return Status(Reason::kKeyUnknown, "key " + ToHex(*key) + " is not enrolled");
  }
  const auto row = projection::Decode<projection::KeyRow>(value);
  if (!row) return Status(Reason::kLedgerDamaged, "the row of a key does not decode");
  const Wire wire(asked, context.body_json);
  JEJAK_RETURN_IF_ERROR(wire.PutAuthorOf(*key, out->mutable_author()));
  out->set_next_sequence(row->state.next_sequence);
  out->set_head(std::string(row->state.head.view()));
  out->set_revoked(row->state.revoked);
  out->set_suspended(row->state.suspended || row->state.official_suspended);
  if (row->suspect_since) PutTime(*row->suspect_since, out->mutable_suspect_since());
  return {};
}

}  // namespace jejak::service
