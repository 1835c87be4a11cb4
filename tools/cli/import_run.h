// Appends published versions in the order of import: what each adds becomes an event of the
// importer.
//
// Durability: a receipt is written to the receipts file only after the ledger has given it, and is
// flushed with its batch. Thread rule: one thread.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ledger/sirekap/plan.h"
#include "tools/cli/desk.h"

namespace jejak::cli {

// Where an importer's key may bring something in. MODE_FORBIDS in a live election and
// ROLE_NOT_ENTITLED for the key of anybody else: the ledger would log a refusal for each version,
// and suspend the key.
Result<election::RegionCode> ImporterPlace(Asker* asker, const PublicKey& key);

// What the ledger has registered of the contest. UNKNOWN_CONTEST.
Result<admission::ContestState> FindContest(Asker* asker, const std::string& id);

struct ImportSummary {
  sirekap::ImportCounts counts;
  uint64_t skipped = 0;
};

class ImportRun {
 public:
  // `receipts` may be empty: no file is written.
  static Result<std::unique_ptr<ImportRun>> Open(const Globals* globals, Desk* desk,
                                                 Signer signer, admission::ContestState contest,
                                                 election::RegionCode place, size_t batch,
                                                 const std::string& receipts);
  // `versions` are in the order of import.
  Status Add(const std::vector<sirekap::Version>& versions);
  const ImportSummary& summary() const { return summary_; }

 private:
  using Fields = std::set<election::FieldKey>;  // votes and party totals that a ballot has
  struct Station {
    Status usable;  // not OK: the ledger doesn't have it in this contest
    std::shared_ptr<const Fields> fields;
    sirekap::ImportedState state;
  };
  struct Pending {
    const sirekap::Version* version;
    sirekap::Decision decision;
  };
  ImportRun(const Globals* globals, Desk* desk, Signer signer, admission::ContestState contest,
            election::RegionCode place, size_t batch)
      : globals_(globals),
        desk_(desk),
        signer_(std::move(signer)),
        contest_(std::move(contest)),
        place_(place),
        planner_(contest_.id),
        batch_(batch),
        receipts_(nullptr, &std::fclose) {}

  Result<Station*> StationOf(const election::StationCode& tps);
  // Whether what was published can still become a version there.
  Status Usable(const election::StationCode& tps) const;
  Status ReadRounds();
  // Empty where there is no ballot.
  Result<std::shared_ptr<const Fields>> FieldsOf(const election::StationCode& tps);
  // What the ledger holds of a station from imports before.
  Result<sirekap::ImportedState> StateOf(const election::StationCode& tps) const;
  Status AddOne(const sirekap::Version& version);
  Status Flush();
  Status WriteReceipts(const std::vector<engine::Outcome>& outcomes);
  void Skip(const sirekap::Version& version, const Status& why);

  const Globals* globals_;
  Desk* desk_;
  Signer signer_;
  const admission::ContestState contest_;
  const election::RegionCode place_;
  std::vector<election::RegionCode> in_later_rounds_;
  const sirekap::ImportPlanner planner_;
  const size_t batch_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> receipts_;
  std::map<election::StationCode, Station> stations_;
  std::map<std::string, std::shared_ptr<const Fields>> ballots_;  // by the code of their dapil
  std::vector<event::SignedEvent> events_;
  std::vector<Pending> pending_;
  ImportSummary summary_;
};

}  // namespace jejak::cli
