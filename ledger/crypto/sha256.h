// SHA-256, the one hash of the ledger (FIPS 180-4).
//
// Thread rule: free functions, safe from any thread; each thread keeps one digest context of its
// own. OpenSSL does the work because it uses the processor's SHA instructions. Measured on an
// SHA-NI x86-64 core with OpenSSL 3.0, for 65 and 500 bytes: prefetched EVP with a kept context
// (what this is) 130 and 340 ns; one-shot SHA256() 416 and 543 ns, since it looks the algorithm up
// each time; libsodium 409 and 1650 ns; the deprecated SHA256_Init/Update/Final 93 and 306 ns, not
// worth an interface on its way out.
#pragma once

#include <initializer_list>

#include "ledger/base/bytes.h"

namespace jejak::crypto {

Hash Sha256(ByteView bytes);
// Of the parts one after the other, without copying them together.
Hash Sha256(std::initializer_list<ByteView> parts);

}  // namespace jejak::crypto
