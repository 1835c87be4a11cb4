// Rows of projections on disk that are gone with the object: where a whole log is folded only to
// look at what comes out.
//
// Thread rule: one thread at a time. Durability: none.
#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "ledger/base/row_store.h"
#include "ledger/engine/generation_rows.h"
#include "ledger/store/store.h"

namespace jejak::engine {

class Scratch final : public RowStore {
 public:
  // Makes a folder with a name of its own inside `where`.
  static Result<std::unique_ptr<Scratch>> Make(const std::filesystem::path& where);
  ~Scratch() override;

  const KeyValueReader& reader() const override;
  Status Write(Overlay* rows) override;
  Status Settle() override;

 private:
  explicit Scratch(std::filesystem::path folder);

  const std::filesystem::path folder_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::GenerationWriter> generation_;
  std::unique_ptr<GenerationRows> rows_;
};

// The same for a log that goes on: few rows at a time.
class LiveScratch final : public RowStore {
 public:
  // In `folder`, whatever was there before.
  static Result<std::unique_ptr<LiveScratch>> Make(const std::filesystem::path& folder);
  ~LiveScratch() override;

  const KeyValueReader& reader() const override { return *snapshot_; }
  Status Write(Overlay* rows) override;

 private:
  explicit LiveScratch(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path folder_;
  std::unique_ptr<store::Store> store_;
  std::shared_ptr<const KeyValueReader> snapshot_;
};

}  // namespace jejak::engine
