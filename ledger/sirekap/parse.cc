#include "ledger/sirekap/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "ledger/base/limits.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace jejak::sirekap {
namespace {

using election::ContestKind;
using election::FieldKey;
using election::Figure;
using Json = nlohmann::json;

// Levels of objects and lists within each other; the published files have three.
constexpr int kDepthMax = 16;

Status Malformed(std::string message) { return {Reason::kInputMalformed, std::move(message)}; }

struct AdministrasiKey {
  const char* name;
  Figure figure;
};
constexpr AdministrasiKey kAdministrasi[] = {
    {"pemilih_dpt_l", Figure::kVotersRegisteredL},
    {"pemilih_dpt_p", Figure::kVotersRegisteredP},
    {"pemilih_dpt_j", Figure::kVotersRegisteredJ},
    {"pengguna_dpt_l", Figure::kVotersFromListL},
    {"pengguna_dpt_p", Figure::kVotersFromListP},
    {"pengguna_dpt_j", Figure::kVotersFromListJ},
    {"pengguna_dptb_l", Figure::kVotersTransferredL},
    {"pengguna_dptb_p", Figure::kVotersTransferredP},
    {"pengguna_dptb_j", Figure::kVotersTransferredJ},
    {"pengguna_non_dpt_l", Figure::kVotersWalkInL},
    {"pengguna_non_dpt_p", Figure::kVotersWalkInP},
    {"pengguna_non_dpt_j", Figure::kVotersWalkInJ},
    {"pengguna_total_l", Figure::kVotersTotalL},
    {"pengguna_total_p", Figure::kVotersTotalP},
    {"pengguna_total_j", Figure::kVotersTotalJ},
    {"suara_sah", Figure::kValid},
    {"suara_tidak_sah", Figure::kInvalid},
    {"suara_total", Figure::kTotal},
};

// The member, or null where it is absent or null itself.
const Json* Member(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

// Null, or an object: anything else is refused.
Result<const Json*> Object(const Json& parent, const char* name) {
  const Json* value = Member(parent, name);
  if (value && !value->is_object()) return Malformed(fmt::format("{} is not an object", name));
  return value;
}

// Empty where absent.
Result<std::string> Text(const Json& parent, const char* name) {
  const Json* value = Member(parent, name);
  if (!value) return std::string();
  if (!value->is_string()) return Malformed(fmt::format("{} is not text", name));
  auto text = value->get<std::string>();
  if (!IsPlainText(text)) return Malformed(fmt::format("{} has characters it must not have", name));
  return text;
}

// An id from 1, written as the number is: no sign, no leading zero. No value on anything else.
std::optional<uint32_t> Id(std::string_view digits) {
  uint32_t id = 0;
  const char* const end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, id);
  if (error != std::errc() || at != end || id == 0 || digits[0] == '0') return std::nullopt;
  return id;
}

// Parses text into JSON, refusing what nlohmann's parser lets pass: a key given twice, and depth.
Result<Json> Parse(std::string_view text) {
  // The parser takes one for the end, whatever follows.
  if (text.find('\0') != std::string_view::npos) return Malformed("not JSON: it holds a null byte");
  std::vector<std::set<std::string>> keys;
  std::string fault;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kDepthMax && fault.empty()) fault = "objects lie too deep within each other";
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys.back().insert(key).second && fault.empty()) fault = "a key is given twice";
    }
    return depth <= kDepthMax;
  };
  try {
    Json out = Json::parse(text.begin(), text.end(), watch);
    if (!fault.empty()) return Malformed(fault);
    if (!out.is_object()) return Malformed("not a JSON object");
    return out;
  } catch (const Json::exception&) {
    return Malformed(fault.empty() ? "not JSON" : fault);
  }
}

class VersionReader {
 public:
  VersionReader(const Json& json, ContestKind kind) : json_(json), kind_(kind) {}

  Result<Version> Read(const std::optional<election::StationCode>& tps) {
    JEJAK_RETURN_IF_ERROR(ReadCode(tps));
    JEJAK_RETURN_IF_ERROR(ReadTimes());
    JEJAK_RETURN_IF_ERROR(FindCount());
    JEJAK_RETURN_IF_ERROR(ReadAdministrasi());
    JEJAK_RETURN_IF_ERROR(ReadChart());
    JEJAK_RETURN_IF_ERROR(ReadImages());
    JEJAK_ASSIGN_OR_RETURN(out_.psu, Text(json_, "psu"));
    if (out_.psu.size() > limits::kNameBytesMax) return Malformed("psu is too long");
    return Finish();
  }

 private:
  Status ReadCode(const std::optional<election::StationCode>& tps);
  Status ReadTimes();
  Status FindCount();
  Status ReadAdministrasi();
  Status ReadChart();
  Status ReadParty(const std::string& id, const Json& party);
  Status ReadCandidates();
  Status ReadVotes(std::string_view where, const Json& by_choice);
  Status ReadImages();
  Status Put(FieldKey key, const Json& value, std::string_view where);
  Result<Version> Finish();

  const Json& json_;
  const Json* count_ = &json_;  // what holds chart, caleg and administrasi
  const ContestKind kind_;
  Version out_;
};

Status VersionReader::ReadCode(const std::optional<election::StationCode>& tps) {
  JEJAK_ASSIGN_OR_RETURN(const std::string kode, Text(json_, "kode"));
  const auto code = kode.empty() ? tps : election::StationCode::Parse(kode);
  if (!code || !code->IsStation()) return Malformed("kode is not the 13 digits of a TPS");
  if (tps && *code != *tps) return Malformed("kode is not the one that the file is named by");
  out_.tps = *code;
  return {};
}

Status VersionReader::ReadTimes() {
  JEJAK_ASSIGN_OR_RETURN(const std::string ts, Text(json_, "ts"));
  JEJAK_ASSIGN_OR_RETURN(const std::string seen, Text(json_, "seen"));
  const auto published = ParseLocalTime(ts, kJakartaOffsetMinutes);
  const auto observed = ParseTime(seen);
  if (!ts.empty() && (!published || published->value <= 0)) return Malformed("ts is not a time");
  if (!seen.empty() && (!observed || observed->value <= 0)) return Malformed("seen is not a time");
  if (ts.empty() && seen.empty()) return Malformed("neither ts nor seen is stated");
  if (published) out_.published = *published;
  if (observed) out_.observed = *observed;
  return {};
}

Status VersionReader::Put(FieldKey key, const Json& value, std::string_view where) {
  if (value.is_null()) return {};
  if (!value.is_number_unsigned()) {
    return Malformed(fmt::format("{}: a figure is not a whole number from 0", where));
  }
  const auto number = value.get<uint64_t>();
  if (number > limits::kStationFigureMax) {
    return Malformed(fmt::format("{}: a figure is larger than any form can hold", where));
  }
  out_.values.push_back({key, static_cast<uint32_t>(number)});
  return {};
}

// In the files of a Pilkada the count lies one level down.
Status VersionReader::FindCount() {
  JEJAK_ASSIGN_OR_RETURN(const Json* inner, Object(json_, "tungsura"));
  if (!inner) return {};
  for (const char* name : {"chart", "caleg", "administrasi"}) {
    if (Member(json_, name)) return Malformed(fmt::format("{} stands beside tungsura", name));
  }
  count_ = inner;
  return {};
}

Status VersionReader::ReadAdministrasi() {
  JEJAK_ASSIGN_OR_RETURN(const Json* figures, Object(*count_, "administrasi"));
  if (!figures) return {};
  for (const AdministrasiKey& key : kAdministrasi) {
    if (const Json* value = Member(*figures, key.name)) {
      JEJAK_RETURN_IF_ERROR(Put(FieldKey::Of(key.figure), *value, key.name));
    }
  }
  return {};
}

// Keys that aren't digits ("null", "persen") are artefacts and left out; digits must be an id.
Status VersionReader::ReadVotes(std::string_view where, const Json& by_choice) {
  for (const auto& [key, value] : by_choice.items()) {
    if (!IsDigits(key)) continue;
    const auto id = Id(key);
    if (!id) return Malformed(fmt::format("{}: not the id of a choice", where));
    JEJAK_RETURN_IF_ERROR(Put(FieldKey::Votes(*id), value, where));
  }
  return {};
}

Status VersionReader::ReadParty(const std::string& key, const Json& party) {
  const auto id = Id(key);
  if (!id) return Malformed("chart: not the id of a party");
  if (party.is_null()) return {};
  if (!party.is_object()) return Malformed("chart: a party's votes are not an object");
  if (const Json* own = Member(party, "jml_suara_partai")) {
    JEJAK_RETURN_IF_ERROR(Put(FieldKey::Votes(*id), *own, "jml_suara_partai"));
  }
  if (const Json* total = Member(party, "jml_suara_total")) {
    JEJAK_RETURN_IF_ERROR(Put(FieldKey::PartyTotal(*id), *total, "jml_suara_total"));
  }
  return {};
}

Status VersionReader::ReadCandidates() {
  JEJAK_ASSIGN_OR_RETURN(const Json* parties, Object(*count_, "caleg"));
  if (!parties) return {};
  for (const auto& [key, candidates] : parties->items()) {
    if (!IsDigits(key) || candidates.is_null()) continue;
    if (!candidates.is_object()) return Malformed("caleg: a party's candidates are not an object");
    JEJAK_RETURN_IF_ERROR(ReadVotes("caleg", candidates));
  }
  return {};
}

Status VersionReader::ReadChart() {
  JEJAK_ASSIGN_OR_RETURN(const Json* chart, Object(*count_, "chart"));
  if (kind_ != ContestKind::kParty) return chart ? ReadVotes("chart", *chart) : Status();
  if (chart) {
    for (const auto& [key, party] : chart->items()) {
      if (IsDigits(key)) JEJAK_RETURN_IF_ERROR(ReadParty(key, party));
    }
  }
  return ReadCandidates();
}

Status VersionReader::ReadImages() {
  const Json* images = Member(json_, "images");
  if (!images) return {};
  if (!images->is_array()) return Malformed("images is not a list");
  if (images->size() > limits::kEvidencePagesMax) return Malformed("images has too many pages");
  for (const Json& image : *images) {
    if (!image.is_null() && !image.is_string()) return Malformed("images: a URL is not text");
    std::string url = image.is_null() ? std::string() : image.get<std::string>();
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    if (!url.empty() && (!web || url.size() > limits::kUrlBytesMax || !IsPlainText(url) ||
                         url.find(' ') != std::string::npos)) {
      return Malformed("images: not a URL");
    }
    out_.images.push_back(std::move(url));
  }
  while (!out_.images.empty() && out_.images.back().empty()) out_.images.pop_back();
  return {};
}

Result<Version> VersionReader::Finish() {
  auto& values = out_.values;
  if (values.size() > limits::kListElementsMax) return Malformed("too many figures");
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  const auto twice = std::adjacent_find(
      values.begin(), values.end(), [](const auto& a, const auto& b) { return a.key == b.key; });
  if (twice != values.end()) {
    return Malformed(fmt::format("{} is given twice", election::FieldName(twice->key)));
  }
  values.shrink_to_fit();
  return std::move(out_);
}

}  // namespace

bool Version::HasContent() const { return !values.empty() || !images.empty(); }

Result<Version> ParseVersion(std::string_view json, ContestKind kind,
                             const std::optional<election::StationCode>& tps) {
  JEJAK_ASSIGN_OR_RETURN(const Json parsed, Parse(json));
  return VersionReader(parsed, kind).Read(tps);
}

}  // namespace jejak::sirekap
