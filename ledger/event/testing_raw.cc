#include "ledger/event/testing_raw.h"

#include "ledger/base/check.h"

namespace jejak::event {
namespace {

uint64_t Low32(int32_t offset, uint64_t kind) {
  return (static_cast<uint32_t>(offset) << 2) | kind;
}

class RawWriter {
 public:
  // Appends what `raw` points to, and writes the pointer to it at `at`.
  void Point(size_t at, const Raw& raw) {
    const size_t end = words.size();
    const auto offset = static_cast<int32_t>(end - at - 1);
    switch (raw.kind) {
      case Raw::Kind::kNull: return;
      case Raw::Kind::kVerbatim: words[at] = raw.data[0]; return;
      case Raw::Kind::kStruct:
        // A struct without size is at -1: the pointer itself.
        words[at] = StructPointer(raw.data.empty() && raw.children.empty() ? -1 : offset,
                                  raw.data.size(), raw.children.size());
        Fill(raw, Reserve(raw.data.size() + raw.children.size()));
        return;
      case Raw::Kind::kBytes: {
        words[at] = ListPointer(offset, 2, raw.bytes.size());
        Bytes padded = raw.bytes;
        padded.resize((padded.size() + 7) / 8 * 8);
        for (const uint64_t word : ToWords(padded)) words.push_back(word);
        return;
      }
      case Raw::Kind::kPointers: {
        words[at] = ListPointer(offset, 6, raw.children.size());
        const size_t first = Reserve(raw.children.size());
        for (size_t i = 0; i < raw.children.size(); ++i) Point(first + i, raw.children[i]);
        return;
      }
      case Raw::Kind::kStructs: return PointStructs(at, offset, raw);
    }
  }
  std::vector<uint64_t> words;

 private:
  size_t Reserve(size_t n) {
    const size_t first = words.size();
    words.resize(first + n);
    return first;
  }
  void Fill(const Raw& raw, size_t at) {
    std::copy(raw.data.begin(), raw.data.end(), words.begin() + static_cast<std::ptrdiff_t>(at));
    for (size_t i = 0; i < raw.children.size(); ++i)
      Point(at + raw.data.size() + i, raw.children[i]);
  }
  void PointStructs(size_t at, int32_t offset, const Raw& raw) {
    const size_t data = raw.children.empty() ? 0 : raw.children[0].data.size();
    const size_t pointers = raw.children.empty() ? 0 : raw.children[0].children.size();
    const size_t count = raw.children.size();
    words[at] = ListPointer(offset, 7, count * (data + pointers));
    const size_t tag = Reserve(1 + count * (data + pointers));
    words[tag] = StructPointer(static_cast<int32_t>(count), data, pointers);
    for (size_t i = 0; i < count; ++i) {
      JEJAK_CHECK(raw.children[i].data.size() == data);
      JEJAK_CHECK(raw.children[i].children.size() == pointers);
      Fill(raw.children[i], tag + 1 + i * (data + pointers));
    }
  }
};

}  // namespace

uint64_t StructPointer(int32_t offset, uint64_t data_words, uint64_t pointers) {
  return Low32(offset, 0) | (data_words << 32) | (pointers << 48);
}

uint64_t ListPointer(int32_t offset, uint64_t size, uint64_t count) {
  return Low32(offset, 1) | (size << 32) | (count << 35);
}

std::vector<uint64_t> ToWords(const Bytes& bytes) {
  JEJAK_CHECK(bytes.size() % 8 == 0);
  std::vector<uint64_t> words(bytes.size() / 8);
  for (size_t i = 0; i < bytes.size(); ++i) {
    words[i / 8] |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (i % 8 * 8);
  }
  return words;
}

Bytes FromWords(const std::vector<uint64_t>& words) {
  Bytes bytes;
  for (const uint64_t word : words) {
    for (unsigned i = 0; i < 8; ++i) bytes.push_back(static_cast<char>((word >> (8 * i)) & 0xff));
  }
  return bytes;
}

Bytes Write(const Raw& root) {
  RawWriter writer;
  writer.words.resize(1);
  writer.Point(0, root);
  return FromWords(writer.words);
}

}  // namespace jejak::event
