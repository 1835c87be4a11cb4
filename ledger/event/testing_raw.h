// Cap'n Proto messages written word by word, without Cap'n Proto: what the canonical bytes are
// checked against, and how the bytes that must be refused are made.
//
// A message is a tree of Raw. Write lays it out in canonical order; what isn't canonical is put
// into the tree (a data word too many, a verbatim pointer) or made of the bytes afterwards.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/base/bytes.h"

namespace jejak::event {

struct Raw {
  enum class Kind : uint8_t { kNull, kStruct, kBytes, kStructs, kPointers, kVerbatim };
  Kind kind = Kind::kNull;
  std::vector<uint64_t> data;  // of a struct; of kVerbatim the one pointer word
  std::vector<Raw> children;   // pointers of a struct or of a list; elements, all of one shape
  Bytes bytes;
};

inline Raw Null() { return {}; }
inline Raw Struct(std::vector<uint64_t> data, std::vector<Raw> pointers = {}) {
  return {Raw::Kind::kStruct, std::move(data), std::move(pointers), {}};
}
inline Raw Octets(Bytes bytes) { return {Raw::Kind::kBytes, {}, {}, std::move(bytes)}; }
// With the zero byte that ends a text.
inline Raw TextOf(Bytes text) { return Octets(std::move(text) + '\0'); }
inline Raw Structs(std::vector<Raw> elements) {
  return {Raw::Kind::kStructs, {}, std::move(elements), {}};
}
inline Raw Pointers(std::vector<Raw> elements) {
  return {Raw::Kind::kPointers, {}, std::move(elements), {}};
}
inline Raw Verbatim(uint64_t pointer) { return {Raw::Kind::kVerbatim, {pointer}, {}, {}}; }

// The message whose root pointer is `root`.
Bytes Write(const Raw& root);

// Little-endian words of the bytes, and back.
std::vector<uint64_t> ToWords(const Bytes& bytes);
Bytes FromWords(const std::vector<uint64_t>& words);

// Pointer words. `offset` counts words from the end of the pointer.
uint64_t StructPointer(int32_t offset, uint64_t data_words, uint64_t pointers);
// `size`: 0 void, 1 bit, 2 byte, 3 two bytes, 4 four bytes, 5 eight bytes, 6 pointers, 7 structs.
uint64_t ListPointer(int32_t offset, uint64_t size, uint64_t count);

}  // namespace jejak::event
