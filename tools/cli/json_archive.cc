#include "tools/cli/json_archive.h"

#include "ledger/base/text.h"

namespace jejak::cli {
namespace {

// Null when it isn't text.
const std::string* Text(const Json& json, const std::string& at, Status* first,
                        std::string_view what) {
  if (!first->ok()) return nullptr;
  if (json.is_string()) return &json.get_ref<const std::string&>();
  *first = Malformed(at, fmt::format("must be {}, as a string", what));
  return nullptr;
}

void Wrong(const std::string& at, Status* first, std::string_view what, const std::string& text) {
  if (first->ok()) *first = Malformed(at, fmt::format("\"{}\" is not {}", text, what));
}

}  // namespace

const Json* In::Take(const char* name) {
  known_.push_back(name);
  if (!ok()) return nullptr;
  const auto it = object_.find(name);
  return it == object_.end() ? nullptr : &*it;
}

void In::Finish() {
  if (!ok()) return;
  for (const auto& [key, value] : object_.items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    return FailAt(At(key), "no such key is known here");
  }
}

std::string FormatLocalTime(int64_t local_seconds) {
  return FormatSeconds(local_seconds);
}

void FromValue(const Json& json, const std::string& at, Status* first, std::string& v) {
  if (const std::string* text = Text(json, at, first, "text")) v = *text;
}

void FromValue(const Json& json, const std::string& at, Status* first, bool& v) {
  if (!first->ok()) return;
  if (!json.is_boolean()) {
    *first = Malformed(at, "must be true or false");
    return;
  }
  v = json.get<bool>();
}

void FromValue(const Json& json, const std::string& at, Status* first, election::RegionCode& v) {
  const std::string* text = Text(json, at, first, "a code");
  if (text == nullptr) return;
  const auto code = *text == "0" ? election::RegionCode() : election::RegionCode::Parse(*text);
  if (!code || text->empty()) return Wrong(at, first, "a code of 2, 4, 6, 10 or 13 digits", *text);
  v = *code;
}

void FromValue(const Json& json, const std::string& at, Status* first, election::FieldKey& v) {
  const std::string* text = Text(json, at, first, "a field");
  if (text == nullptr) return;
  const auto field = election::ParseField(*text);
  if (!field) return Wrong(at, first, "the name of a field", *text);
  v = *field;
}

void FromValue(const Json& json, const std::string& at, Status* first, UnixMicros& v) {
  const std::string* text = Text(json, at, first, "a time");
  if (text == nullptr) return;
  const auto time = ParseTime(*text);
  if (!time) return Wrong(at, first, "an RFC 3339 time", *text);
  v = *time;
}

void FromValue(const Json& json, const std::string& at, Status* first, DateRef v) {
  if (json.is_null()) return void(v.value = 0);  // as it is printed
  const std::string* text = Text(json, at, first, "a date");
  if (text == nullptr) return;
  const auto date = ParseDate(*text);
  if (!date) return Wrong(at, first, "a date (YYYY-MM-DD)", *text);
  v.value = *date;
}

void FromValue(const Json& json, const std::string& at, Status* first, ChoiceRef v) {
  const std::string* text = Text(json, at, first, "a choice's id");
  if (text == nullptr) return;
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
  const bool canonical = error == std::errc() && end == text->data() + text->size() &&
                         !text->empty() && text->front() != '0' && IsDigits(*text);
  if (!canonical) return Wrong(at, first, "a choice's id", *text);
  v.value = id;
}

namespace {

std::optional<int64_t> LocalSeconds(std::string text) {
  if (text.size() > 10 && text[10] == 'T') text[10] = ' ';
  const auto time = ParseLocalTime(text, 0);
  if (!time) return std::nullopt;
  return time->value / 1'000'000;
}

}  // namespace

void SecondsOfLocalTime(std::string* text) {
  if (const auto seconds = LocalSeconds(*text)) *text = std::to_string(*seconds);
}

void FromValue(const Json& json, const std::string& at, Status* first, LocalTimeRef v) {
  const std::string* text = Text(json, at, first, "a local time");
  if (text == nullptr) return;
  const auto seconds = LocalSeconds(*text);
  if (!seconds) return Wrong(at, first, "a local time (YYYY-MM-DDTHH:MM:SS)", *text);
  v.value = *seconds;
}

int64_t ReadWhole(const Json& json, const std::string& at, Status* first, int64_t low,
                  int64_t high) {
  if (!first->ok()) return low;
  const bool whole =
      json.is_number_integer() &&
      !(json.is_number_unsigned() &&
        json.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
  const int64_t value = whole ? json.get<int64_t>() : low;
  if (!whole || value < low || value > high) {
    *first = Malformed(at, fmt::format("must be a whole number from {} to {}", low, high));
    return low;
  }
  return value;
}

uint32_t ReadFigure(const Json& json, const std::string& at, Status* first) {
  if (!first->ok()) return 0;
  const bool huge =
      (json.is_number_unsigned() && json.get<uint64_t>() > std::numeric_limits<uint32_t>::max()) ||
      (json.is_number_float() && json.get<double>() > 4294967295.0);
  if (huge) {
    *first = Status(Reason::kFigureOutOfRange, at + ": no form can hold that").With("pointer", at);
    return 0;
  }
  return static_cast<uint32_t>(ReadWhole(json, at, first, 0, std::numeric_limits<uint32_t>::max()));
}

Bytes ReadHex(const Json& json, const std::string& at, Status* first, size_t bytes) {
  const std::string* text = Text(json, at, first, "hex");
  if (text == nullptr) return {};
  auto read = FromHex(*text);
  if (!read || read->size() != bytes) {
    Wrong(at, first, fmt::format("{} bytes in lower-case hex", bytes), *text);
    return {};
  }
  return std::move(*read);
}

}  // namespace jejak::cli
