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

}  // namespace

Scratch::Scratch(std::filesystem::path folder) : folder_(std::move(folder)) {}

Result<std::unique_ptr<Scratch>> Scratch::Make(const std::filesystem::path& where) {
  std::string folder = (where / "jejak-scratch-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    return FromErrno(errno, "make a scratch folder in", where);
  std::unique_ptr<Scratch> out(new Scratch(folder));
  // All of them as projections: a generation that is never finished is written without a log.
  std::vector<store::TableSpec> tables(AllTables().begin(), AllTables().end());
  for (store::TableSpec& table : tables) table.kind = store::TableKind::kProjection;
  store::OpenOptions options;
  options.create_if_missing = true;
  options.cache_bytes = kCacheBytes;
  options.write_buffer_bytes = kWriteBufferBytes;
  JEJAK_ASSIGN_OR_RETURN(out->store_, store::Store::Open(folder, tables, options));
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

}  // namespace jejak::engine
