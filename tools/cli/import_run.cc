#include "tools/cli/import_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tools/cli/present.h"

namespace jejak::cli {
namespace {

// How a line of the receipts file begins, and more bytes than one has.
constexpr std::string_view kReceiptStart = "{\"index\":";
constexpr size_t kReceiptBytesMax = size_t{64} << 10;

Status FileFailed(int error) {
  const Reason reason = error == ENOSPC   ? Reason::kDiskFull
                        : error == ENOENT ? Reason::kFileMissing
                        : error == EACCES ? Reason::kPermissionDenied
                                          : Reason::kIoError;
  return Status(reason, fmt::format("the receipts file: {}", std::strerror(error)));
}

// A run that was killed may have left the beginning of a receipt. What it would have said stands in
// the ledger; anything else that the file ends with is left alone, and refused.
Status CutTornLine(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size == 0) return OkStatus();  // none yet, or no regular file
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (!file) return FileFailed(errno);
  std::string tail(static_cast<size_t>(std::min<uintmax_t>(size, kReceiptBytesMax)), '\0');
  if (std::fseek(file.get(), -static_cast<long>(tail.size()), SEEK_END) != 0 ||
      std::fread(tail.data(), 1, tail.size(), file.get()) != tail.size()) {
    return FileFailed(errno);
  }
  if (tail.back() == '\n') return OkStatus();
  const size_t line = tail.rfind('\n');
  const size_t start = line == std::string::npos ? 0 : line + 1;
  const std::string_view torn = std::string_view(tail).substr(start);
  const std::string_view common = torn.substr(0, kReceiptStart.size());
  if (!kReceiptStart.starts_with(common)) {
    return Status(Reason::kInputMalformed,
                  fmt::format("{} does not end with a receipt: name another file", path))
        .With("file", path);
  }
  std::filesystem::resize_file(path, size - torn.size(), error);
  return error ? FileFailed(error.value()) : OkStatus();
}

const std::optional<event::Source>* SourceOf(const event::Body& body) {
  if (const auto* submitted = std::get_if<event::ResultSubmitted>(&body)) return &submitted->source;
  if (const auto* corrected = std::get_if<event::ResultCorrected>(&body)) return &corrected->source;
  return nullptr;
}

}  // namespace

Result<election::RegionCode> ImporterPlace(Asker* asker, const PublicKey& key) {
  JEJAK_ASSIGN_OR_RETURN(const auto* election, asker->Election());
  if (election->mode() == Name(election::Mode::kLive))
    return Status(Reason::kModeForbids, "published data is imported outside of live elections");
  jejak::v1::GetKeyRequest request;
  request.set_key(std::string(key.view()));
  jejak::v1::GetKeyResponse answer;
  JEJAK_RETURN_IF_ERROR(asker->Ask(request, &answer));
  if (answer.author().role() != Name(election::Role::kImporter)) {
    return Status(Reason::kRoleNotEntitled,
                  fmt::format("{} is {}, and no importer", answer.author().official(),
                              answer.author().role()));
  }
  return ParseRegion(answer.author().jurisdiction().empty() ? "0"
                                                            : answer.author().jurisdiction());
}

Result<admission::ContestState> FindContest(Asker* asker, const std::string& id) {
  jejak::v1::ListContestsResponse contests;
  JEJAK_RETURN_IF_ERROR(asker->Ask(jejak::v1::ListContestsRequest(), &contests));
  for (const auto& contest : contests.contests()) {
    if (contest.id() != id) continue;
    admission::ContestState out;
    out.id = id;
    const auto kind = election::Parse<election::ContestKind>(contest.kind());
    if (!kind) return Status(Reason::kInternal, "the server answered with a wrong contest");
    out.kind = *kind;
    for (const std::string& code : contest.covered()) {
      JEJAK_ASSIGN_OR_RETURN(out.covered.emplace_back(), ParseRegion(code));
    }
    for (const std::string& code : contest.excepted()) {
      JEJAK_ASSIGN_OR_RETURN(out.excepted.emplace_back(), ParseRegion(code));
    }
    return out;
  }
  return Status(Reason::kUnknownContest, fmt::format("\"{}\"", id));
}

Result<std::unique_ptr<ImportRun>> ImportRun::Open(const Globals* globals, Desk* desk,
                                                   Signer signer, admission::ContestState contest,
                                                   election::RegionCode place, size_t batch,
                                                   const std::string& receipts) {
  std::unique_ptr<ImportRun> run(
      new ImportRun(globals, desk, std::move(signer), std::move(contest), place, batch));
  JEJAK_RETURN_IF_ERROR(run->ReadRounds());
  if (!receipts.empty()) {
    JEJAK_RETURN_IF_ERROR(CutTornLine(receipts));
    run->receipts_.reset(std::fopen(receipts.c_str(), "ab"));
    if (!run->receipts_) return FileFailed(errno);
  }
  return run;
}

// What is published has no rounds: where another was opened, nothing is brought into it.
Status ImportRun::ReadRounds() {
  jejak::v1::ListRecordsRequest request;
  request.set_kind(jejak::v1::RECORD_KIND_ROUND);
  request.set_contest(contest_.id);
  while (true) {
    jejak::v1::ListRecordsResponse answer;
    JEJAK_RETURN_IF_ERROR(desk_->asker()->Ask(request, &answer));
    for (const jejak::v1::Record& record : answer.records()) {
      JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, ReadEntryOf(record.entry()));
      const auto* opened = std::get_if<event::RoundOpened>(&entry.event.body);
      if (opened == nullptr || record.has_cancelled_by()) continue;
      in_later_rounds_.insert(in_later_rounds_.end(), opened->places.begin(), opened->places.end());
    }
    const bool same = answer.next_page_token() == request.page().token();
    if (answer.next_page_token().empty() || same) return OkStatus();
    request.mutable_page()->set_token(answer.next_page_token());
  }
}

Status ImportRun::Usable(const election::StationCode& tps) const {
  if (!contest_.Covers(tps)) return Status(Reason::kOutsideContest, tps.str());
  if (!place_.Contains(tps)) return Status(Reason::kOutsideJurisdiction, tps.str());
  const bool later = std::any_of(in_later_rounds_.begin(), in_later_rounds_.end(),
                                 [&](const auto& place) { return place.Contains(tps); });
  if (later)
    return Status(Reason::kUnknownRound, tps.str() + ": another round was opened since");
  return OkStatus();
}

Result<sirekap::ImportedState> ImportRun::StateOf(const election::StationCode& tps) const {
  sirekap::ImportedState state;
  jejak::v1::GetHistoryRequest request;
  request.set_contest(contest_.id);
  request.set_tps(tps.str());
  JEJAK_ASSIGN_OR_RETURN(const jejak::v1::GetHistoryResponse history,
                         AskWholeHistory(desk_->asker(), std::move(request)));
  if (history.versions().empty()) return state;
  const jejak::v1::FormVersion& newest = *history.versions().rbegin();
  JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry entry, ReadEntryOf(newest.entry()));
  state.any = true;
  state.newest = entry.hash;
  JEJAK_ASSIGN_OR_RETURN(state.values, ReadValues(newest.values()));
  std::sort(state.values.begin(), state.values.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  for (const jejak::v1::Evidence& page : newest.evidence()) {
    event::Evidence one{static_cast<uint16_t>(page.page()), page.media_type(), std::nullopt,
                        page.url()};
    if (!page.sha256().empty()) one.sha256 = Hash::From(page.sha256());
    state.evidence.push_back(std::move(one));
  }
  // The newest version that an import brought; others may have corrected it since.
  for (auto at = history.versions().rbegin(); at != history.versions().rend(); ++at) {
    JEJAK_ASSIGN_OR_RETURN(const projection::ReadEntry version, ReadEntryOf(at->entry()));
    const auto* source = SourceOf(version.event.body);
    if (source == nullptr || !source->has_value() || (*source)->system != sirekap::kSourceSystem)
      continue;
    state.time = sirekap::TimeOf(**source);
    break;
  }
  return state;
}

Result<std::shared_ptr<const ImportRun::Fields>> ImportRun::FieldsOf(
    const election::StationCode& tps) {
  jejak::v1::ListBallotsRequest request;
  request.set_contest(contest_.id);
  request.set_region(tps.str());
  jejak::v1::ListBallotsResponse answer;
  const Status found = desk_->asker()->Ask(request, &answer);
  if (!found.ok() && found.reason() != Reason::kNotFound) return found;
  if (answer.ballots().empty()) return std::make_shared<const Fields>();
  const jejak::v1::Ballot& ballot = answer.ballots(0);
  std::shared_ptr<const Fields>& known = ballots_[ballot.dapil()];
  if (known) return known;
  auto fields = std::make_shared<Fields>();
  for (const auto& choice : ballot.choices()) {
    for (const char* kind : {"votes.", "party_total."}) {
      const auto field = election::ParseField(kind + choice.id());
      const bool party = choice.kind() == Name(election::ChoiceKind::kParty);
      if (field && (party || field->kind == election::FieldKind::kVotes)) fields->insert(*field);
    }
  }
  known = std::move(fields);
  return known;
}

Result<ImportRun::Station*> ImportRun::StationOf(const election::StationCode& tps) {
  const auto [it, added] = stations_.try_emplace(tps);
  if (!added) return &it->second;
  jejak::v1::GetRegionRequest request;
  request.set_code(tps.str());
  jejak::v1::GetRegionResponse region;
  const Status found = desk_->asker()->Ask(request, &region);
  if (!found.ok() && found.reason() != Reason::kUnknownStation) return found;
  it->second.usable = found.ok() ? Usable(tps) : found;
  if (!it->second.usable.ok()) return &it->second;
  JEJAK_ASSIGN_OR_RETURN(it->second.fields, FieldsOf(tps));
  JEJAK_ASSIGN_OR_RETURN(it->second.state, StateOf(tps));
  return &it->second;
}

void ImportRun::Skip(const sirekap::Version& version, const Status& why) {
  ++summary_.skipped;
  globals_->console.Note(fmt::format("{}:{}: {}", *version.origin.file, version.origin.line,
                                     globals_->console.ErrorLine(why)));
}

Status ImportRun::AddOne(const sirekap::Version& version) {
  JEJAK_ASSIGN_OR_RETURN(Station* const station, StationOf(version.tps));
  if (!station->usable.ok()) {
    Skip(version, station->usable);
    return OkStatus();
  }
  // The ledger would refuse it for a choice that isn't on the ballot, and the versions after it,
  // which would build on it.
  for (const election::FieldValue& value : version.values) {
    if (value.key.kind == election::FieldKind::kFigure || station->fields->contains(value.key))
      continue;
    Skip(version, Status(Reason::kUnknownChoice, election::FieldName(value.key)));
    return OkStatus();
  }
  sirekap::Plan plan = planner_.Decide(station->state, version);
  event::Body body;
  if (auto* submitted = std::get_if<event::ResultSubmitted>(&plan.body)) {
    body = *submitted;
  } else if (auto* corrected = std::get_if<event::ResultCorrected>(&plan.body)) {
    body = *corrected;
  } else {
    summary_.counts.Add(plan.decision);
    return OkStatus();
  }
  Hash hash;
  auto event = signer_.Sign(std::move(body), plan.occurred_at, &hash);
  if (!event.ok()) {
    Skip(version, event.status());
    return OkStatus();
  }
  sirekap::Apply(plan, version, hash, &station->state);
  events_.push_back(std::move(*event));
  pending_.push_back({&version, plan.decision});
  return events_.size() >= batch_ ? Flush() : OkStatus();
}

Status ImportRun::WriteReceipts(const std::vector<engine::Outcome>& outcomes) {
  if (!receipts_) return OkStatus();
  for (const engine::Outcome& outcome : outcomes) {
    if (!outcome.receipt) continue;
    const std::string line = DumpLine(ReceiptToJson(*outcome.receipt)) + "\n";
    if (std::fwrite(line.data(), 1, line.size(), receipts_.get()) != line.size())
      return FileFailed(errno);
  }
  if (std::fflush(receipts_.get()) != 0) return FileFailed(errno);
  return OkStatus();
}

Status ImportRun::Flush() {
  if (events_.empty()) return OkStatus();
  Handing handing;
  handing.proofs = receipts_ != nullptr;
  JEJAK_ASSIGN_OR_RETURN(const std::vector<engine::Outcome> outcomes,
                         desk_->Submit(std::move(events_), std::move(handing)));
  events_.clear();
  JEJAK_RETURN_IF_ERROR(WriteReceipts(outcomes));
  for (size_t i = 0; i < outcomes.size(); ++i) {
    // The next events would not follow on this one: the run ends, and the next one goes on from the
    // ledger.
    JEJAK_RETURN_IF_ERROR(outcomes[i].door);
    const engine::Receipt& receipt = *outcomes[i].receipt;
    if (receipt.refusal) {
      Skip(*pending_[i].version, RefusalOf(receipt));
      stations_.erase(pending_[i].version->tps);  // to be read again: it isn't as was thought
    } else {
      summary_.counts.Add(pending_[i].decision);
    }
  }
  pending_.clear();
  return OkStatus();
}

Status ImportRun::Add(const std::vector<sirekap::Version>& versions) {
  Progress progress(std::string(globals_->console.T("importing", "mengimpor")), versions.size());
  for (size_t i = 0; i < versions.size(); ++i) {
    JEJAK_RETURN_IF_ERROR(AddOne(versions[i]));
    if (i % 64 == 0) progress.Show(i);
  }
  JEJAK_RETURN_IF_ERROR(Flush());
  if (receipts_ && fsync(fileno(receipts_.get())) != 0) return FileFailed(errno);
  return OkStatus();
}

}  // namespace jejak::cli
