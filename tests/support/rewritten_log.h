// A log of a small election that its ledger rewrites.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "ledger/engine/ledger.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/verify/verify.h"
#include "tests/support/small_election.h"

namespace jejak::testing {

// A log that whoever has the ledger's key can rewrite and seal.
struct RewrittenLog final : verify::LogSource {
  static constexpr std::string_view kOrigin = "jejak.example/small";

  std::vector<Bytes> entries;
  std::string checkpoint;
  explicit RewrittenLog(const engine::View& view) {
    for (uint64_t i = 0; i < view.size().value; ++i)
      entries.push_back(*view.EntryBytes(LogIndex(i)));
  }
  Result<Bytes> EntryBytes(LogIndex index) const override {
    if (index.value < entries.size()) return entries[index.value];
    return Status(Reason::kNotFound, "no such entry");
  }
  Result<std::string> Checkpoint() const override { return checkpoint; }
  std::string Fault() {
    std::vector<Hash> leaves;
    for (const Bytes& entry : entries) leaves.push_back(merkle::LeafHash(entry));
    checkpoint = merkle::FormatNote(merkle::SignCheckpoint(
        {std::string(kOrigin), TreeSize(leaves.size()), merkle::RootOf(leaves), {}},
        SmallElection::KeyOf("ledger")));
    const auto report = verify::Verify(*this, {});
    if (!report.ok()) return report.status().ToString();
    if (!report->fault) return fmt::format("ok, {} commitments", report->commitments);
    return fmt::format("{} {}", report->fault->what,
                       report->fault->index ? report->fault->index->value : 0);
  }
};

}  // namespace jejak::testing
