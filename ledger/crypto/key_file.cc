#include "ledger/crypto/key_file.h"

#include <sodium.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <vector>

#include "ledger/base/encoding.h"
#include "ledger/crypto/private_file.h"
#include "ledger/crypto/sha256.h"

namespace jejak::crypto {
namespace {

constexpr std::string_view kHeader = "jejak-key v1";
constexpr size_t kSaltBytes = crypto_pwhash_SALTBYTES;
constexpr size_t kNonceBytes = crypto_secretbox_NONCEBYTES;
constexpr size_t kBoxBytes = kNonceBytes + crypto_secretbox_MACBYTES + SecretKey::kSeedBytes;

const uint8_t* Unsigned(ByteView bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }
uint8_t* Unsigned(Bytes* bytes) { return reinterpret_cast<uint8_t*>(bytes->data()); }

// Holds secret bytes for the length of a scope.
struct WipedBytes {
  Bytes bytes;
  WipedBytes() = default;
  explicit WipedBytes(Bytes b) : bytes(std::move(b)) {}
  WipedBytes(const WipedBytes&) = delete;
  WipedBytes& operator=(const WipedBytes&) = delete;
  ~WipedBytes() { Wipe(&bytes); }
};

struct ParsedKeyFile {
  PublicKey public_key;
  bool encrypted = false;
  KdfCost cost;
  Bytes salt;
  WipedBytes payload;  // the box, or the seed itself
};

Status Damaged(std::string what) { return {Reason::kKeyFileDamaged, std::move(what)}; }

bool IsAllowed(const KdfCost& cost) {
  return cost.operations >= kKdfCostMin.operations && cost.operations <= kKdfCostMax.operations &&
         cost.memory_bytes >= kKdfCostMin.memory_bytes &&
         cost.memory_bytes <= kKdfCostMax.memory_bytes;
}

bool ParseNumber(std::string_view text, uint64_t* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && std::to_string(*out) == text;
}

// Removes "<word> … \n" from the front of `text`; nothing when the line isn't there.
std::optional<std::string_view> TakeLine(std::string_view* text, std::string_view word) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text->substr(0, end);
  if (!line.starts_with(word) || line.size() <= word.size() || line[word.size()] != ' ') {
    return std::nullopt;
  }
  text->remove_prefix(end + 1);
  return line.substr(word.size() + 1);
}

std::string ChecksumLine(ByteView text) { return "checksum " + ToHex(Sha256(text)) + "\n"; }

// "argon2id <operations> <memory bytes> <salt hex>"
bool ParseKdf(std::string_view text, ParsedKeyFile* out) {
  std::array<std::string_view, 4> fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    const size_t space = text.find(' ');
    if ((space == std::string_view::npos) != (i == fields.size() - 1)) return false;
    fields[i] = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  if (fields[0] != "argon2id" || !ParseNumber(fields[1], &out->cost.operations) ||
      !ParseNumber(fields[2], &out->cost.memory_bytes) || !IsAllowed(out->cost)) {
    return false;
  }
  const auto salt = FromHex(fields[3]);
  if (!salt || salt->size() != kSaltBytes) return false;
  out->salt = *salt;
  out->encrypted = true;
  return true;
}

Status ParseKeyFile(ByteView text, ParsedKeyFile* out) {
  if (text.size() > kKeyFileBytesMax) return Damaged("longer than any key file");
  const size_t checksum = text.rfind("checksum ");
  if (checksum == ByteView::npos ||
      text.substr(checksum) != ChecksumLine(text.substr(0, checksum))) {
    return Damaged("the checksum does not hold");
  }
  text = text.substr(0, checksum);
  if (!text.starts_with(kHeader) || text.substr(kHeader.size(), 1) != "\n") {
    return Damaged("the first line is not \"jejak-key v1\"");
  }
  text.remove_prefix(kHeader.size() + 1);
  const auto key = TakeLine(&text, "public");
  const auto public_key = key ? FixedFromHex<PublicKey>(*key) : std::nullopt;
  if (!public_key) return Damaged("no line \"public\" with 64 hexadecimal digits");
  out->public_key = *public_key;
  const auto kdf = TakeLine(&text, "kdf");
  if (!kdf || (*kdf != "none" && !ParseKdf(*kdf, out))) {
    return Damaged("no line \"kdf\" within the limits");
  }
  const auto payload = TakeLine(&text, out->encrypted ? "box" : "seed");
  auto bytes = payload ? FromBase64(*payload) : std::nullopt;
  if (!bytes || bytes->size() != (out->encrypted ? kBoxBytes : SecretKey::kSeedBytes)) {
    return Damaged("no line with the key itself");
  }
  out->payload.bytes = std::move(*bytes);
  if (!text.empty()) return Damaged("a line too many");
  return OkStatus();
}

// The key of the box. A failure is for want of memory.
Status DeriveKey(std::string_view passphrase, const KdfCost& cost, ByteView salt,
                 std::array<uint8_t, crypto_secretbox_KEYBYTES>* out) {
  if (crypto_pwhash(out->data(), out->size(), passphrase.data(), passphrase.size(), Unsigned(salt),
                    cost.operations, static_cast<size_t>(cost.memory_bytes),
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return {Reason::kIoError, "not enough memory to derive a key from the passphrase"};
  }
  return OkStatus();
}

Result<Bytes> Seal(ByteView seed, std::string_view passphrase, const KdfCost& cost, ByteView salt) {
  std::array<uint8_t, crypto_secretbox_KEYBYTES> key;
  JEJAK_RETURN_IF_ERROR(DeriveKey(passphrase, cost, salt, &key));
  Bytes box(kBoxBytes, '\0');
  uint8_t* const nonce = Unsigned(&box);
  randombytes_buf(nonce, kNonceBytes);
  const int failed =
      crypto_secretbox_easy(nonce + kNonceBytes, Unsigned(seed), seed.size(), nonce, key.data());
  sodium_memzero(key.data(), key.size());
  JEJAK_CHECK(failed == 0);
  return box;
}

Status Open(const ParsedKeyFile& file, std::string_view passphrase, WipedBytes* seed) {
  std::array<uint8_t, crypto_secretbox_KEYBYTES> key;
  JEJAK_RETURN_IF_ERROR(DeriveKey(passphrase, file.cost, file.salt, &key));
  seed->bytes.assign(SecretKey::kSeedBytes, '\0');
  const uint8_t* const nonce = Unsigned(file.payload.bytes);
  const int failed =
      crypto_secretbox_open_easy(Unsigned(&seed->bytes), nonce + kNonceBytes,
                                 kBoxBytes - kNonceBytes, nonce, key.data());
  sodium_memzero(key.data(), key.size());
  if (failed != 0) return {Reason::kPassphraseWrong, "the key file stays closed"};
  return OkStatus();
}

}  // namespace

Result<Bytes> EncodeKeyFile(const SecretKey& key, std::optional<std::string_view> passphrase,
                            KdfCost cost) {
  Bytes text;
  text.reserve(kKeyFileBytesMax);  // growing would leave a copy of the seed behind
  text.append(kHeader).append("\npublic ").append(ToHex(key.public_key())).append("\n");
  if (!passphrase) {
    const WipedBytes seed(ToBase64(key.seed()));
    text.append("kdf none\nseed ").append(seed.bytes).append("\n");
  } else {
    if (passphrase->empty()) return Status(Reason::kInvalidArgument, "the passphrase is empty");
    if (!IsAllowed(cost)) {
      return Status(Reason::kInvalidArgument, "the cost of Argon2id is outside its bounds");
    }
    Bytes salt(kSaltBytes, '\0');
    randombytes_buf(salt.data(), salt.size());
    JEJAK_ASSIGN_OR_RETURN(const Bytes box, Seal(key.seed(), *passphrase, cost, salt));
    text += "kdf argon2id " + std::to_string(cost.operations) + " " +
            std::to_string(cost.memory_bytes) + " " + ToHex(salt) + "\nbox " + ToBase64(box) + "\n";
  }
  text += ChecksumLine(text);
  JEJAK_CHECK(text.size() <= kKeyFileBytesMax);
  return text;
}

Result<SecretKey> DecodeKeyFile(ByteView text, std::optional<std::string_view> passphrase) {
  ParsedKeyFile file;
  JEJAK_RETURN_IF_ERROR(ParseKeyFile(text, &file));
  WipedBytes opened;
  const Bytes* seed = &file.payload.bytes;
  if (file.encrypted) {
    if (!passphrase) return Status(Reason::kPassphraseWrong, "the key file needs a passphrase");
    JEJAK_RETURN_IF_ERROR(Open(file, *passphrase, &opened));
    seed = &opened.bytes;
  }
  JEJAK_ASSIGN_OR_RETURN(SecretKey key, SecretKey::FromSeed(*seed));
  if (key.public_key() != file.public_key) return Damaged("the public key is another key's");
  return key;
}

Result<PublicKey> DecodePublicKey(ByteView text) {
  ParsedKeyFile file;
  JEJAK_RETURN_IF_ERROR(ParseKeyFile(text, &file));
  return file.public_key;
}

Status WriteKeyFile(const std::string& path, const SecretKey& key,
                    std::optional<std::string_view> passphrase, KdfCost cost) {
  JEJAK_ASSIGN_OR_RETURN(Bytes text, EncodeKeyFile(key, passphrase, cost));
  const WipedBytes wiped(std::move(text));
  return CreatePrivateFile(path, wiped.bytes);
}

Result<SecretKey> ReadKeyFile(const std::string& path, std::optional<std::string_view> passphrase) {
  WipedBytes text;
  JEJAK_RETURN_IF_ERROR(ReadPrivateFile(path, kKeyFileBytesMax, &text.bytes));
  return DecodeKeyFile(text.bytes, passphrase);
}

Result<PublicKey> ReadPublicKey(const std::string& path) {
  WipedBytes text;
  JEJAK_RETURN_IF_ERROR(ReadPrivateFile(path, kKeyFileBytesMax, &text.bytes));
  return DecodePublicKey(text.bytes);
}

}  // namespace jejak::crypto
