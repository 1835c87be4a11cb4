// What the attacks share: the honest ledger, what an auditor kept of it, and the auditor's program.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/kv.h"
#include "tests/tamper/book.h"

namespace jejak::tamper {

// A row of the database; no value: it goes.
struct StoredRow {
  TableId table;
  Bytes key;
  std::optional<Bytes> value;
};

class Stage {
 public:
  // Makes the honest ledger with `program` in the empty folder `work`.
  static Result<std::unique_ptr<Stage>> Make(const fs::path& program, const fs::path& work);

  const Book& honest() const { return *honest_; }
  const fs::path& ledger() const { return ledger_; }
  const fs::path& exported() const { return export_; }
  // The checkpoint that an auditor kept, of the whole ledger.
  const fs::path& kept() const { return kept_; }
  const std::string& vkey() const { return vkey_; }
  std::string election() const;

  // A path that nothing is at yet.
  fs::path Fresh(const std::string& name);
  // A copy of the ledger or of another folder.
  fs::path CopyOf(const fs::path& folder);

  // Runs the program with --json. "OK"; or the reason it gave, with the index of the entry and the
  // rule's own reason if it named them ("VERDICT_DIFFERS@17 KEY_REVOKED"); or how it died.
  std::string Run(const std::vector<std::string>& arguments) const;
  std::string Open(const fs::path& ledger) const;
  std::string Verify(const fs::path& ledger) const;
  std::string VerifyExport(const fs::path& folder) const;

  // A lie that the operator tells with the ledger's key, in a ledger and in an export. The ledger
  // must open; the answer is what verification said of both, or both if they differ. `since`: with
  // the checkpoint that was kept; then it must pass without.
  std::string Tell(const Book& lie, bool since = false);
  std::string TellInExport(const Book& lie, const std::string& checkpoint);
  // `change` written into the database of a copy of the ledger, as its next commit.
  std::string Edit(const std::vector<StoredRow>& changes);
  fs::path Edited(const std::vector<StoredRow>& changes);
  // A row of the honest ledger: the first of the table whose key begins so.
  StoredRow Row(TableId table, ByteView prefix = {}) const;

  // The first index at or after `from` that fits; the ledger must have one.
  using Fits = std::function<bool(const event::Entry&, const event::Event&)>;
  size_t Find(const Fits& fits, size_t from = 0) const;
  // The newest.
  size_t FindLast(const Fits& fits) const;
  // An accepted result that its author went on after, if `more`, or didn't.
  size_t Form(bool more) const;
  // Author of the entry, as an official.
  std::string AuthorOf(size_t index) const;
  // The next entry of the same author after `index`; none when there is none.
  std::optional<size_t> NextOf(size_t index) const;

 private:
  fs::path program_, work_, ledger_, export_, kept_;
  std::string vkey_;
  std::unique_ptr<Book> honest_;
  std::vector<std::string> authors_;  // by index
  int fresh_ = 0;
};

// A refusal to go on: the tamper table itself is broken.
[[noreturn]] void Broken(const std::string& why);
void Must(const Status& status);

}  // namespace jejak::tamper
