#include "tools/cli/json_parts.h"

namespace jejak::cli {
namespace {

// "voters_total.l" -> "voters_total", "l"; "valid" -> "valid", "".
std::pair<std::string, std::string> Split(election::Figure figure) {
  const std::string_view name = Name(figure);
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return {std::string(name), ""};
  return {std::string(name.substr(0, dot)), std::string(name.substr(dot + 1))};
}

uint64_t ReadAmount(const Json& json, const std::string& at, Status* first, bool big) {
  if (!big) return ReadFigure(json, at, first);
  return static_cast<uint64_t>(ReadWhole(json, at, first, 0, int64_t{1} << 53));
}

}  // namespace

Json FiguresToJson(const FigureList<uint64_t>& figures, bool only_present) {
  Json out = Json::object();
  for (uint16_t f = 0; f < election::kFigures; ++f) {
    const auto figure = static_cast<election::Figure>(f);
    const auto at = std::find_if(figures.begin(), figures.end(),
                                 [&](const auto& p) { return p.first == figure; });
    if (at == figures.end() && only_present) continue;
    const auto [row, column] = Split(figure);
    Json value = at == figures.end() ? Json() : Json(at->second);
    if (column.empty()) {
      out[row] = std::move(value);
    } else {
      out[row][column] = std::move(value);
    }
  }
  return out;
}

FigureList<uint64_t> FiguresFromJson(const Json& json, const std::string& at, Status* first,
                                     bool big) {
  FigureList<uint64_t> out;
  In object(json, at, first);
  std::string row_name;
  std::optional<In> row;
  for (uint16_t f = 0; f < election::kFigures && first->ok(); ++f) {
    const auto figure = static_cast<election::Figure>(f);
    const auto [name, column] = Split(figure);
    if (name != row_name) {
      if (row) row->Finish();
      row.reset();
      row_name = name;
      const Json* member = object.Take(row_name.c_str());
      if (member == nullptr || member->is_null()) continue;
      if (column.empty()) {
        out.emplace_back(figure, ReadAmount(*member, object.At(name), first, big));
        continue;
      }
      row.emplace(*member, object.At(name), first);
    }
    if (!row) continue;
    const Json* value = row->Take(Name(figure).data() + name.size() + 1);
    if (value == nullptr || value->is_null()) continue;
    out.emplace_back(figure, ReadAmount(*value, row->At(column), first, big));
  }
  if (row) row->Finish();
  object.Finish();
  return out;
}

Json VotesToJson(const std::vector<VoteLine>& votes) {
  Json out = Json::array();
  for (const VoteLine& line : votes) {
    Json one;
    one["choice"] = std::to_string(line.choice);
    one["votes"] = line.votes ? Json(*line.votes) : Json();
    if (line.party_total) one["party_total"] = *line.party_total;
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<VoteLine> VotesFromJson(const Json& json, const std::string& at, Status* first,
                                    bool big) {
  std::vector<VoteLine> out;
  if (!first->ok()) return out;
  if (!json.is_array()) {
    *first = Malformed(at, "must be a list");
    return out;
  }
  for (size_t i = 0; i < json.size() && first->ok(); ++i) {
    In line(json[i], fmt::format("{}/{}", at, i), first);
    VoteLine& vote = out.emplace_back();
    line.Req("choice", ChoiceText(vote.choice));
    const auto amount = [&](const char* name) -> std::optional<uint64_t> {
      const Json* member = line.Take(name);
      if (member == nullptr || member->is_null()) return std::nullopt;
      return ReadAmount(*member, line.At(name), first, big);
    };
    vote.votes = amount("votes");
    vote.party_total = amount("party_total");
    line.Finish();
  }
  return out;
}

Json EvidenceToJson(const event::Evidence& evidence) {
  Json out;
  out["page"] = evidence.page;
  out["media_type"] = evidence.media_type;
  out["sha256"] = evidence.sha256 ? Json(ToHex(*evidence.sha256)) : Json();
  out["url"] = evidence.url.empty() ? Json() : Json(evidence.url);
  return out;
}

Json EvidenceToJson(const std::vector<event::Evidence>& evidence) {
  Json out = Json::array();
  for (const event::Evidence& e : evidence) out.push_back(EvidenceToJson(e));
  return out;
}

}  // namespace jejak::cli
