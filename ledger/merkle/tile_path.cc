#include "ledger/merkle/tile_path.h"

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/text.h"
#include "ledger/merkle/text_format.h"

namespace jejak::merkle {
namespace {

constexpr uint64_t kPathLevelMax = 63;

// Three digits a group, "x" before all but the last, and the width of a partial tile.
std::string NumberAndWidth(uint64_t index, uint32_t width) {
  JEJAK_CHECK(width >= 1 && width <= kTileWidth);
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string out;
  for (size_t at = 0; at < digits.size(); at += 3) {
    if (at + 3 < digits.size()) out += 'x';
    out.append(digits, at, 3);
    if (at + 3 < digits.size()) out += '/';
  }
  if (width < kTileWidth) out += ".p/" + std::to_string(width);
  return out;
}

// Cuts `text` at the first `mark`; the rest is left in `text`.
std::string_view TakeUntil(std::string_view* text, char mark) {
  const size_t end = text->find(mark);
  const std::string_view out = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return out;
}

}  // namespace

std::string TilePath(TileId tile, uint32_t width) {
  return "tile/" + std::to_string(tile.level) + "/" + NumberAndWidth(tile.index, width);
}

std::string EntriesPath(uint64_t index, uint32_t width) {
  return "tile/entries/" + NumberAndWidth(index, width);
}

// Reads loosely and accepts only what comes out the same when written again.
std::optional<ParsedTilePath> ParseTilePath(std::string_view path) {
  std::string_view rest = path;
  ParsedTilePath out;
  if (TakeUntil(&rest, '/') != "tile") return std::nullopt;
  const std::string_view level = TakeUntil(&rest, '/');
  if (level == "entries") {
    out.entries = true;
  } else {
    const auto number = ParseDecimal(level);
    if (!number || *number > kPathLevelMax) return std::nullopt;
    out.tile.level = static_cast<uint8_t>(*number);
  }
  if (const size_t partial = rest.find(".p/"); partial != std::string_view::npos) {
    const auto width = ParseDecimal(rest.substr(partial + 3));
    if (!width || *width < 1 || *width >= kTileWidth) return std::nullopt;
    out.width = static_cast<uint32_t>(*width);
    rest = rest.substr(0, partial);
  }
  std::string digits(rest);
  std::erase_if(digits, [](char c) { return c == 'x' || c == '/'; });
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  const auto index = digits.empty() ? 0 : ParseDecimal(digits);
  if (!index) return std::nullopt;
  out.tile.index = *index;
  const std::string written =
      out.entries ? EntriesPath(*index, out.width) : TilePath(out.tile, out.width);
  if (written != path) return std::nullopt;
  return out;
}

}  // namespace jejak::merkle
