// The export that a ledger is bound to: a folder whose newest published checkpoint the ledger
// continues, or else it signs nothing. An older copy of a ledger, put in its place with HEAD and
// all, is seen by this and by nothing else on the machine.
//
// The binding is the file EXPORT in the ledger's folder, so that every program that opens the
// ledger to write finds it, and a copy of the ledger carries it along. Its bytes:
// docs/reference/storage.md.
//
// Thread rule: any thread; who changes the binding holds the ledger's lock.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ledger/base/status.h"
#include "ledger/engine/view.h"

namespace jejak::engine {

// None when the ledger in `dir` is bound to none. LEDGER_DAMAGED for a file that doesn't read.
Result<std::optional<std::filesystem::path>> BoundExport(const std::filesystem::path& dir);
// Binds the ledger in `dir` to the export in `folder`, or to none, durably.
Status BindExport(const std::filesystem::path& dir,
                  const std::optional<std::filesystem::path>& folder);

// That the log, whose origin is `origin`, continues what is published in `folder`. EXPORT_DIFFERS
// when that can't be read or is of another log, ROLLED_BACK when the log is shorter, or has another
// root at that size.
Status CheckPublished(const View& view, const std::string& origin,
                      const std::filesystem::path& folder);

}  // namespace jejak::engine
