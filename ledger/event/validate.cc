#include "ledger/event/validate.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/event/codec.h"

namespace jejak::event {

void Checker::Text(const char* field, std::string_view text, size_t bytes_max) {
  if (text.empty()) return;
  if (text.size() > bytes_max) {
    return Invalid(field, "is longer than " + std::to_string(bytes_max) + " bytes");
  }
  if (!IsPlainText(text)) {
    Invalid(field, "is not plain text: UTF-8 without control or bidirectional characters");
  }
}

void Checker::OfficialId(const char* field, std::string_view id) {
  if (id.size() > limits::kIdBytesMax || !IsIdentifier(id)) {
    Invalid(field, "is not an id: up to 64 of a-z 0-9 _ - . : / that begin with a letter or digit");
  }
}

void Checker::Contest(const char* field, std::string_view id) {
  const auto lower = [](char ch) { return ch >= 'a' && ch <= 'z'; };
  const auto digit = [](char ch) { return ch >= '0' && ch <= '9'; };
  if (id.empty() || id.size() > limits::kContestIdBytesMax || !lower(id[0]) ||
      !std::all_of(id.begin(), id.end(), [&](char ch) { return lower(ch) || digit(ch); })) {
    Invalid(field, "is not the id of a contest: up to 16 of a-z 0-9 that begin with a letter");
  }
}

void Checker::Station(const char* field, const StationCode& code) {
  if (!code.IsStation()) Invalid(field, "is not the code of a polling station: 13 digits");
}

void Checker::Region(const char* field, const RegionCode& code) {
  if (code.IsStation()) Invalid(field, "is a polling station, not a region");
}

void Checker::Date(const char* field, uint32_t yyyymmdd) {
  if (yyyymmdd != 0 && !IsDate(yyyymmdd)) Invalid(field, "is no date of the calendar");
}

void Checker::Round(uint16_t round) {
  if (round == 0 || round > limits::kRoundMax) {
    Invalid("round", "is not between 1 and " + std::to_string(limits::kRoundMax));
  }
}

void Checker::FigureAtMost(const FieldKey& figure, uint64_t value, uint64_t max) {
  if (value > max) {
    Fail(Reason::kFigureOutOfRange, election::FieldName(figure),
         std::to_string(value) + " is more than " + std::to_string(max));
  }
}

void Checker::AtMost(const char* field, size_t size, size_t max) {
  if (size > max) Invalid(field, "has more than " + std::to_string(max) + " elements");
}

void Checker::NotAscending(const char* field, size_t index) {
  const Element element(this, field, index);
  Invalid("", "does not come after the element before it");
}

void Checker::Regions(const char* field, const std::vector<RegionCode>& list) {
  Ascending(field, list, std::identity{});
}

void Checker::DisjointRegions(const char* field, const std::vector<RegionCode>& list) {
  Regions(field, list);
  // In ascending order a region stands right before whatever lies in it.
  for (size_t i = 1; i < list.size() && ok(); ++i) {
    const Element element(this, field, i);
    if (list[i - 1].Contains(list[i])) Invalid("", "lies in the element before it");
  }
}

void Checker::Contests(const char* field, const std::vector<std::string>& list) {
  Ascending(field, list, std::identity{});
  for (size_t i = 0; i < list.size() && ok(); ++i) {
    const Element element(this, field, i);
    Contest("", list[i]);
  }
}

Status ValidateBody(const Body& body) {
  Checker checker;
  std::visit([&checker](const auto& b) { Check(b, &checker); }, body);
  return checker.Take();
}

}  // namespace jejak::event
