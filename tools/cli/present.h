// How answers are shown: authors, receipts, tallies, as JSON and as words.
//
// Thread rule: one thread.
#pragma once

#include <map>
#include <string>

#include "ledger/engine/as_of.h"
#include "ledger/projection/page_token.h"
#include "tools/cli/commands.h"
#include "tools/cli/registrar.h"
#include "tools/cli/session.h"

namespace jejak::cli {

// Authors with the names that the people table gives; each is looked up once.
class Authors {
 public:
  virtual ~Authors() = default;
  Json Object(const projection::Author& author);
  // Null for a key that was never enrolled.
  Json Of(const PublicKey& key);
  // "kpps-6501… (kpps), Siti Aminah"
  std::string Words(const projection::Author& author);

 protected:
  virtual std::optional<projection::Author> Find(const PublicKey& key) = 0;
  virtual std::optional<std::string> NameOf(const std::string& official) = 0;

 private:
  std::map<PublicKey, Json> objects_;
};

// As a local ledger has them.
class LocalAuthors final : public Authors {
 public:
  explicit LocalAuthors(const Session* session) : session_(session) {}

 protected:
  std::optional<projection::Author> Find(const PublicKey& key) override;
  std::optional<std::string> NameOf(const std::string& official) override;

 private:
  const Session* session_;
  std::map<std::string, std::optional<std::string>> names_;
};

Json ReceiptToJson(const engine::Receipt& receipt);
// {"reason","message","number"}, or null.
Json RefusalToJson(const Console& console, const std::optional<event::Refusal>& refusal);
// Receipts of one command: prints them, with "error" for one that was refused, which it returns.
Status ShowReceipt(const Console& console, const engine::Receipt& receipt, Run* run);

// Receipts of several events of one command, then `done`; closes the session first.
Status ShowReceipts(const Console& console, Session& session, const Registrar& registrar,
                    const Status& done, Run* run);

Json RegionToJson(const projection::RegionName& region);
Json StationsToJson(const projection::Tally& tally);
Json SumsToJson(const projection::Tally& tally);     // "votes"
Json FiguresToJson(const projection::Tally& tally);  // "figures"
Json PresentToJson(const projection::Tally& tally);  // "present"
// Figures of one station: every one, absent ones null.
Json FiguresOfValues(const std::vector<election::FieldValue>& values);
Json VotesOfValues(const std::vector<election::FieldValue>& values);

using engine::AsOf;
// What the session's queries answer for.
Result<AsOf> AsOfNow(const Session& session);
// The size that --as-of, --from or --to names: a size, a time, observed: and a time; empty for the
// newest. AS_OF_TOO_EARLY, AS_OF_BEYOND_END.
Result<TreeSize> ParsePoint(const Session& session, const std::string& text);
// Makes the session answer as of that point.
Result<AsOf> GoTo(Session* session, const std::string& text);
Json AsOfToJson(const AsOf& as_of);

// Where a page starts. A token keeps the size of its first page: the session answers as of that,
// else as of `as_of`.
Result<projection::PageStart> GoToPage(Session* session, size_t page_size,
                                       const std::string& token, const std::string& as_of = "");

// "ARCHIVE", "SIMULATION: the votes are invented", "" when live.
std::string ModeWords(const Session& session, const Console& console);
// "as of 2024-… , 2,300 entries"
std::string AsOfWords(const AsOf& as_of, const Console& console);

// Reads --region: a code of 2 to 13 digits, "0" for the nation.
Result<election::RegionCode> ParseRegion(const std::string& text);
// Reads --choice or --figure; exactly one is given.
Result<election::FieldKey> ParseNumber(const std::string& choice, const std::string& figure);
std::string ShortHash(const Hash& hash);

}  // namespace jejak::cli
