// The first thing that is wrong with an event, and where: collected while fields are checked one
// after the other, so that a sound event costs no Status per field.
//
// Internal to ledger/event. Thread rule: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/base/status.h"

namespace jejak::event {

class Problems {
 public:
  bool ok() const { return status_.ok(); }
  // Keeps the first failure; `field` is a name in event.capnp, below the elements that are open.
  void Fail(Reason reason, std::string_view field, std::string_view what);
  Status Take() { return std::move(status_); }

  // While it lives, fields lie in element `index` of `list`: "evidence[2].url".
  class Element {
   public:
    Element(Problems* problems, const char* list, size_t index) : problems_(problems) {
      problems_->Push({list, index});
    }
    ~Element() { --problems_->depth_; }
    Element(const Element&) = delete;
    Element& operator=(const Element&) = delete;

   private:
    Problems* problems_;
  };
  // An index that isn't shown: fields lie in a struct, "minutes.number".
  static constexpr size_t kStruct = ~size_t{0};

 private:
  struct Step {
    const char* list;
    size_t index;
  };
  void Push(Step step);

  static constexpr size_t kDepthMax = 4;
  std::array<Step, kDepthMax> path_{};
  size_t depth_ = 0;
  Status status_;
};

}  // namespace jejak::event
