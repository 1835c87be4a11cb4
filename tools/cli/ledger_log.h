// A view of a ledger as what is exported.
//
// Thread rule: as the view's.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "ledger/engine/view.h"
#include "ledger/publish/export.h"

namespace jejak::cli {

class LedgerLog final : public publish::Log {
 public:
  explicit LedgerLog(std::shared_ptr<const engine::View> view) : view_(std::move(view)) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return view_->EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return view_->Checkpoint(); }

 private:
  const std::shared_ptr<const engine::View> view_;
};

}  // namespace jejak::cli
