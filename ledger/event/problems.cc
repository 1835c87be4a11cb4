#include "ledger/event/problems.h"

#include "ledger/base/check.h"

namespace jejak::event {

void Problems::Push(Step step) {
  JEJAK_CHECK(depth_ < kDepthMax);
  path_[depth_++] = step;
}

void Problems::Fail(Reason reason, std::string_view field, std::string_view what) {
  if (!ok()) return;
  std::string name;
  for (size_t i = 0; i < depth_; ++i) {
    name += path_[i].list;
    if (path_[i].index != kStruct) name += "[" + std::to_string(path_[i].index) + "]";
    if (i + 1 < depth_ || !field.empty()) name += ".";
  }
  name += field;
  std::string message = name + ": " + std::string(what);
  status_ = Status(reason, std::move(message)).With("field", std::move(name));
}

}  // namespace jejak::event
