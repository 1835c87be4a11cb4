// Whole messages: a plain value to canonical bytes and back, by way of Cap'n Proto, for events and
// entries. Every kj::Exception ends here.
//
// Internal to ledger/event, for its .cc files only. Thread rule: each thread has its own scratch
// memory; a callback must not start another message of the same direction.
#pragma once

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "ledger/base/bytes.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"

namespace jejak::event {

using capnp::word;

inline constexpr size_t kWordsMax = (limits::kEntryBytesMax + sizeof(word) - 1) / sizeof(word);
// Struct in list in list in body in event is 5 deep; a canonical message is never deeper.
inline constexpr int kNestingMax = 8;

// Memory that a thread reuses. Builders expect their first segment zeroed, and zero what they used.
struct Scratch {
  std::array<word, kWordsMax> draft{};
  std::array<word, kWordsMax> canonical{};
  std::array<word, kWordsMax> aligned;  // for input that doesn't begin on a word
};

Scratch& ThreadScratch();

template <typename Words>
kj::ArrayPtr<word> Segment(Words& words) {
  return kj::arrayPtr(words.data(), words.size());
}

inline ByteView BytesOf(kj::ArrayPtr<const word> words) {
  const auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

// What another library made of bytes that are no message, or of a message that can't be built.
Status Malformed(const kj::Exception& e);
Status TooLarge(size_t bytes, size_t bytes_max);
// OK when the bytes that came in are those that their meaning is encoded as.
Status CheckSame(ByteView given, ByteView encoded);

// Builds what `put` says, makes it canonical, and hands the bytes to `use` (which returns a Status)
// while they live in this thread's scratch. What is canonical doesn't depend on how it was built.
template <typename Root, typename Put, typename Use>
Status WithCanonical(size_t bytes_max, Put put, Use use) {
  Scratch& scratch = ThreadScratch();
  try {
    capnp::MallocMessageBuilder draft(Segment(scratch.draft));
    auto root = draft.initRoot<Root>();
    put(root);
    capnp::MallocMessageBuilder canonical(Segment(scratch.canonical));
    canonical.getRoot<capnp::AnyPointer>().setCanonicalAs<Root>(root.asReader());
    const auto segments = canonical.getSegmentsForOutput();
    size_t bytes = 0;
    for (const auto& segment : segments) bytes += segment.size() * sizeof(word);
    // A message of more than one segment is larger than the first, which holds the largest entry.
    if (segments.size() != 1 || bytes > bytes_max) return TooLarge(bytes, bytes_max);
    return use(BytesOf(segments[0]));
  } catch (const kj::Exception& e) {
    return Malformed(e);
  }
}

// Calls `get` with the message in `bytes` as a reader; what it refuses, and what isn't a message,
// is a failure. No object is read twice in a sound message; the slack is for lists of elements
// without size, which count by their elements.
template <typename Root, typename Get>
Status WithReader(ByteView bytes, size_t bytes_max, Get get) {
  if (bytes.size() > bytes_max) {
    return TooLarge(bytes.size(), bytes_max);
  }
  if (bytes.empty() || bytes.size() % sizeof(word) != 0) {
    return Status(Reason::kEventMalformed, "the length is not a multiple of 8 bytes, or zero");
  }
  const size_t words = bytes.size() / sizeof(word);
  const auto* begin = reinterpret_cast<const word*>(bytes.data());
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(word) != 0) {
    auto& aligned = ThreadScratch().aligned;
    std::memcpy(aligned.data(), bytes.data(), bytes.size());
    begin = aligned.data();
  }
  const kj::ArrayPtr<const word> segment = kj::arrayPtr(begin, words);
  const capnp::ReaderOptions options{2 * words + 64, kNestingMax};
  try {
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1), options);
    return get(message.getRoot<Root>());
  } catch (const kj::Exception& e) {
    return Malformed(e);
  }
}

}  // namespace jejak::event
