#include "ledger/crypto/sha256.h"

#include <openssl/evp.h>

#include <memory>

#include "ledger/base/check.h"

namespace jejak::crypto {
namespace {

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Fetched once for the life of the process: an implicit fetch costs more than hashing a tree node.
const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  JEJAK_CHECK(algorithm != nullptr);
  return algorithm;
}

EVP_MD_CTX* ThreadContext() {
  static thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
  JEJAK_CHECK(context != nullptr);
  return context.get();
}

}  // namespace

Hash Sha256(ByteView bytes) { return Sha256({bytes}); }

Hash Sha256(std::initializer_list<ByteView> parts) {
  EVP_MD_CTX* const context = ThreadContext();
  JEJAK_CHECK(EVP_DigestInit_ex2(context, Algorithm(), nullptr) == 1);
  for (const ByteView part : parts) {
    JEJAK_CHECK(EVP_DigestUpdate(context, part.data(), part.size()) == 1);
  }
  Hash out;
  unsigned length = 0;
  JEJAK_CHECK(EVP_DigestFinal_ex(context, out.data(), &length) == 1 && length == Hash::kSize);
  return out;
}

}  // namespace jejak::crypto
