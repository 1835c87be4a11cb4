// One description of a value's members serves both directions: Fields(archive, value) names each
// member once, and an archive is Out (to JSON) or In (from JSON). So what is printed can be read
// back.
//
//   Req   a member that must be there
//   Opt   one that may be absent or null, and then keeps its default
//
// In is strict: wrong types, unknown keys and values out of range are INPUT_MALFORMED (figures
// beyond 32 bits: FIGURE_OUT_OF_RANGE), naming the JSON pointer. The first failure is kept.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/election/codes.h"
#include "ledger/election/field.h"
#include "ledger/election/vocabulary.h"
#include "ledger/event/bodies.h"
#include "tools/cli/json.h"

namespace jejak::cli {

// Numbers that are shown as text.
struct DateRef {
  uint32_t& value;  // yyyymmdd; null for 0
};
struct ChoiceRef {
  election::ChoiceId& value;  // digits; null for 0
};
struct LocalTimeRef {
  int64_t& value;  // "2024-03-02T23:59:59" on the clock of the region
};
inline DateRef Date(uint32_t& v) { return {v}; }
inline ChoiceRef ChoiceText(election::ChoiceId& v) { return {v}; }
inline LocalTimeRef LocalTime(int64_t& v) { return {v}; }

// --- To JSON
// ----------------------------------------------------------------------------------------

inline Json ToValue(const std::string& v) { return v; }
inline Json ToValue(bool v) { return v; }
inline Json ToValue(const election::RegionCode& v) { return v.display(); }
inline Json ToValue(const election::FieldKey& v) { return election::FieldName(v); }
inline Json ToValue(UnixMicros v) { return FormatTime(v); }
inline Json ToValue(TreeSize v) { return v.value; }
inline Json ToValue(LogIndex v) { return v.value; }
inline Json ToValue(DateRef v) { return v.value == 0 ? Json() : Json(FormatDate(v.value)); }
inline Json ToValue(ChoiceRef v) { return v.value == 0 ? Json() : Json(std::to_string(v.value)); }
std::string FormatLocalTime(int64_t local_seconds);
// Text that is such a time becomes its seconds; any other stays.
void SecondsOfLocalTime(std::string* text);
inline Json ToValue(LocalTimeRef v) { return FormatLocalTime(v.value); }
template <size_t N, typename Tag>
Json ToValue(const FixedBytes<N, Tag>& v) {
  return ToHex(v);
}
template <typename T>
requires std::is_integral_v<T> Json ToValue(T v) { return v; }
template <typename T>
requires std::is_enum_v<T> Json ToValue(T v) { return std::string(Name(v)); }
template <typename T>
requires std::is_class_v<T> Json ToValue(const T& v);
template <typename T>
Json ToValue(const std::optional<T>& v) {
  return v ? ToValue(*v) : Json();
}
template <typename T>
Json ToValue(const std::vector<T>& v) {
  Json out = Json::array();
  for (const T& element : v) out.push_back(ToValue(element));
  return out;
}

class Out {
 public:
  static constexpr bool kReading = false;
  explicit Out(Json* object) : object_(object) { *object_ = Json::object(); }
  template <typename T>
  void Req(const char* name, const T& v) {
    (*object_)[name] = ToValue(v);
  }
  template <typename T>
  void Opt(const char* name, const T& v) {
    (*object_)[name] = ToValue(v);
  }
  void Put(const char* name, Json value) { (*object_)[name] = std::move(value); }

 private:
  Json* object_;
};

template <typename T>
requires std::is_class_v<T> Json ToValue(const T& v) {
  Json json;
  Out out(&json);
  Fields(out, const_cast<T&>(v));
  return json;
}

// --- From JSON
// --------------------------------------------------------------------------------------

// All of these keep the first failure in `first`.
void FromValue(const Json& json, const std::string& at, Status* first, std::string& v);
void FromValue(const Json& json, const std::string& at, Status* first, bool& v);
void FromValue(const Json& json, const std::string& at, Status* first, election::RegionCode& v);
void FromValue(const Json& json, const std::string& at, Status* first, election::FieldKey& v);
void FromValue(const Json& json, const std::string& at, Status* first, UnixMicros& v);
void FromValue(const Json& json, const std::string& at, Status* first, DateRef v);
void FromValue(const Json& json, const std::string& at, Status* first, ChoiceRef v);
void FromValue(const Json& json, const std::string& at, Status* first, LocalTimeRef v);
// A whole number from `low` to `high`.
int64_t ReadWhole(const Json& json, const std::string& at, Status* first, int64_t low,
                  int64_t high);
// A figure: a whole number; beyond 32 bits FIGURE_OUT_OF_RANGE.
uint32_t ReadFigure(const Json& json, const std::string& at, Status* first);
Bytes ReadHex(const Json& json, const std::string& at, Status* first, size_t bytes);

template <size_t N, typename Tag>
void FromValue(const Json& json, const std::string& at, Status* first, FixedBytes<N, Tag>& v);
template <typename Tag>
void FromValue(const Json& json, const std::string& at, Status* first, Strong<Tag, uint64_t>& v);
template <typename T>
requires(std::is_integral_v<T> && sizeof(T) <= 4) void FromValue(const Json& json,
                                                                 const std::string& at,
                                                                 Status* first, T& v);
template <typename T>
requires std::is_enum_v<T>
void FromValue(const Json& json, const std::string& at, Status* first, T& v);
template <typename T>
requires std::is_class_v<T>
void FromValue(const Json& json, const std::string& at, Status* first, T& v);
template <typename T>
void FromValue(const Json& json, const std::string& at, Status* first, std::optional<T>& v);
template <typename T>
void FromValue(const Json& json, const std::string& at, Status* first, std::vector<T>& v);

class In {
 public:
  static constexpr bool kReading = true;
  In(const Json& object, std::string pointer, Status* first)
      : object_(object), pointer_(std::move(pointer)), first_(first) {
    if (!object_.is_object()) Fail("must be an object");
  }
  // Keys that nobody asked for are refused.
  void Finish();

  template <typename T>
  void Req(const char* name, T&& v) {
    const Json* member = Take(name);
    if (!ok()) return;
    if (member == nullptr) return Fail(fmt::format("the key \"{}\" is missing", name));
    FromValue(*member, At(name), first_, v);
  }
  template <typename T>
  void Opt(const char* name, T&& v) {
    const Json* member = Take(name);
    if (!ok() || member == nullptr || member->is_null()) return;
    FromValue(*member, At(name), first_, v);
  }
  // The member, or null when it is absent; it counts as known.
  const Json* Take(const char* name);
  std::string At(std::string_view name) const { return pointer_ + "/" + std::string(name); }
  bool ok() const { return first_->ok(); }
  void Fail(std::string_view why) { FailAt(pointer_, why); }
  void FailAt(const std::string& pointer, std::string_view why) {
    if (first_->ok()) *first_ = Malformed(pointer, why);
  }
  Status* first() { return first_; }

 private:
  const Json& object_;
  std::string pointer_;
  Status* first_;
  std::vector<std::string> known_;
};

template <size_t N, typename Tag>
void FromValue(const Json& json, const std::string& at, Status* first, FixedBytes<N, Tag>& v) {
  const auto read = FixedBytes<N, Tag>::From(ReadHex(json, at, first, N));
  if (read) v = *read;
}
template <typename Tag>
void FromValue(const Json& json, const std::string& at, Status* first, Strong<Tag, uint64_t>& v) {
  v.value =
      static_cast<uint64_t>(ReadWhole(json, at, first, 0, std::numeric_limits<int64_t>::max()));
}
template <typename T>
requires(std::is_integral_v<T> && sizeof(T) <= 4) void FromValue(const Json& json,
                                                                 const std::string& at,
                                                                 Status* first, T& v) {
  v = static_cast<T>(
      ReadWhole(json, at, first, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}
template <typename T>
requires std::is_enum_v<T>
void FromValue(const Json& json, const std::string& at, Status* first, T& v) {
  if (!first->ok()) return;
  const auto read =
      json.is_string() ? election::Parse<T>(json.get_ref<const std::string&>()) : std::nullopt;
  if (read) {
    v = *read;
    return;
  }
  std::string words;
  for (const T word : election::AllOf<T>()) {
    words += fmt::format("{}{}", words.empty() ? "" : ", ", Name(word));
  }
  *first = Malformed(at, "must be one of " + words);
}
template <typename T>
requires std::is_class_v<T>
void FromValue(const Json& json, const std::string& at, Status* first, T& v) {
  In in(json, at, first);
  Fields(in, v);
  in.Finish();
}
template <typename T>
void FromValue(const Json& json, const std::string& at, Status* first, std::optional<T>& v) {
  FromValue(json, at, first, v.emplace());
}
template <typename T>
void FromValue(const Json& json, const std::string& at, Status* first, std::vector<T>& v) {
  if (!first->ok()) return;
  if (!json.is_array()) {
    *first = Malformed(at, "must be a list");
    return;
  }
  v.clear();
  for (size_t i = 0; i < json.size() && first->ok(); ++i) {
    FromValue(json[i], fmt::format("{}/{}", at, i), first, v.emplace_back());
  }
}

// A whole document.
template <typename T>
Result<T> ReadDocument(const Json& json) {
  Status first;
  T value;
  FromValue(json, "", &first, value);
  if (!first.ok()) return first;
  return value;
}

}  // namespace jejak::cli
