// The fields of a C.Hasil form. A field is a figure of the form, the votes of a choice, the total of a party
// as written on the form (row B), or a page of evidence. Names go by meaning, not by list letter, since
// Pemilu and Pilkada use the letters differently.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jejak::election {

// JEJAK_FIGURE(enumerant, number, "name", row of the form). L men, P women, J both.
#define JEJAK_FIGURES(F)                                                        \
  F(kVotersRegisteredL, 0, "voters_registered.l", "I.A")                        \
  F(kVotersRegisteredP, 1, "voters_registered.p", "I.A")                        \
  F(kVotersRegisteredJ, 2, "voters_registered.j", "I.A")                        \
  F(kVotersFromListL, 3, "voters_from_list.l", "I.B.1")                         \
  F(kVotersFromListP, 4, "voters_from_list.p", "I.B.1")                         \
  F(kVotersFromListJ, 5, "voters_from_list.j", "I.B.1")                         \
  F(kVotersTransferredL, 6, "voters_transferred.l", "I.B.2")                    \
  F(kVotersTransferredP, 7, "voters_transferred.p", "I.B.2")                    \
  F(kVotersTransferredJ, 8, "voters_transferred.j", "I.B.2")                    \
  F(kVotersWalkInL, 9, "voters_walk_in.l", "I.B.3")                             \
  F(kVotersWalkInP, 10, "voters_walk_in.p", "I.B.3")                            \
  F(kVotersWalkInJ, 11, "voters_walk_in.j", "I.B.3")                            \
  F(kVotersTotalL, 12, "voters_total.l", "I.B.4")                               \
  F(kVotersTotalP, 13, "voters_total.p", "I.B.4")                               \
  F(kVotersTotalJ, 14, "voters_total.j", "I.B.4")                               \
  F(kVotersDisabledL, 15, "voters_disabled.l", "III")                           \
  F(kVotersDisabledP, 16, "voters_disabled.p", "III")                           \
  F(kVotersDisabledJ, 17, "voters_disabled.j", "III")                           \
  F(kBallotsReceived, 18, "ballots_received", "II.1")                           \
  F(kBallotsUsed, 19, "ballots_used", "II.2")                                   \
  F(kBallotsSpoiled, 20, "ballots_spoiled", "II.3")                             \
  F(kBallotsUnused, 21, "ballots_unused", "II.4")                               \
  F(kBallotsUnusedReturned, 22, "ballots_unused_returned", "II.4a (post abroad)")         \
  F(kBallotsUnusedKept, 23, "ballots_unused_kept", "II.4b (post abroad)")                 \
  F(kBallotsUnusedNotReturned, 24, "ballots_unused_not_returned", "II.4c (post abroad)")  \
  F(kValid, 25, "valid", "V.A")                                                 \
  F(kInvalid, 26, "invalid", "V.B")                                             \
  F(kTotal, 27, "total", "V.C")

enum class Figure : uint16_t {
#define JEJAK_FIGURE(id, number, name, row) id = number,
  JEJAK_FIGURES(JEJAK_FIGURE)
#undef JEJAK_FIGURE
};
inline constexpr uint16_t kFigures = 28;

std::string_view Name(Figure figure);
// The form's own row, "I.B.4".
std::string_view RowOf(Figure figure);

// Id of a choice on a ballot; the same id means the same choice wherever it stands in a contest. Not 0.
using ChoiceId = uint32_t;

enum class FieldKind : uint8_t { kFigure = 0, kVotes = 1, kPartyTotal = 2, kEvidence = 3 };

// One field. Ordered by kind, then by number: the order of lists in events and rows.
struct FieldKey {
  FieldKind kind = FieldKind::kFigure;
  uint32_t id = 0;  // Figure, ChoiceId or page

  static FieldKey Of(Figure figure) { return {FieldKind::kFigure, static_cast<uint32_t>(figure)}; }
  static FieldKey Votes(ChoiceId choice) { return {FieldKind::kVotes, choice}; }
  static FieldKey PartyTotal(ChoiceId choice) { return {FieldKind::kPartyTotal, choice}; }
  static FieldKey Evidence(uint32_t page) { return {FieldKind::kEvidence, page}; }

  bool IsEvidence() const { return kind == FieldKind::kEvidence; }
  uint64_t packed() const { return (static_cast<uint64_t>(kind) << 32) | id; }
  static FieldKey FromPacked(uint64_t v) {
    return {static_cast<FieldKind>(v >> 32), static_cast<uint32_t>(v)};
  }
  auto operator<=>(const FieldKey&) const = default;
};

// False for a number that no figure has.
constexpr bool IsField(const FieldKey& key) {
  return key.kind != FieldKind::kFigure || key.id < kFigures;
}
// "voters_registered.l", "votes.100025", "party_total.4", "evidence.2".
std::string FieldName(const FieldKey& key);
// No value on any other spelling.
std::optional<FieldKey> ParseField(std::string_view name);

struct FieldValue {
  FieldKey key;
  uint32_t value = 0;
  bool operator==(const FieldValue&) const = default;
};

}  // namespace jejak::election
