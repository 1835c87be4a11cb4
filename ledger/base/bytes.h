// Bytes and the fixed-size values made of them. A hash is never a std::string, so that a key, a
// signature and a text can't stand in for one another.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace jejak {

// A sequence of bytes, not of characters.
using Bytes = std::string;
using ByteView = std::string_view;

template <size_t N, typename Tag>
struct FixedBytes {
  static constexpr size_t kSize = N;
  std::array<uint8_t, N> bytes{};

  // Returns no value when `view` isn't exactly N bytes.
  static std::optional<FixedBytes> From(ByteView view) {
    if (view.size() != N) return std::nullopt;
    FixedBytes out;
    std::memcpy(out.bytes.data(), view.data(), N);
    return out;
  }
  ByteView view() const { return {reinterpret_cast<const char*>(bytes.data()), N}; }
  const uint8_t* data() const { return bytes.data(); }
  uint8_t* data() { return bytes.data(); }
  bool IsZero() const {
    return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
  }
  auto operator<=>(const FixedBytes&) const = default;
};

using Hash = FixedBytes<32, struct HashTag>;            // SHA-256
using PublicKey = FixedBytes<32, struct PublicKeyTag>;  // Ed25519, RFC 8032 encoding
using Signature = FixedBytes<64, struct SignatureTag>;  // Ed25519

// For values that are already uniformly distributed: hashes and keys.
template <typename T>
struct PrefixHasher {
  size_t operator()(const T& value) const {
    size_t out;
    std::memcpy(&out, value.data(), sizeof out);
    return out;
  }
};

}  // namespace jejak

template <size_t N, typename Tag>
struct std::hash<jejak::FixedBytes<N, Tag>> : jejak::PrefixHasher<jejak::FixedBytes<N, Tag>> {};
