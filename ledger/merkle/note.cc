#include "ledger/merkle/note.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/base/coding.h"
#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/base/text.h"
#include "ledger/crypto/sha256.h"
#include "ledger/merkle/text_format.h"

namespace jejak::merkle {
namespace {

// Em dash and space, before the name in a signature line.
constexpr std::string_view kSignaturePrefix = "\xe2\x80\x94 ";
constexpr size_t kKeyIdBytes = 4;
// White_Space of Unicode 15 outside of ASCII, in UTF-8.
constexpr std::string_view kUnicodeSpaces[] = {
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
    "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

Status Malformed(const char* what) { return {Reason::kNoteMalformed, what}; }
Status BadKey(const char* what) { return {Reason::kInvalidArgument, what}; }

// Without a control character but, where allowed, newline.
bool IsUtf8WithoutControls(std::string_view text, bool newline_allowed) {
  return IsUtf8(text) && std::none_of(text.begin(), text.end(), [&](char c) {
    return static_cast<uint8_t>(c) < 0x20 && !(newline_allowed && c == '\n');
  });
}

Bytes IdBytes(KeyId id) {
  Bytes out;
  Writer(&out).Be32(id.value);
  return out;
}

std::string Label(std::string_view name, KeyId id) {
  return std::string(name) + "+" + ToHex(IdBytes(id));
}

Bytes CosignedMessage(std::string_view text, uint64_t time_seconds) {
  Bytes out = "cosignature/v1\ntime " + std::to_string(time_seconds) + "\n";
  return out.append(text);
}

// "name base64", the line without prefix and newline.
std::optional<NoteSignature> ParseSignature(std::string_view line) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || !IsKeyName(line.substr(0, space))) return std::nullopt;
  const auto blob = FromBase64(line.substr(space + 1));
  if (!blob || blob->size() <= kKeyIdBytes) return std::nullopt;
  Reader reader(*blob);
  NoteSignature out;
  out.name = line.substr(0, space);
  out.id = KeyId(reader.Be32());
  out.bytes = reader.Raw(reader.remaining());
  return out;
}

// The time that the signature states (0 for one without), or no value when it doesn't hold.
std::optional<uint64_t> CheckSignature(const VerifierKey& key, std::string_view text,
                                       ByteView bytes) {
  uint64_t time = 0;
  Bytes message;
  if (key.type == KeyType::kCosignatureV1) {
    Reader reader(bytes);
    time = reader.Be64();
    bytes = reader.Raw(reader.remaining());
    if (time > kDecimalMax) return std::nullopt;
    message = CosignedMessage(text, time);
    text = message;
  }
  const auto signature = Signature::From(bytes);
  if (!signature || !crypto::Verify(key.key, text, *signature)) return std::nullopt;
  return time;
}

}  // namespace

KeyId VerifierKey::id() const { return KeyIdOf(name, type, key); }

bool IsKeyName(std::string_view name) {
  return !name.empty() && IsUtf8WithoutControls(name, /*newline_allowed=*/false) &&
         name.find_first_of(" +") == std::string_view::npos &&
         std::none_of(std::begin(kUnicodeSpaces), std::end(kUnicodeSpaces),
                      [&](std::string_view space) { return name.find(space) != name.npos; });
}

KeyId KeyIdOf(std::string_view name, KeyType type, const PublicKey& key) {
  const char separator[] = {'\n', static_cast<char>(type)};
  const Hash hash = crypto::Sha256({name, ByteView(separator, sizeof separator), key.view()});
  return KeyId(Reader(hash.view()).Be32());
}

std::string FormatVerifierKey(const VerifierKey& key) {
  Bytes typed(1, static_cast<char>(key.type));
  typed.append(key.key.view());
  return Label(key.name, key.id()) + "+" + ToBase64(typed);
}

Result<VerifierKey> ParseVerifierKey(std::string_view text) {
  // The name and the hexadecimal id hold no '+', the base64 may.
  const size_t first = text.find('+');
  const size_t second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return BadKey("a verifier key has three parts with '+' between them");
  VerifierKey out;
  out.name = text.substr(0, first);
  if (!IsKeyName(out.name)) return BadKey("the name of the verifier key can't be a name");
  const auto typed = FromBase64(text.substr(second + 1));
  if (!typed || typed->size() != 1 + PublicKey::kSize) {
    return BadKey("the verifier key is not base64 of a type and 32 bytes");
  }
  out.type = static_cast<KeyType>(static_cast<uint8_t>(typed->front()));
  if (out.type != KeyType::kEd25519 && out.type != KeyType::kCosignatureV1) {
    return BadKey("the verifier key is of an unknown type");
  }
  out.key = PublicKey::From(ByteView(*typed).substr(1)).value();
  if (text.substr(first + 1, second - first - 1) != ToHex(IdBytes(out.id()))) {
    return BadKey("the id in the verifier key is not the key's");
  }
  if (!crypto::IsAcceptableKey(out.key)) return BadKey("the verifier key is weak");
  return out;
}

bool IsNoteText(std::string_view text) {
  return text.ends_with('\n') && IsUtf8WithoutControls(text, /*newline_allowed=*/true);
}

Result<std::vector<NoteSignature>> ParseSignatureLines(ByteView bytes) {
  if (bytes.size() > limits::kNoteBytesMax) return Malformed("the note is too long");
  if (!bytes.ends_with('\n')) return Malformed("the signatures don't end with a newline");
  std::vector<NoteSignature> out;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (out.size() == limits::kNoteSignaturesMax) return Malformed("too many signatures");
    if (!line.starts_with(kSignaturePrefix)) return Malformed("a line is no signature");
    auto signature = ParseSignature(line.substr(kSignaturePrefix.size()));
    if (!signature) return Malformed("a signature line can't be read");
    out.push_back(*std::move(signature));
  }
  return out;
}

Result<Note> ParseNote(ByteView bytes) {
  if (bytes.size() > limits::kNoteBytesMax) return Malformed("the note is too long");
  if (!IsUtf8WithoutControls(bytes, /*newline_allowed=*/true)) {
    return Malformed("the note is not plain UTF-8");
  }
  // The last empty line parts text and signatures: the text may have empty lines of its own.
  const size_t split = bytes.rfind("\n\n");
  if (split == ByteView::npos) return Malformed("no empty line between text and signatures");
  Note note;
  note.text = bytes.substr(0, split + 1);
  JEJAK_ASSIGN_OR_RETURN(note.signatures, ParseSignatureLines(bytes.substr(split + 2)));
  return note;
}

std::string FormatSignatureLine(const NoteSignature& signature) {
  JEJAK_CHECK(IsKeyName(signature.name) && !signature.bytes.empty());
  return std::string(kSignaturePrefix) + signature.name + " " +
         ToBase64(IdBytes(signature.id) + signature.bytes) + "\n";
}

std::string FormatNote(const Note& note) {
  JEJAK_CHECK(IsNoteText(note.text) && !note.signatures.empty());
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) out += FormatSignatureLine(signature);
  return out;
}

Result<std::vector<VerifiedSignature>> VerifyNote(const Note& note,
                                                  std::span<const VerifierKey> keys) {
  std::vector<VerifiedSignature> out;
  std::set<size_t> seen;
  for (const NoteSignature& signature : note.signatures) {
    const auto matches = [&](const VerifierKey& key) {
      return key.name == signature.name && key.id() == signature.id;
    };
    const auto key = std::find_if(keys.begin(), keys.end(), matches);
    if (key == keys.end()) continue;
    if (std::any_of(key + 1, keys.end(), matches)) {
      return Status(Reason::kNoteUnverified,
                    "ambiguous key " + Label(signature.name, signature.id));
    }
    const auto index = static_cast<size_t>(key - keys.begin());
    if (!seen.insert(index).second) continue;
    const auto time = CheckSignature(*key, note.text, signature.bytes);
    if (!time) {
      return Status(Reason::kNoteUnverified,
                    "invalid signature for key " + Label(signature.name, signature.id));
    }
    out.push_back({index, *time});
  }
  if (out.empty()) return Status(Reason::kNoteUnverified, "no signature by a known key");
  return out;
}

NoteSignature SignNote(std::string_view text, std::string_view name, const crypto::SecretKey& key) {
  JEJAK_CHECK(IsNoteText(text) && IsKeyName(name));
  return {std::string(name), KeyIdOf(name, KeyType::kEd25519, key.public_key()),
          Bytes(key.Sign(text).view())};
}

NoteSignature Cosign(std::string_view text, std::string_view name, uint64_t time_seconds,
                     const crypto::SecretKey& key) {
  JEJAK_CHECK(IsNoteText(text) && IsKeyName(name) && time_seconds <= kDecimalMax);
  const KeyId id = KeyIdOf(name, KeyType::kCosignatureV1, key.public_key());
  NoteSignature out{std::string(name), id, {}};
  Writer writer(&out.bytes);
  writer.Be64(time_seconds);
  writer.Fixed(key.Sign(CosignedMessage(text, time_seconds)));
  return out;
}

}  // namespace jejak::merkle
