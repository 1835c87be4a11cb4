#include "tools/jejakd/witnesses.h"

#include <utility>

#include "ledger/base/files.h"
#include "ledger/base/reason.h"
#include "ledger/merkle/tree_reader.h"
#include "ledger/publish/cosigned.h"
#include "ledger/publish/export_reader.h"

namespace jejak::daemon {

Result<std::unique_ptr<Witnesses>> Witnesses::Make(Options options, Telemetry* telemetry) {
  JEJAK_ASSIGN_OR_RETURN(const Bytes text,
                         ReadFile(options.policy_file, witness::kPolicyBytesMax));
  auto policy = witness::Policy::Parse(text);
  if (!policy.ok()) {
    return Status(policy.status().reason(),
                  "witness.policy: " + options.policy_file + ": " + policy.status().message());
  }
  return std::unique_ptr<Witnesses>(
      new Witnesses(std::move(*policy), std::move(options), telemetry));
}

Witnesses::Witnesses(witness::Policy policy, Options options, Telemetry* telemetry)
    : telemetry_(telemetry),
      transport_(witness::MakeHttpTransport(
          [this, told = std::move(options.told_to_end)] { return given_up_ || (told && told()); })),
      cosigner_(std::move(policy), std::move(options.log_keys), transport_.get()) {}

Witnesses::~Witnesses() { Stop(); }

void Witnesses::Stop() {
  given_up_ = true;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Witnesses::Report(const std::vector<witness::WitnessReply>& replies) {
  for (const witness::WitnessReply& reply : replies) {
    std::string now(reply.status.ok() ? "well" : InfoOf(reply.status.reason()).name);
    // Without what the ledger itself has, which changes with every entry.
    const bool against = reply.against != witness::Against::kNothing;
    const bool shown = reply.against == witness::Against::kEvidence;
    if (against) now += shown ? ", shown" : ", said";
    std::string key = now;
    if (against && reply.holds) key += " " + std::to_string(reply.holds->value);
    std::string& told = told_[reply.name];
    if (key == told) continue;
    told = std::move(key);
    telemetry_->Info("witness " + reply.name + ": " + now +
                     (against ? ": " + reply.status.message() : std::string()));
  }
}

Status Witnesses::MaySign(const std::string& checkpoint, const merkle::TileSource& tiles) {
  JEJAK_ASSIGN_OR_RETURN(const auto replies, cosigner_.AskWhatTheyHold(checkpoint, tiles));
  Report(replies);
  return cosigner_.MayStillSign(replies);
}

Status Witnesses::Recall(const std::filesystem::path& folder, const merkle::TileSource& tiles,
                         TreeSize size, const merkle::VerifierKey& log) {
  const auto kept = publish::NewestCosigned(folder);
  if (kept.ok() && kept->empty()) return {};
  const witness::Policy& policy = cosigner_.policy();
  auto opened = kept.ok() ? merkle::OpenCheckpoint(*kept, log, policy.WitnessKeys())
                          : Result<merkle::SignedCheckpoint>(kept.status());
  if (opened.ok() && !policy.Met(*opened))
    opened = Status(Reason::kNoteUnverified, "the policy's quorum did not cosign it");
  if (!opened.ok()) {
    telemetry_->Info("the cosigned checkpoint that was kept is not served: " +
                     std::string(InfoOf(opened.status().reason()).name));
    return {};
  }
  const merkle::Checkpoint& checkpoint = opened->checkpoint;
  const Status rolled_back =
      Status(Reason::kRolledBack, "a quorum cosigned more of this log than is here, or another")
          .With("have", std::to_string(size.value))
          .With("cosigned", std::to_string(checkpoint.size.value));
  if (checkpoint.size > size) return rolled_back;
  JEJAK_ASSIGN_OR_RETURN(const Hash root, merkle::RootAt(tiles, checkpoint.size));
  if (root != checkpoint.root) return rolled_back;
  const std::lock_guard lock(mutex_);
  cosigned_ = *kept;
  telemetry_->Cosigned(checkpoint.size, true);
  return {};
}

void Witnesses::Start(std::filesystem::path folder, witness::NewestLog newest) {
  folder_ = std::move(folder);
  newest_ = std::move(newest);
  published_ = true;  // what was published last may lack their cosignatures
  thread_ = std::thread([this] { Run(); });
}

void Witnesses::Published() {
  const std::lock_guard lock(mutex_);
  published_ = true;
  changed_.notify_all();
}

Status Witnesses::status() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

std::string Witnesses::Cosigned() const {
  const std::lock_guard lock(mutex_);
  return cosigned_;
}

void Witnesses::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return published_ || stopping_; });
    if (stopping_) return;
    published_ = false;
    lock.unlock();
    Status status = Bring();
    lock.lock();
    if (failed_.ok()) failed_ = std::move(status);
  }
}

// What fails here, but for another history, is reported and tried again with the next checkpoint.
Status Witnesses::Bring() {
  const auto reader = publish::ExportReader::Open(folder_);
  if (!reader.ok()) {
    telemetry_->Failure(reader.status());
    return {};
  }
  const auto checkpoint = (*reader)->Checkpoint();
  const auto report = checkpoint.ok() ? cosigner_.AskWitnesses(*checkpoint, **reader, newest_)
                                      : Result<witness::CosignReport>(checkpoint.status());
  if (!report.ok()) {
    telemetry_->Failure(report.status());
    return {};
  }
  if (report->quorum) {
    const Status kept = publish::PutNewestCosigned(folder_, report->checkpoint);
    if (!kept.ok()) telemetry_->Failure(kept);
    const std::lock_guard lock(mutex_);
    cosigned_ = report->checkpoint;
  }
  const auto put = publish::PutCosigned(folder_, report->checkpoint);
  if (!put.ok()) telemetry_->Failure(put.status());
  Report(report->replies);
  telemetry_->Cosigned((*reader)->size(), report->quorum);
  return cosigner_.MayStillSign(report->replies);
}

}  // namespace jejak::daemon
