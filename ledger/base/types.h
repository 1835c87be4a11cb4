// Numbers that must not be mixed up.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace jejak {

template <typename Tag, typename Rep>
struct Strong {
  Rep value{};
  constexpr Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}
  auto operator<=>(const Strong&) const = default;
};

// 0-based position of an entry in the log.
using LogIndex = Strong<struct LogIndexTag, uint64_t>;
// Number of entries in a log prefix; the prefix holds indexes 0 .. size-1.
using TreeSize = Strong<struct TreeSizeTag, uint64_t>;
// Microseconds since 1970-01-01T00:00:00Z.
using UnixMicros = Strong<struct UnixMicrosTag, int64_t>;

// The index that the next entry of a log of `size` entries gets.
constexpr LogIndex NextIndex(TreeSize size) { return LogIndex(size.value); }
// The smallest prefix that holds `index`.
constexpr TreeSize SizeIncluding(LogIndex index) { return TreeSize(index.value + 1); }

}  // namespace jejak

template <typename Tag, typename Rep>
struct std::hash<jejak::Strong<Tag, Rep>> {
  size_t operator()(const jejak::Strong<Tag, Rep>& v) const { return std::hash<Rep>{}(v.value); }
};
