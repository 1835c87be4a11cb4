// How answers are shown: authors, receipts, tallies, as JSON and as words.
//
// Thread rule: one thread.
#pragma once

#include <map>
#include <string>

#include "ledger/engine/as_of.h"
#include "tools/cli/asker.h"
#include "tools/cli/commands.h"
#include "tools/cli/desk.h"
#include "tools/cli/registrar.h"

namespace jejak::cli {

Json AuthorToJson(const jejak::v1::Author& author);
// "kpps-6501… (kpps), Siti Aminah"
std::string AuthorWords(const jejak::v1::Author& author);

// Authors by their keys; each that is not known yet is asked for once.
class Authors {
 public:
  explicit Authors(Asker* asker) : asker_(asker) {}
  template <typename List>
  void Learn(const List& authors) {
    for (const jejak::v1::Author& author : authors) Learn(author);
  }
  void Learn(const jejak::v1::Author& author);
  // Null for a key that was never enrolled.
  Json Of(const PublicKey& key);
  // Its hex digits for a key that was never enrolled.
  std::string Words(const PublicKey& key);

 private:
  const std::optional<jejak::v1::Author>& Find(const PublicKey& key);

  Asker* asker_;
  std::map<PublicKey, std::optional<jejak::v1::Author>> known_;
};

Json ReceiptToJson(const engine::Receipt& receipt);
// {"reason","message","number"}, or null.
Json RefusalToJson(const Console& console, const std::optional<event::Refusal>& refusal);
// Receipts of one command: prints them, with "error" for one that was refused, which it returns.
Status ShowReceipt(const Console& console, const engine::Receipt& receipt, Run* run);

// Signs the body with the key's next place in its chain, appends it, and shows the receipt.
Status SignAndAppend(const Globals& globals, crypto::SecretKey key, event::Body body,
                     UnixMicros occurred_at, Run* run);

// Receipts of several events of one command, then `done`; closes the desk first.
Status ShowReceipts(const Console& console, Desk* desk, const Registrar& registrar,
                    const Status& done, Run* run);

Json RegionToJson(const jejak::v1::Region& region);
Json StationsToJson(const jejak::v1::StationCounts& stations);
Json SumsToJson(const jejak::v1::Tally& tally);     // "votes"
Json FiguresToJson(const jejak::v1::Tally& tally);  // "figures"
Json PresentToJson(const jejak::v1::Tally& tally);  // "present"
// Figures of one station: every one, absent ones null.
Json FiguresOfValues(const std::vector<election::FieldValue>& values);
Json VotesOfValues(const std::vector<election::FieldValue>& values);

using engine::AsOf;
Json AsOfToJson(const AsOf& as_of);
// What an answer's optional field holds.
template <typename T>
std::optional<T> If(bool has, T value) {
  return has ? std::optional<T>(value) : std::nullopt;
}
template <typename T>
Json OrNull(bool has, const T& value) {
  return has ? Json(value) : Json();
}
inline Json OrNull(const std::string& text) { return OrNull(!text.empty(), text); }

// A line that says "ARCHIVE" or "SIMULATION: the votes are invented"; nothing when live.
Status PrintMode(Asker* asker, const Console& console);
// Where the list goes on, if it does.
void PrintMore(const Console& console, const std::string& token);
// "as of 2024-… , 2,300 entries"
std::string AsOfWords(const AsOf& as_of, const Console& console);

// Reads --region: a code of 2 to 13 digits, "0" for the nation.
Result<election::RegionCode> ParseRegion(const std::string& text);
// Reads --choice or --figure; exactly one is given.
Result<election::FieldKey> ParseNumber(const std::string& choice, const std::string& figure);
std::string ShortHash(const Hash& hash);

}  // namespace jejak::cli
