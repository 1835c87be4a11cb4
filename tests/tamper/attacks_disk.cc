// Whoever can write the files: rows of the database changed by its own software, so that no
// checksum is wrong; files of an export; older copies put back.
#include <fstream>

#include "ledger/engine/ledger.h"
#include "ledger/engine/tables.h"
#include "ledger/merkle/tile.h"
#include "ledger/projection/rows.h"
#include "ledger/projection/tables.h"
#include "tests/tamper/attacks.h"

namespace jejak::tamper {
namespace {

constexpr const char* kDisk = "disk";

StoredRow Flipped(StoredRow row) {
  row.value->back() = static_cast<char>(row.value->back() ^ 1);
  return row;
}

std::string FiguresOfTps(Stage* stage) {
  const size_t index = stage->Form(false);
  const event::Event event = stage->honest().EventAt(index);
  const auto& form = std::get<event::ResultSubmitted>(event.body);
  StoredRow row = stage->Row(projection::kResults, projection::PlaceKey(form.contest, form.tps));
  auto result = projection::Decode<projection::ResultRow>(*row.value);
  if (!result || result->newest.cells.empty()) Broken("the row of the TPS");
  result->newest.cells.back().value += 100;
  row.value = projection::Encode(*result);
  return stage->Edit({row});
}

std::string ResultForgotten(Stage* stage) {
  StoredRow row = stage->Row(projection::kResults);
  row.value.reset();
  return stage->Edit({row});
}

std::string FindingInvented(Stage* stage) {
  StoredRow row = stage->Row(projection::kFindings);
  row.key.back() = static_cast<char>(row.key.back() ^ 0x40);
  return stage->Edit({row});
}

// The newest node of Bulungan, and its sums.
std::string SumsOfRegion(Stage* stage) {
  const auto region = *election::RegionCode::Parse("6501");
  StoredRow row =
      stage->Row(projection::kTallyNodes,
                 projection::TallyNodePrefix("ppwp", election::Level::kRegency, region));
  auto node = projection::Decode<projection::NodeRow>(*row.value);
  if (!node || node->tally.sums.empty()) {
    row = Flipped(row);
  } else {
    node->tally.sums.front().sum += 1'000;
    row.value = projection::Encode(*node);
  }
  return stage->Edit({row});
}

std::string AttemptForgotten(Stage* stage) {
  StoredRow row = stage->Row(projection::kRefusals);
  row.value.reset();
  return stage->Edit({row});
}

std::string ActivityChanged(Stage* stage) {
  return stage->Edit({Flipped(stage->Row(projection::kActivity))});
}

std::string IndexMisled(Stage* stage) {
  return stage->Edit({Flipped(stage->Row(projection::kEventIndex))});
}

std::string PersonRenamed(Stage* stage) {
  StoredRow row = stage->Row(engine::kPeople, "kpu.6501");
  auto person = engine::DecodePerson(*row.value);
  if (!person) Broken("the row of a person");
  person->name = "Orang Lain";
  row.value = engine::EncodePerson(*person);
  return stage->Edit({row});
}

// Of a full tile, which opening does not read.
std::string TileChanged(Stage* stage) {
  StoredRow row = stage->Row(engine::kTiles, merkle::TileKey({0, 0}));
  (*row.value)[40] = static_cast<char>((*row.value)[40] ^ 1);
  return stage->Edit({row});
}

std::string TileAdded(Stage* stage) {
  return stage->Edit({{engine::kTiles, merkle::TileKey({3, 0}), Bytes(Hash::kSize, '\0')}});
}

std::string EntryOnDisk(Stage* stage) {
  Book lie = stage->honest();
  const size_t index = stage->Form(false);
  lie.Alter(index, [](event::Event* event) {
    std::get<event::ResultSubmitted>(event->body).votes[0].value += 100;
  });
  return stage->Edit(
      {{engine::kEntries, projection::IndexKey(LogIndex(index)), lie.BytesAt(index)}});
}

// A whole entry by its true author, so that only the tree can tell.
std::string SignedEntryOnDisk(Stage* stage) {
  Book lie = stage->honest();
  // After the last tally commitment, its author's last, and not the last entry, which opening
  // reads.
  size_t index = lie.size() - 1;
  do {
    --index;
  } while (!std::holds_alternative<event::ResultSubmitted>(lie.EventAt(index).body) ||
           stage->NextOf(index));
  lie.AlterAndSign(index, stage->AuthorOf(index),
                   [](event::Event* event) { event->occurred_at.value -= 1; });
  return stage->Edit(
      {{engine::kEntries, projection::IndexKey(LogIndex(index)), lie.BytesAt(index)}});
}

std::string OlderCheckpoint(Stage* stage) {
  const Book& honest = stage->honest();
  return stage->Open(stage->Edited(
      {{engine::kCheckpoints, "latest", honest.Checkpoint(300, honest.ledger_key())}}));
}

std::string CheckpointOfStranger(Stage* stage) {
  const auto key = *crypto::SecretKey::FromSeed(std::string(32, 'k'));
  const Book& honest = stage->honest();
  return stage->Open(
      stage->Edited({{engine::kCheckpoints, "latest", honest.Checkpoint(honest.size(), key)}}));
}

std::string ExportedEntry(Stage* stage) {
  const fs::path folder = stage->CopyOf(stage->exported());
  std::fstream file(folder / "tile/entries/000", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(2 + 4);
  file.put('\x7f');
  file.close();
  return stage->VerifyExport(folder);
}

std::string ExportedTile(Stage* stage) {
  const fs::path folder = stage->CopyOf(stage->exported());
  std::fstream file(folder / "tile/0/000", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(1'000);
  file.put('\x7f');
  file.put('\x7e');
  file.close();
  return stage->VerifyExport(folder);
}

std::string BundleGone(Stage* stage) {
  const fs::path folder = stage->CopyOf(stage->exported());
  fs::remove(folder / "tile/entries/000");
  return stage->VerifyExport(folder);
}

// An honest ledger as it was earlier.
fs::path Backup(Stage* stage) {
  const fs::path dir = stage->Fresh("backup");
  const std::string said = stage->Run({"simulate", "--ledger", dir, "--scenario", "bulungan-night",
                                       "--seed", "3", "--events-max", "200"});
  if (said != "OK") Broken("a backup: " + said);
  return dir;
}

std::string OlderDatabase(Stage* stage) {
  const fs::path backup = Backup(stage), copy = stage->CopyOf(stage->ledger());
  fs::remove_all(copy / "db");
  fs::rename(backup / "db", copy / "db");
  return stage->Open(copy);
}

std::string OlderHead(Stage* stage) {
  const fs::path grown = Backup(stage), older = stage->CopyOf(grown / "HEAD");
  const std::string said = stage->Run({"simulate", "--ledger", grown, "--scenario",
                                       "bulungan-night", "--seed", "3", "--events-max", "250"});
  if (said != "OK") Broken("a ledger that grows: " + said);
  fs::rename(older, grown / "HEAD");
  return stage->Open(grown);
}

std::string HeadGone(Stage* stage) {
  const fs::path copy = stage->CopyOf(stage->ledger());
  fs::remove(copy / "HEAD");
  return stage->Open(copy);
}

std::string BackupRestored(Stage* stage) {
  const fs::path backup = Backup(stage);
  if (const auto said = stage->Verify(backup); said != "OK") return "alone: " + said;
  return stage->Run({"verify", "--ledger", backup, "--since", stage->kept()});
}

// The restored ledger goes on, past the size of the lost one, with other events.
fs::path BackupContinued(Stage* stage) {
  const fs::path backup = Backup(stage);
  engine::OpenOptions options;
  options.ledger_key = std::make_shared<const crypto::SecretKey>(stage->honest().ledger_key());
  options.markers = journal::Markers::None();
  auto ledger = engine::Ledger::Open(backup, options);
  Must(ledger.status());
  const crypto::SecretKey key = stage->honest().keys()("kpu.6501");
  while ((*ledger)->Newest()->size().value <= stage->honest().size()) {
    const auto head = (*ledger)->HeadOf(key.public_key());
    Must(head.status());
    event::IncidentRecorded body;
    body.place = *election::RegionCode::Parse("6501");
    body.text = "listrik padam";
    const auto made = event::Sign(
        event::Event{stage->honest().election(), key.public_key(), head->next_sequence,
                     head->previous, UnixMicros(1'707'955'000'000'000), std::move(body)},
        key);
    Must(made.status());
    Must((*ledger)->SubmitOne(*made).door);
  }
  Must((*ledger)->Close());
  return backup;
}

std::string ContinuedAgainstKept(Stage* stage) {
  const fs::path backup = BackupContinued(stage);
  if (const auto said = stage->Verify(backup); said != "OK") return "alone: " + said;
  return stage->Run({"verify", "--ledger", backup, "--since", stage->kept()});
}

std::string ContinuedAgainstExport(Stage* stage) {
  return stage->Run(
      {"export", "--ledger", BackupContinued(stage), "--out", stage->CopyOf(stage->exported())});
}

std::string RestoredAgainstExport(Stage* stage) {
  return stage->Run(
      {"export", "--ledger", Backup(stage), "--out", stage->CopyOf(stage->exported())});
}

std::string KeyFileChanged(Stage* stage) {
  const fs::path copy = stage->CopyOf(stage->ledger());
  std::fstream file(copy / "keys/ledger.key", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(30);
  file.put('0').put('1').put('2');
  file.close();
  return stage->Run({"key", "show", copy / "keys/ledger.key"});
}

}  // namespace

std::vector<Attack> AttacksOnDisk() {
  return {
      {kDisk, "edits the figures shown of a TPS", "rows against the log", "PROJECTION_DIFFERS",
       FiguresOfTps},
      {kDisk, "deletes the result of a TPS", "rows against the log", "PROJECTION_DIFFERS",
       ResultForgotten},
      {kDisk, "edits the sums of a region", "rows against the log", "PROJECTION_DIFFERS",
       SumsOfRegion},
      {kDisk, "adds a finding", "rows against the log", "PROJECTION_DIFFERS", FindingInvented},
      {kDisk, "deletes an attempt from the list", "rows against the log", "PROJECTION_DIFFERS",
       AttemptForgotten},
      {kDisk, "edits what an official did", "rows against the log", "PROJECTION_DIFFERS",
       ActivityChanged},
      {kDisk, "misleads the index of events", "rows against the log", "PROJECTION_DIFFERS",
       IndexMisled},
      {kDisk, "renames an official", "commitment to the name", "PERSON_DIFFERS", PersonRenamed},
      {kDisk, "edits a stored tile of the tree", "tiles against the entries", "TILE_DIFFERS",
       TileChanged},
      {kDisk, "adds a tile to the tree", "tiles against the entries", "TILE_DIFFERS", TileAdded},
      {kDisk, "edits an entry", "signature of the author", "SIGNATURE_INVALID", EntryOnDisk},
      {"disk and author", "exchange an entry for another", "root of the tree", "ROOT_DIFFERS",
       SignedEntryOnDisk},
      {kDisk, "puts an older checkpoint in place", "opening", "LEDGER_DAMAGED", OlderCheckpoint},
      {kDisk, "puts a checkpoint by another key in place", "opening", "LEDGER_DAMAGED",
       CheckpointOfStranger},
      {kDisk, "edits an entry of an export", "one encoding per meaning",
       "ENTRY_MALFORMED EVENT_MALFORMED", ExportedEntry},
      {kDisk, "edits a tile of an export", "tiles against the entries", "TILE_DIFFERS",
       ExportedTile},
      {kDisk, "deletes a bundle of an export", "entries of the checkpoint", "ENTRY_MISSING",
       BundleGone},
      {kDisk, "edits a key file", "checksum of the key file", "KEY_FILE_DAMAGED", KeyFileChanged},
  };
}

std::vector<Attack> AttacksOnCopies() {
  return {
      {kDisk, "puts an older database beside HEAD", "opening", "ROLLED_BACK", OlderDatabase},
      {kDisk, "puts an older HEAD beside the database", "opening", "HEAD_DAMAGED", OlderHead},
      {kDisk, "removes HEAD", "opening", "HEAD_MISSING", HeadGone},
      {kDisk, "restores an older copy of everything", "kept checkpoint", "ROLLED_BACK",
       BackupRestored},
      {kDisk, "restores an older copy of everything", "export", "EXPORT_DIFFERS",
       RestoredAgainstExport},
      {kDisk, "restores an older copy and goes on", "kept checkpoint", "HISTORY_REWRITTEN",
       ContinuedAgainstKept},
      {kDisk, "restores an older copy and goes on", "export", "EXPORT_DIFFERS",
       ContinuedAgainstExport},
  };
}

}  // namespace jejak::tamper
