// The text of a tally proof.
#include <fmt/format.h>

#include <charconv>

#include "ledger/base/encoding.h"
#include "ledger/base/limits.h"
#include "ledger/merkle/tlog_proof.h"
#include "ledger/projection/tally_proof.h"

namespace jejak::projection {
namespace {

constexpr std::string_view kVersion = "jejak/tally-proof/1";
constexpr std::string_view kAnyVersion = "jejak/tally-proof/";

void AddPath(const merkle::Path& path, std::string* out) {
  for (const Hash& hash : path) *out += " " + ToBase64(hash.view());
}

Status Malformed(std::string what) { return Status(Reason::kProofMalformed, std::move(what)); }

// Words of the proof's lines, one after the other.
class Lines {
 public:
  explicit Lines(ByteView text) : rest_(text) {}
  // The words of the next line, when it begins with `name`; none otherwise.
  std::optional<std::vector<std::string_view>> Next(std::string_view name) {
    const size_t end = rest_.find('\n');
    if (end == rest_.npos) return std::nullopt;
    std::vector<std::string_view> words;
    for (std::string_view line = rest_.substr(0, end);;) {
      const size_t space = line.find(' ');
      words.push_back(line.substr(0, space));
      if (space == line.npos) break;
      line.remove_prefix(space + 1);
    }
    if (words.front() != name) return std::nullopt;
    words.erase(words.begin());
    rest_.remove_prefix(end + 1);
    return words;
  }
  ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
};

bool ReadBytes(std::string_view word, Bytes* out) {
  auto bytes = FromBase64(word);
  if (!bytes) return false;
  *out = std::move(*bytes);
  return true;
}

template <typename Number>
bool ReadNumber(std::string_view word, Number* out) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *out);
  return error == std::errc() && end == word.data() + word.size() && !word.empty();
}

bool ReadPath(std::span<const std::string_view> words, merkle::Path* out) {
  if (words.size() > merkle::kProofPathMax) return false;
  for (const std::string_view word : words) {
    Bytes bytes;
    if (!ReadBytes(word, &bytes) || bytes.size() != Hash::kSize) return false;
    out->push_back(*Hash::From(bytes));
  }
  return true;
}

bool ReadBody(Lines* lines, TallyProof* out) {
  const auto kind = lines->Next("kind");
  if (!kind || kind->size() != 1 || (kind->front() != "sum" && kind->front() != "inclusion"))
    return false;
  out->sum = kind->front() == "sum";
  const auto genesis = lines->Next("genesis");
  if (!genesis || genesis->size() != 1 || !ReadBytes(genesis->front(), &out->genesis)) return false;
  const auto node = lines->Next("node");
  if (!node || node->size() != 1 || !ReadBytes(node->front(), &out->node)) return false;
  while (const auto child = lines->Next("child")) {
    if (child->size() != 1 || !ReadBytes(child->front(), &out->children.emplace_back()))
      return false;
  }
  while (const auto words = lines->Next("step")) {
    TallyProof::Step& step = out->steps.emplace_back();
    if (out->steps.size() > election::kLevels || words->size() < 2 ||
        !ReadNumber((*words)[0], &step.index) || !ReadBytes((*words)[1], &step.node) ||
        !ReadPath(std::span(*words).subspan(2), &step.path)) {
      return false;
    }
  }
  const auto nations = lines->Next("nations");
  if (!nations || !ReadPath(*nations, &out->nations)) return false;
  if (const auto words = lines->Next("parties")) {
    TallyProof::Registered& contest = out->of_parties.emplace();
    if (words->size() < 2 || !ReadNumber((*words)[0], &contest.index.value) ||
        !ReadBytes((*words)[1], &contest.entry) ||
        !ReadPath(std::span(*words).subspan(2), &contest.path)) {
      return false;
    }
  }
  const auto commitment = lines->Next("commitment");
  if (!commitment || commitment->size() != 1 ||
      !ReadBytes(commitment->front(), &out->commitment)) {
    return false;
  }
  const auto end = lines->Next("");
  if (!end || !end->empty()) return false;
  out->tlog_proof = std::string(lines->rest());
  return true;
}

}  // namespace

std::string FormatTallyProof(const TallyProof& proof) {
  std::string out(kVersion);
  out += proof.sum ? "\nkind sum\n" : "\nkind inclusion\n";
  out += "genesis " + ToBase64(proof.genesis) + "\n";
  out += "node " + ToBase64(proof.node) + "\n";
  for (const Bytes& child : proof.children) out += "child " + ToBase64(child) + "\n";
  for (const TallyProof::Step& step : proof.steps) {
    out += fmt::format("step {} {}", step.index, ToBase64(step.node));
    AddPath(step.path, &out);
    out += "\n";
  }
  out += "nations";
  AddPath(proof.nations, &out);
  if (proof.of_parties) {
    out += fmt::format("\nparties {} {}", proof.of_parties->index.value,
                       ToBase64(proof.of_parties->entry));
    AddPath(proof.of_parties->path, &out);
  }
  out += "\ncommitment " + ToBase64(proof.commitment) + "\n\n" + proof.tlog_proof;
  return out;
}

Result<TallyProof> ParseTallyProof(ByteView text) {
  if (text.size() > limits::kTallyProofBytesMax) {
    return Status(Reason::kProofTooLarge, fmt::format("{} bytes, and may be {}", text.size(),
                                                      limits::kTallyProofBytesMax));
  }
  if (text.empty()) return Malformed("the file is empty");
  const ByteView first = text.substr(0, text.find('\n'));
  if (first != kVersion) {
    if (!first.starts_with(kAnyVersion)) return Malformed("this is no tally proof");
    uint32_t version = 0;
    if (!ReadNumber(first.substr(kAnyVersion.size()), &version) || version < 2)
      return Malformed("its first line is not what it should be");
    return Status(Reason::kRulesUnknown,
                  "a proof of the version " + std::string(first.substr(0, 40)));
  }
  Lines lines(text.substr(std::min(text.size(), kVersion.size() + 1)));
  TallyProof out;
  if (!ReadBody(&lines, &out)) return Malformed("a line is not what it should be");
  if (FormatTallyProof(out) != text) return Malformed("there is another way to write the same");
  return out;
}

}  // namespace jejak::projection
