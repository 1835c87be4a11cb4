// Signed notes: a text and signature lines below it, each by a named key.
//
// Thread rule: pure functions and values. No clock (the time of a cosignature is handed in), no
// randomness.
// Spec: C2SP signed-note and tlog-cosignature; where they are silent, Go's
// golang.org/x/mod/sumdb/note.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/status.h"
#include "ledger/base/types.h"
#include "ledger/crypto/ed25519.h"

namespace jejak::merkle {

// First four bytes of a hash over the key and its name, big-endian. Not unique: the name goes with
// it.
using KeyId = Strong<struct KeyIdTag, uint32_t>;

enum class KeyType : uint8_t {
  kEd25519 = 1,        // signs the note's text
  kCosignatureV1 = 4,  // signs a checkpoint and the time at which it was seen
};

// What it takes to check the signatures of one key.
struct VerifierKey {
  std::string name;
  KeyType type = KeyType::kEd25519;
  PublicKey key;
  KeyId id() const;
  bool operator==(const VerifierKey&) const = default;
};

// Whether a key may have this name: non-empty UTF-8 without control characters, Unicode spaces and
// '+'.
bool IsKeyName(std::string_view name);
// SHA-256(name || 0x0A || type || key), its first four bytes.
KeyId KeyIdOf(std::string_view name, KeyType type, const PublicKey& key);
// "name+hex8+base64(type || key)".
std::string FormatVerifierKey(const VerifierKey& key);
// Strict. INVALID_ARGUMENT on anything else than FormatVerifierKey makes, on a key id that isn't
// the key's, an unknown type, and keys that crypto::IsAcceptableKey refuses.
Result<VerifierKey> ParseVerifierKey(std::string_view text);

// One signature line.
struct NoteSignature {
  std::string name;
  KeyId id;
  Bytes bytes;  // what follows the key id; at least one byte
  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // with its last newline
  std::vector<NoteSignature> signatures;
};

// Whether a note can have this text: UTF-8, no control character but newline, and a newline at the
// end.
bool IsNoteText(std::string_view text);

// NOTE_MALFORMED on bytes that aren't a note, more than limits::kNoteSignaturesMax signatures or
// limits::kNoteBytesMax bytes. Checks no signature.
Result<Note> ParseNote(ByteView bytes);
// The inverse. IsNoteText(text), IsKeyName(each name) and at least one signature are the caller's
// duty.
std::string FormatNote(const Note& note);

// Signature lines alone, as a witness answers them. At least one; NOTE_MALFORMED as above.
Result<std::vector<NoteSignature>> ParseSignatureLines(ByteView bytes);
std::string FormatSignatureLine(const NoteSignature& signature);

// A signature that holds.
struct VerifiedSignature {
  size_t key = 0;             // which of the keys handed in
  uint64_t time_seconds = 0;  // since the epoch, for a cosignature; else 0
};

// Checks the signatures of known keys and ignores all others; of several by one key the first
// counts. NOTE_UNVERIFIED when one of a known key doesn't hold, when none is by a known key, or
// when two of `keys` with the same name and id make it unclear whose one is.
Result<std::vector<VerifiedSignature>> VerifyNote(const Note& note,
                                                  std::span<const VerifierKey> keys);

// Signs `text` (IsNoteText) as `name` (IsKeyName).
NoteSignature SignNote(std::string_view text, std::string_view name, const crypto::SecretKey& key);
// Cosigns a checkpoint's text; `time_seconds` is at most 2^63 - 1.
NoteSignature Cosign(std::string_view text, std::string_view name, uint64_t time_seconds,
                     const crypto::SecretKey& key);

}  // namespace jejak::merkle
