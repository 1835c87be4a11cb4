// Cap'n Proto readers into plain values. Refuses what a plain value can't hold: data of another
// length, codes that aren't digits, words that this program doesn't know, lists beyond their limit.
// Everything else is ValidateBody's.
//
// Internal to ledger/event, for its .cc files only. Each getter is called once, so that the
// traversal limit counts each object once. Thread rule: one thread a Decoder. Readers may throw
// kj::Exception: codec.cc catches it.
#pragma once

#include <cstddef>
#include <vector>

#include "ledger/base/limits.h"
#include "ledger/event/bodies.h"
#include "ledger/event/problems.h"
#include "ledger/event/words.h"
#include "proto/event.capnp.h"

namespace jejak::event {

class Decoder : public Problems {
 public:
  static void Text(capnp::Text::Reader from, std::string* to) {
    to->assign(from.begin(), from.size());
  }

  template <size_t N, typename Tag>
  void Fixed(const char* field, capnp::Data::Reader from, FixedBytes<N, Tag>* to) {
    if (from.size() == N) {
      std::memcpy(to->data(), from.begin(), N);
    } else {
      Fail(Reason::kFieldInvalid, field, "is not " + std::to_string(N) + " bytes long");
    }
  }
  // Empty data is absence; that it is a null pointer too is seen when the value is encoded again.
  void Optional(const char* field, capnp::Data::Reader from, std::optional<Hash>* to) {
    if (from.size() != 0) Fixed(field, from, &to->emplace());
  }
  void Region(const char* field, capnp::Text::Reader from, RegionCode* to) {
    const auto code = RegionCode::Parse({from.begin(), from.size()});
    if (!code)
      return Fail(Reason::kFieldInvalid, field, "is not a code of 0, 2, 4, 6, 10 or 13 digits");
    *to = *code;
  }
  // `From` is the schema's enum of the same words.
  template <typename To, typename From>
  void Word(const char* field, From from, To* to) {
    *to = static_cast<To>(from);
    if (!IsWord(*to))
      Fail(Reason::kRulesUnknown, field, "is a word that this program does not know");
  }
  // A union whose discriminant this program does not know.
  void UnknownUnion(const char* field) {
    Fail(Reason::kRulesUnknown, field, "has a meaning that this program does not know");
  }

  // Whether a list may be read: nothing is reserved before.
  bool FitsList(const char* field, size_t elements) {
    if (elements > limits::kListElementsMax)
      Fail(Reason::kFieldInvalid, field, "has too many elements");
    return ok();
  }
  void Regions(const char* field, capnp::List<capnp::Text>::Reader from,
               std::vector<RegionCode>* to);
  void Texts(const char* field, capnp::List<capnp::Text>::Reader from,
             std::vector<std::string>* to);
  void Hashes(const char* field, capnp::List<capnp::Data>::Reader from, std::vector<Hash>* to);
  // A list of structs, by the Get for their type.
  template <typename T, typename List>
  void Each(const char* field, List from, std::vector<T>* to) {
    const unsigned size = from.size();
    if (!FitsList(field, size)) return;
    to->reserve(size);
    for (unsigned i = 0; i < size && ok(); ++i) {
      const Element element(this, field, i);
      Get(from[i], this, &to->emplace_back());
    }
  }
};

void Get(wire::Field::Reader from, Decoder* d, FieldKey* to);
void Get(wire::NewKey::Reader from, Decoder* d, NewKey* to);

// Bodies: decode_registry.cc.
void Get(wire::ElectionOpened::Reader from, Decoder* d, ElectionOpened* to);
void Get(wire::ContestRegistered::Reader from, Decoder* d, ContestRegistered* to);
void Get(wire::RegionsRegistered::Reader from, Decoder* d, RegionsRegistered* to);
void Get(wire::StationsRegistered::Reader from, Decoder* d, StationsRegistered* to);
void Get(wire::BallotRegistered::Reader from, Decoder* d, BallotRegistered* to);
void Get(wire::RegistryAmended::Reader from, Decoder* d, RegistryAmended* to);
void Get(wire::OfficialsEnrolled::Reader from, Decoder* d, OfficialsEnrolled* to);
void Get(wire::KeyEnrolled::Reader from, Decoder* d, KeyEnrolled* to);
void Get(wire::KeyRevoked::Reader from, Decoder* d, KeyRevoked* to);
void Get(wire::KeyReleased::Reader from, Decoder* d, KeyReleased* to);
void Get(wire::OfficialSuspended::Reader from, Decoder* d, OfficialSuspended* to);
void Get(wire::OfficialReinstated::Reader from, Decoder* d, OfficialReinstated* to);
void Get(wire::LedgerKeyChanged::Reader from, Decoder* d, LedgerKeyChanged* to);
void Get(wire::RulesChanged::Reader from, Decoder* d, RulesChanged* to);
void Get(wire::TallyCommitted::Reader from, Decoder* d, TallyCommitted* to);
// decode_results.cc.
void Get(wire::ResultSubmitted::Reader from, Decoder* d, ResultSubmitted* to);
void Get(wire::ResultCorrected::Reader from, Decoder* d, ResultCorrected* to);
void Get(wire::ResultFinalised::Reader from, Decoder* d, ResultFinalised* to);
void Get(wire::CopyFiled::Reader from, Decoder* d, CopyFiled* to);
void Get(wire::RoundOpened::Reader from, Decoder* d, RoundOpened* to);
void Get(wire::RoundCancelled::Reader from, Decoder* d, RoundCancelled* to);
void Get(wire::ObjectionFiled::Reader from, Decoder* d, ObjectionFiled* to);
void Get(wire::ObjectionResolved::Reader from, Decoder* d, ObjectionResolved* to);
void Get(wire::IncidentRecorded::Reader from, Decoder* d, IncidentRecorded* to);
void Get(wire::DecisionRecorded::Reader from, Decoder* d, DecisionRecorded* to);
void Get(wire::RecapPart::Reader from, Decoder* d, RecapPart* to);
void Get(wire::RecapCertified::Reader from, Decoder* d, RecapCertified* to);
void Get(wire::StageReopened::Reader from, Decoder* d, StageReopened* to);

}  // namespace jejak::event
