#include "ledger/admission/decide.h"
