// The limits and orders that the comments of proto/event.capnp state, checked on plain values: the
// encoder and the decoder both ask here, so they can't disagree.
//
// Internal to ledger/event. Thread rule: one thread a Checker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "ledger/base/limits.h"
#include "ledger/event/bodies.h"
#include "ledger/event/problems.h"
#include "ledger/event/words.h"

namespace jejak::event {

class Checker : public Problems {
 public:
  void Invalid(std::string_view field, std::string_view what) {
    Fail(Reason::kFieldInvalid, field, what);
  }

  // Plain text of at most `bytes_max` bytes; empty is absent.
  void Text(const char* field, std::string_view text, size_t bytes_max);
  void Name(const char* field, std::string_view text) { Text(field, text, limits::kNameBytesMax); }
  void Prose(const char* field, std::string_view text) { Text(field, text, limits::kTextBytesMax); }
  void Present(const char* field, bool present) {
    if (!present) Invalid(field, "is missing");
  }
  void OfficialId(const char* field, std::string_view id);
  // [a-z][a-z0-9]*
  void Contest(const char* field, std::string_view id);
  void Station(const char* field, const StationCode& code);
  // A place that isn't a polling station.
  void Region(const char* field, const RegionCode& code);
  void Date(const char* field, uint32_t yyyymmdd);
  void Round(uint16_t round);
  void ChoiceOf(const char* field, ChoiceId choice) {
    if (choice == 0) Invalid(field, "is 0, which is no choice");
  }
  // `figure` names it as FieldName does.
  void FigureAtMost(const FieldKey& figure, uint64_t value, uint64_t max);
  template <typename T>
  void Word(const char* field, T word) {
    if (!IsWord(word)) Invalid(field, "is no word of its list");
  }

  // At most `max` elements, strictly ascending by `key`.
  template <typename T, typename Key>
  void Ascending(const char* field, const std::vector<T>& list, Key key,
                 size_t max = limits::kListElementsMax) {
    AtMost(field, list.size(), max);
    for (size_t i = 1; i < list.size() && ok(); ++i) {
      if (!(std::invoke(key, list[i - 1]) < std::invoke(key, list[i]))) NotAscending(field, i);
    }
  }
  void AtMost(const char* field, size_t size, size_t max);
  // Runs Check on each element, with its place in the path.
  template <typename T>
  void Each(const char* field, const std::vector<T>& list) {
    for (size_t i = 0; i < list.size() && ok(); ++i) {
      const Element element(this, field, i);
      Check(list[i], this);
    }
  }
  void Regions(const char* field, const std::vector<RegionCode>& list);
  // As Regions, and none lies in another.
  void DisjointRegions(const char* field, const std::vector<RegionCode>& list);
  void Contests(const char* field, const std::vector<std::string>& list);

 private:
  void NotAscending(const char* field, size_t index);
};

// Bodies: validate_registry.cc.
void Check(const ElectionOpened& body, Checker* c);
void Check(const ContestRegistered& body, Checker* c);
void Check(const RegionsRegistered& body, Checker* c);
void Check(const StationsRegistered& body, Checker* c);
void Check(const BallotRegistered& body, Checker* c);
void Check(const RegistryAmended& body, Checker* c);
void Check(const OfficialsEnrolled& body, Checker* c);
void Check(const KeyEnrolled& body, Checker* c);
void Check(const KeyRevoked& body, Checker* c);
void Check(const KeyReleased& body, Checker* c);
void Check(const OfficialSuspended& body, Checker* c);
void Check(const OfficialReinstated& body, Checker* c);
void Check(const LedgerKeyChanged& body, Checker* c);
void Check(const RulesChanged& body, Checker* c);
void Check(const TallyCommitted& body, Checker* c);
// validate_results.cc.
void Check(const ResultSubmitted& body, Checker* c);
void Check(const ResultCorrected& body, Checker* c);
void Check(const ResultFinalised& body, Checker* c);
void Check(const CopyFiled& body, Checker* c);
void Check(const RoundOpened& body, Checker* c);
void Check(const RoundCancelled& body, Checker* c);
void Check(const ObjectionFiled& body, Checker* c);
void Check(const ObjectionResolved& body, Checker* c);
void Check(const IncidentRecorded& body, Checker* c);
void Check(const DecisionRecorded& body, Checker* c);
void Check(const RecapPart& body, Checker* c);
void Check(const RecapCertified& body, Checker* c);
void Check(const StageReopened& body, Checker* c);

}  // namespace jejak::event
