// JEJAK_CHECK: assertions about the program itself, always compiled in. A failed check aborts the
// process: a ledger that has lost track of its own state must stop before it writes. Input never
// reaches one; input is refused by Status.
#pragma once

namespace jejak {

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace jejak

#define JEJAK_CHECK(condition)                  \
  (__builtin_expect(!!(condition), 1) ? (void)0 \
                                      : ::jejak::CheckFailed(#condition, __FILE__, __LINE__))
