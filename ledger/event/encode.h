// Plain values into Cap'n Proto builders. What comes out is not canonical yet: codec.cc makes it
// so. An absent fact is never set, so that its pointer stays null.
//
// Internal to ledger/event, for its .cc files only. Thread rule: one thread a builder.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "ledger/event/bodies.h"
#include "proto/event.capnp.h"

namespace jejak::event {

inline capnp::Text::Reader Text(const std::string& text) { return {text.c_str(), text.size()}; }

template <size_t N, typename Tag>
capnp::Data::Reader Data(const FixedBytes<N, Tag>& value) {
  return {value.data(), N};
}

inline unsigned Count(size_t n) { return static_cast<unsigned>(n); }
template <typename T>
unsigned Count(const std::vector<T>& list) {
  return Count(list.size());
}
inline unsigned Count(const RegionCode& code) { return Count(code.view().size()); }

// The schema's word with the same number; words.cc proves that they are the same.
template <typename To, typename From>
To Word(From word) {
  return static_cast<To>(word);
}

inline void Put(const RegionCode& from, capnp::Text::Builder to) {
  std::copy(from.view().begin(), from.view().end(), to.begin());
}
inline void Put(const std::vector<RegionCode>& from, capnp::List<capnp::Text>::Builder to) {
  for (unsigned i = 0; i < Count(from); ++i) {
    if (!from[i].IsNation()) Put(from[i], to.init(i, Count(from[i])));
  }
}
inline void Put(const std::vector<std::string>& from, capnp::List<capnp::Text>::Builder to) {
  for (unsigned i = 0; i < Count(from); ++i) to.set(i, Text(from[i]));
}
inline void Put(const std::vector<Hash>& from, capnp::List<capnp::Data>::Builder to) {
  for (unsigned i = 0; i < Count(from); ++i) to.set(i, Data(from[i]));
}

inline void Put(const NewKey& from, wire::NewKey::Builder to) {
  to.setKey(Data(from.key));
  to.setProof(Data(from.proof));
}

// Stands here because PutEach would not find it by its arguments' namespaces.
inline void Put(const FieldKey& from, wire::Field::Builder to) {
  switch (from.kind) {
    case election::FieldKind::kFigure: to.setFigure(static_cast<wire::Figure>(from.id)); return;
    case election::FieldKind::kVotes: to.setVotes(from.id); return;
    case election::FieldKind::kPartyTotal: to.setPartyTotal(from.id); return;
    case election::FieldKind::kEvidence: return;  // ValidateBody refuses it
  }
}

// A list of structs: each with the Put for its type.
template <typename T, typename L>
void PutEach(const std::vector<T>& from, L to) {
  for (unsigned i = 0; i < Count(from); ++i) Put(from[i], to[i]);
}

// Bodies: encode_registry.cc.
void Put(const ElectionOpened& from, wire::ElectionOpened::Builder to);
void Put(const ContestRegistered& from, wire::ContestRegistered::Builder to);
void Put(const RegionsRegistered& from, wire::RegionsRegistered::Builder to);
void Put(const StationsRegistered& from, wire::StationsRegistered::Builder to);
void Put(const BallotRegistered& from, wire::BallotRegistered::Builder to);
void Put(const RegistryAmended& from, wire::RegistryAmended::Builder to);
void Put(const OfficialsEnrolled& from, wire::OfficialsEnrolled::Builder to);
void Put(const KeyEnrolled& from, wire::KeyEnrolled::Builder to);
void Put(const KeyRevoked& from, wire::KeyRevoked::Builder to);
void Put(const KeyReleased& from, wire::KeyReleased::Builder to);
void Put(const OfficialSuspended& from, wire::OfficialSuspended::Builder to);
void Put(const OfficialReinstated& from, wire::OfficialReinstated::Builder to);
void Put(const LedgerKeyChanged& from, wire::LedgerKeyChanged::Builder to);
void Put(const RulesChanged& from, wire::RulesChanged::Builder to);
void Put(const TallyCommitted& from, wire::TallyCommitted::Builder to);
// encode_results.cc.
void Put(const ResultSubmitted& from, wire::ResultSubmitted::Builder to);
void Put(const ResultCorrected& from, wire::ResultCorrected::Builder to);
void Put(const ResultFinalised& from, wire::ResultFinalised::Builder to);
void Put(const CopyFiled& from, wire::CopyFiled::Builder to);
void Put(const RoundOpened& from, wire::RoundOpened::Builder to);
void Put(const RoundCancelled& from, wire::RoundCancelled::Builder to);
void Put(const ObjectionFiled& from, wire::ObjectionFiled::Builder to);
void Put(const ObjectionResolved& from, wire::ObjectionResolved::Builder to);
void Put(const IncidentRecorded& from, wire::IncidentRecorded::Builder to);
void Put(const DecisionRecorded& from, wire::DecisionRecorded::Builder to);
void Put(const RecapPart& from, wire::RecapPart::Builder to);
void Put(const RecapCertified& from, wire::RecapCertified::Builder to);
void Put(const StageReopened& from, wire::StageReopened::Builder to);

}  // namespace jejak::event
