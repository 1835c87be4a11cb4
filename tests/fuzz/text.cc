// Every small text that is parsed: what is accepted is what its formatter writes, character for
// character, or where several writings are allowed, what is formatted is read back as the same.
#include "ledger/base/text.h"

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/reason.h"
#include "ledger/base/time.h"
#include "ledger/election/codes.h"
#include "ledger/election/field.h"
#include "ledger/election/vocabulary.h"
#include "ledger/event/bodies.h"
#include "ledger/projection/page_token.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

void CheckWords(ByteView text) {
#define JEJAK_CHECK_WORD(type, list)                           \
  if (const auto word = election::Parse<election::type>(text)) \
    JEJAK_CHECK(election::Name(*word) == text);
  JEJAK_VOCABULARY_LISTS(JEJAK_CHECK_WORD)
#undef JEJAK_CHECK_WORD
  if (const auto kind = event::ParseBodyName(text)) JEJAK_CHECK(event::BodyName(*kind) == text);
  if (const auto reason = ReasonByName(text)) JEJAK_CHECK(InfoOf(*reason).name == text);
  if (const auto field = election::ParseField(text))
    JEJAK_CHECK(election::FieldName(*field) == text);
}

void CheckCode(ByteView text) {
  const auto code = election::RegionCode::Parse(text);
  if (!code) return;
  JEJAK_CHECK(code->view() == text && (text.empty() || IsDigits(text)));
  JEJAK_CHECK(!election::LevelName(*code).empty() && code->Contains(*code));
  for (auto up = *code; !up.IsNation();) {
    const auto parent = up.Parent();
    JEJAK_CHECK(parent.Contains(up) && !up.Contains(parent) && code->At(parent.level()) == parent);
    up = parent;
  }
}

void CheckTimes(ByteView text) {
  if (const auto time = ParseTime(text)) {
    JEJAK_CHECK(ParseTime(FormatTime(*time)) == time);
  }
  for (const int offset : {0, 420, 480, 540}) (void)ParseLocalTime(text, offset);
  if (const auto date = ParseDate(text)) {
    JEJAK_CHECK(IsDate(*date) && FormatDate(*date) == text);
  }
}

void CheckEncodings(ByteView text) {
  if (const auto bytes = FromHex(text)) JEJAK_CHECK(ToHex(*bytes) == text);
  if (const auto bytes = FromBase64(text)) JEJAK_CHECK(ToBase64(*bytes) == text);
  JEJAK_CHECK(FromHex(ToHex(text)) == Bytes(text));
  JEJAK_CHECK(FromBase64(ToBase64(text)) == Bytes(text));
}

void CheckPlain(ByteView text) {
  if (IsPlainText(text)) {
    JEJAK_CHECK(IsUtf8(text));
    JEJAK_CHECK(std::none_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    }));
  }
  if (IsIdentifier(text)) JEJAK_CHECK(IsPlainText(text) && !text.empty());
}

void CheckToken(ByteView text) {
  const auto start = projection::ParsePageToken(text);
  if (!start.ok()) return;
  if (start->size) {
    JEJAK_CHECK(projection::FormatPageToken(start->at, *start->size, start->question) == text);
  } else {
    JEJAK_CHECK(text.empty() && start->at.empty());
  }
  (void)projection::IndexOfPage(*start);
}

}  // namespace

void Run(ByteView input) {
  CheckWords(input);
  CheckCode(input);
  CheckTimes(input);
  CheckEncodings(input);
  CheckPlain(input);
  CheckToken(input);
}

std::vector<Bytes> Seeds() {
  return {"voters_registered.l",
          "votes.100025",
          "party_total.4",
          "evidence.2",
          "6501011001001",
          "650101",
          "65",
          "2024-02-14T16:21:07Z",
          "2024-02-14T23:21:07.123456+07:00",
          "2024-02-14 16:21:07",
          "2024-02-29",
          "00ff",
          "AAECAw==",
          "6501011001001.1234",
          "resultSubmitted",
          "STAGE_SEALED",
          "kpu_kabkota",
          "kpps.65:01/2",
          "Dasén Ꮓ 🗳",
          "\xe2\x80\xae",
          "machine_read",
          "constitutional_court"};
}

}  // namespace jejak::fuzz
