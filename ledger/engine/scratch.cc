#include "ledger/engine/scratch.h"

#include <stdlib.h>

#include <cerrno>
#include <vector>

#include "ledger/base/files.h"
#include "ledger/engine/tables.h"
#include "ledger/engine/written_keys.h"

namespace jejak::engine {
namespace {

// Small, since the fold keeps what it looks up again in its own caches.
constexpr size_t kCacheBytes = size_t{64} << 20;
constexpr size_t kWriteBufferBytes = size_t{128} << 20;

}  // namespace

class Scratch::Reader final : public KeyValueReader {
 public:
  explicit Reader(const KeyValueReader* base) : base_(base) {}
  bool Get(TableId table, ByteView key, Bytes* value) const override {
    return written.MayHave(table, key) && base_->Get(table, key, value);
  }
  std::unique_ptr<Cursor> NewCursor(TableId table) const override {
    return base_->NewCursor(table);
  }
  Status status() const override { return base_->status(); }

  WrittenKeys written;

 private:
  const KeyValueReader* const base_;
};

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
  out->reader_ = std::make_unique<Reader>(&out->generation_->reader());
  return out;
}

Scratch::~Scratch() {
  reader_.reset();
  generation_.reset();
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

const KeyValueReader& Scratch::reader() const { return *reader_; }

Status Scratch::Write(Overlay* rows) {
  store::SortedRows sorted;
  rows->Drain([&](const RowChange& change) {
    sorted.Add(change);
    reader_->written.Add(change.table, change.key);
  });
  return generation_->Write(sorted);
}

}  // namespace jejak::engine
