// Status and Result: how every fallible function of Jejak answers. An error has a typed reason from
// one table (reasons.def), which fixes its canonical code, exit status, texts and anchor in the
// docs.
//
// Thread rule: values, copyable. Exceptions of other libraries are turned into these in the one
// module that owns the library; no exception crosses a module.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/base/reason.h"

namespace jejak {

class [[nodiscard]] Status {
 public:
  // Success.
  Status() = default;
  // A failure. `message` says what happened to what, in English, without the reason's standing
  // text.
  Status(Reason reason, std::string message) : reason_(reason), message_(std::move(message)) {
    JEJAK_CHECK(reason != Reason::kOk);
  }

  bool ok() const { return reason_ == Reason::kOk; }
  Reason reason() const { return reason_; }
  Code code() const { return InfoOf(reason_).code; }
  const std::string& message() const { return message_; }

  // Key/value details for programs: "index", "expected_sequence", "file" …
  using Metadata = std::vector<std::pair<std::string, std::string>>;
  const Metadata& metadata() const { return metadata_; }
  Status With(std::string key, std::string value) && {
    metadata_.emplace_back(std::move(key), std::move(value));
    return std::move(*this);
  }

  // "REASON: message", for logs and tests.
  std::string ToString() const;

 private:
  Reason reason_ = Reason::kOk;
  std::string message_;
  Metadata metadata_;
};

inline Status OkStatus() { return {}; }

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}                                  // NOLINT
  Result(Status status) : status_(std::move(status)) { JEJAK_CHECK(!status_.ok()); }  // NOLINT

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() & { return Checked(); }
  const T& value() const& { return const_cast<Result*>(this)->Checked(); }
  T&& value() && { return std::move(Checked()); }
  T& operator*() & { return Checked(); }
  const T& operator*() const& { return const_cast<Result*>(this)->Checked(); }
  T&& operator*() && { return std::move(Checked()); }
  T* operator->() { return &Checked(); }
  const T* operator->() const { return &const_cast<Result*>(this)->Checked(); }

 private:
  T& Checked() {
    JEJAK_CHECK(value_.has_value());
    return *value_;
  }
  std::optional<T> value_;
  Status status_;
};

}  // namespace jejak

#define JEJAK_CONCAT_INNER(a, b) a##b
#define JEJAK_CONCAT(a, b) JEJAK_CONCAT_INNER(a, b)

// Returns from the enclosing function when `expression` (a Status) is a failure.
#define JEJAK_RETURN_IF_ERROR(expression)              \
  do {                                                 \
    ::jejak::Status jejak_status_ = (expression);      \
    if (!jejak_status_.ok()) return jejak_status_;     \
  } while (false)

// JEJAK_ASSIGN_OR_RETURN(auto x, MakeX()); returns the failure, or declares x.
#define JEJAK_ASSIGN_OR_RETURN(declaration, expression) \
  JEJAK_ASSIGN_OR_RETURN_INNER(JEJAK_CONCAT(jejak_result_, __LINE__), declaration, expression)
#define JEJAK_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                         \
  if (!result.ok()) return result.status();                           \
  declaration = std::move(result).value()
