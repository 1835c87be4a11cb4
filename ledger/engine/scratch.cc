#include "ledger/engine/scratch.h"

#include <stdlib.h>

#include <cerrno>
#include <vector>

#include "ledger/base/files.h"
#include "ledger/engine/tables.h"

namespace jejak::engine {
namespace {

// Small, since the fold keeps what it looks up again in its own caches.
constexpr size_t kCacheBytes = size_t{64} << 20;
constexpr size_t kWriteBufferBytes = size_t{128} << 20;

// The tables as projections, so that a generation of all of them can be written.
std::vector<store::TableSpec> Tables() {
  std::vector<store::TableSpec> out(AllTables().begin(), AllTables().end());
  for (store::TableSpec& table : out) table.kind = store::TableKind::kProjection;
  return out;
}

store::OpenOptions Options() {
  store::OpenOptions options;
  options.create_if_missing = true;
  options.cache_bytes = kCacheBytes;
  options.write_buffer_bytes = kWriteBufferBytes;
  return options;
}

}  // namespace

Scratch::Scratch(std::filesystem::path folder) : folder_(std::move(folder)) {}

Result<std::unique_ptr<Scratch>> Scratch::Make(const std::filesystem::path& where) {
  std::string folder = (where / "jejak-scratch-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    return FromErrno(errno, "make a scratch folder in", where);
  std::unique_ptr<Scratch> out(new Scratch(folder));
  JEJAK_ASSIGN_OR_RETURN(out->store_, store::Store::Open(folder, Tables(), Options()));
  JEJAK_RETURN_IF_ERROR(out->store_->ConfirmHead());
  JEJAK_ASSIGN_OR_RETURN(out->generation_, out->store_->BeginGeneration());
  out->rows_ = std::make_unique<GenerationRows>(out->generation_.get(), std::nullopt);
  return out;
}

Scratch::~Scratch() {
  rows_.reset();
  generation_.reset();
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

const KeyValueReader& Scratch::reader() const { return rows_->reader(); }
Status Scratch::Write(Overlay* rows) { return rows_->Write(rows); }
Status Scratch::Settle() { return rows_->Settle(); }

Result<std::unique_ptr<LiveScratch>> LiveScratch::Make(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (error) return FromErrno(error.value(), "remove", folder);
  std::unique_ptr<LiveScratch> out(new LiveScratch(folder));
  JEJAK_ASSIGN_OR_RETURN(out->store_, store::Store::Open(folder, Tables(), Options()));
  JEJAK_RETURN_IF_ERROR(out->store_->ConfirmHead());
  out->snapshot_ = out->store_->Snapshot();
  return out;
}

LiveScratch::~LiveScratch() {
  snapshot_.reset();
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Status LiveScratch::Write(Overlay* rows) {
  store::WriteSet changes = store_->NewWriteSet();
  rows->Drain([&](const RowChange& change) { changes.Add(change); });
  store::HeadRecord head = store_->head();
  ++head.commit;
  JEJAK_RETURN_IF_ERROR(store_->Commit(std::move(changes), head));
  snapshot_ = store_->Snapshot();
  return {};
}

}  // namespace jejak::engine
