#include "ledger/event/testing_forgeries.h"

#include <utility>

#include "ledger/event/bodies.h"
#include "ledger/event/testing_samples.h"

namespace jejak::event {
namespace {

using Forgeries = std::vector<Forgery>;

uint64_t Number(BodyKind kind) { return static_cast<uint64_t>(kind); }

Raw Envelope(uint64_t body_number, Raw election, Raw author, Raw previous, Raw body) {
  return Struct({3, 1'707'900'000'123'456, body_number},
                {std::move(election), std::move(author), std::move(previous), std::move(body)});
}
Raw Octets32(uint8_t first) { return Octets(Bytes(Counting<Hash>(first).view())); }
Raw Key32() { return Octets32(9); }
// Words of FigureValue and ChoiceValue.
Raw Figure(uint64_t figure, uint64_t value) { return Struct({figure | value << 32}); }
Raw Vote(uint64_t choice, uint64_t value) { return Struct({choice | value << 32}); }
// Figure, votes or partyTotal by `tag`.
Raw Field(uint64_t tag, uint64_t id) { return Struct({(tag == 0 ? id : id << 32) | tag << 16}); }

Bytes Released(Raw reason) { return Write(RawReleased(Key32(), std::move(reason))); }
Bytes Submission(std::vector<Raw> from_figures) {
  return Write(RawSubmission(std::move(from_figures)));
}
Bytes Rules(Raw body) { return Write(RawEvent(Number(BodyKind::kRulesChanged), std::move(body))); }

template <typename Edit>
Bytes Edited(const Bytes& bytes, Edit edit) {
  std::vector<uint64_t> words = ToWords(bytes);
  edit(&words);
  return FromWords(words);
}

// Sound events: what the forgeries below are changed from.
void AddSound(Forgeries* out) {
  const auto add = [out](const char* name, Bytes b) {
    out->push_back({name, Reason::kOk, std::move(b)});
  };
  add("sound rules", Rules(Struct({1})));
  add("sound rules zero, body of no size", Rules(Struct({})));
  add("sound text", Released(TextOf("x")));
  add("sound text absent", Write(RawEvent(Number(BodyKind::kKeyReleased), Struct({}, {Key32()}))));
  add("sound figures", Submission({Structs({Figure(0, 1), Figure(1, 2)})}));
  add("sound figure of no size", Submission({Structs({Struct({})})}));
  add("sound reading of the first figure",
      Submission({Null(), Null(), Null(), Structs({Struct({1}, {Struct({})})})}));
}

// What isn't a message at all, or isn't laid out as the canonical one.
void AddLayout(Forgeries* out) {
  const auto add = [out](const char* name, Reason r, Bytes b) {
    out->push_back({name, r, std::move(b)});
  };
  const Bytes rules = Rules(Struct({1}));
  const auto canonical = Reason::kEventNotCanonical;
  const auto malformed = Reason::kEventMalformed;
  add("empty", malformed, "");
  add("one byte short", malformed, rules.substr(0, rules.size() - 1));
  add("one byte more", malformed, rules + '\0');
  add("one word short", malformed, rules.substr(0, rules.size() - 8));
  add("half", malformed, rules.substr(0, 80));
  add("one zero word more", canonical, rules + Bytes(8, '\0'));
  add("larger than an event may be", Reason::kEventTooLarge,
      rules + Bytes(64'008 - rules.size(), '\0'));
  add("null root", Reason::kFieldInvalid, Bytes(8, '\0'));
  add("stream framing", Reason::kFieldInvalid, FromWords({(rules.size() / 8) << 32}) + rules);
  // Root, data 1..3, pointers 4..7, election 8..11, author 12..15, previous 16..19, body 20.
  add("election and author laid out in the other order", canonical, Edited(rules, [](auto* w) {
        std::swap_ranges(w->begin() + 8, w->begin() + 12, w->begin() + 12);
        (*w)[4] = ListPointer(7, 2, 32);
        (*w)[5] = ListPointer(2, 2, 32);
      }));
  add("election and previous share their bytes", canonical,
      Edited(rules, [](auto* w) { (*w)[6] = ListPointer(1, 2, 32); }));
  add("a hole between objects", canonical, Edited(rules, [](auto* w) {
        w->insert(w->begin() + 20, 0);
        (*w)[7] = StructPointer(13, 1, 0);
      }));
  add("root by way of a far pointer", canonical, Edited(rules, [](auto* w) {
        (*w)[0] = 2 | 21 << 3;  // to the landing pad in word 21, which points back to word 1
        w->push_back(StructPointer(1 - 22, 3, 4));
      }));
  add("far pointer to a segment that isn't there", malformed,
      Edited(rules, [](auto* w) { (*w)[0] = 2 | 21 << 3 | uint64_t{7} << 32; }));
  add("root is a list", malformed, Edited(rules, [](auto* w) { (*w)[0] = ListPointer(0, 5, 7); }));
  add("election is a capability", malformed, Edited(rules, [](auto* w) { (*w)[4] = 3; }));
  add("election is a struct", malformed,
      Edited(rules, [](auto* w) { (*w)[4] = StructPointer(3, 4, 0); }));
  add("election as words instead of bytes", malformed,
      Edited(rules, [](auto* w) { (*w)[4] = ListPointer(3, 5, 4); }));
  add("pointer past the end", malformed,
      Edited(rules, [](auto* w) { (*w)[7] = StructPointer(1000, 1, 0); }));
  add("pointer before the beginning", malformed,
      Edited(rules, [](auto* w) { (*w)[7] = StructPointer(-1000, 1, 0); }));
  add("body points to itself", canonical, Edited(rules, [](auto* w) {
        (*w)[7] = StructPointer(-1, 1, 0);
        w->pop_back();
      }));
}

// Structs with more, or less, than they need.
void AddShapes(Forgeries* out) {
  const auto add = [out](const char* name, Reason r, Bytes b) {
    out->push_back({name, r, std::move(b)});
  };
  const auto canonical = Reason::kEventNotCanonical;
  add("unknown data field", canonical, Rules(Struct({1, 7})));
  add("unknown bits of a known data word", canonical, Rules(Struct({1 | uint64_t{1} << 16})));
  add("data word of zero not cut off", canonical, Rules(Struct({1, 0})));
  add("unknown pointer field", canonical, Rules(Struct({1}, {TextOf("x")})));
  add("null pointer not cut off", canonical, Rules(Struct({1}, {Null()})));
  add("body of no size at another place", canonical, Rules(Verbatim(StructPointer(0, 0, 0) | 4)));
  add("body is a null pointer", canonical, Rules(Null()));
  add("figures with a word too many each", canonical,
      Submission({Structs({Struct({uint64_t{1} << 32, 0}), Struct({1 | uint64_t{2} << 32, 0})})}));
  // Behind the figures' pointer come one word of contest and two of TPS.
  const Bytes figures = Submission({Verbatim(ListPointer(3, 5, 2))});
  add("figures as a list of words", canonical,
      figures + FromWords({uint64_t{1} << 32, 1 | uint64_t{2} << 32}));
  add("figure withdrawn from a union, bits left", canonical,
      Submission(
          {Null(), Null(), Null(), Structs({Struct({1 | uint64_t{5} << 32}, {Struct({1})})})}));
  add("votes with the bits of a figure left", canonical,
      Submission({Null(), Null(), Null(),
                  Structs({Struct({1}, {Struct({5 | 1 << 16 | uint64_t{100025} << 32})})})}));
  add("suspect since withdrawn, bits left", canonical,
      Write(RawEvent(Number(BodyKind::kKeyRevoked), Struct({0, 1}, {Key32()}))));
  add("evidence removed, page left behind", canonical,
      Write(RawEvent(Number(BodyKind::kResultCorrected),
                     Struct({1}, {TextOf("ppwp"), TextOf("6502010001001"), Octets32(1), Null(),
                                  Structs({Struct({1}, {Struct({1})})})}))));
  add("reading without its field", canonical,
      Submission({Null(), Null(), Null(), Structs({Struct({1}, {Null()})})}));
  add("empty minutes", Reason::kFieldInvalid,
      Submission({Null(), Null(), Null(), Null(), Null(), Struct({})}));
  add("empty source", Reason::kFieldInvalid,
      Submission({Null(), Null(), Null(), Null(), Null(), Null(), Struct({})}));
}

void AddEmpties(Forgeries* out) {
  const auto add = [out](const char* name, Reason r, Bytes b) {
    out->push_back({name, r, std::move(b)});
  };
  const auto canonical = Reason::kEventNotCanonical;
  add("empty text of one zero byte", canonical, Released(TextOf("")));
  add("empty text of no bytes", Reason::kEventMalformed, Released(Octets("")));
  add("empty list of structs", canonical, Submission({Structs({})}));
  add("empty list of pointers", canonical,
      Write(RawEvent(Number(BodyKind::kDecisionRecorded),
                     Struct({}, {Null(), Null(), Pointers({}), Null(), Octets32(1)}))));
  add("empty optional hash of no bytes", canonical,
      Write(RawEvent(Number(BodyKind::kRoundCancelled),
                     Struct({}, {Octets32(1), Null(), Octets("")}))));
  add("nation as a text of one zero byte", canonical,
      Write(RawEvent(Number(BodyKind::kIncidentRecorded), Struct({}, {TextOf("")}))));
}

void AddTexts(Forgeries* out) {
  const auto add = [out](const char* name, Reason r, Bytes b) {
    out->push_back({name, r, std::move(b)});
  };
  const auto field = Reason::kFieldInvalid;
  add("text without its zero byte", Reason::kEventMalformed, Released(Octets("x")));
  add("text with bytes after its end", Reason::kEventNotCanonical,
      Edited(Released(TextOf("x")), [](auto* w) { w->back() |= uint64_t{1} << 16; }));
  add("text of a broken byte", field, Released(TextOf("\xff")));
  add("text in overlong UTF-8", field, Released(TextOf("\xc0\xaf")));
  add("text with a surrogate", field, Released(TextOf("\xed\xa0\x80")));
  add("text cut inside a character", field, Released(TextOf("\xe2\x82")));
  add("text with a zero byte inside", field, Released(TextOf(Bytes("a\0b", 3))));
  add("text with a line feed", field, Released(TextOf("a\nb")));
  add("text with a right-to-left override", field,
      Released(TextOf("a\xe2\x80\xae"
                      "b")));
  add("text with a byte order mark", field,
      Released(TextOf("\xef\xbb\xbf"
                      "a")));
  add("text of 4,097 bytes", field, Released(TextOf(Bytes(4'097, 'a'))));
}

void AddValues(Forgeries* out) {
  const auto add = [out](const char* name, Reason r, Bytes b) {
    out->push_back({name, r, std::move(b)});
  };
  const auto field = Reason::kFieldInvalid;
  const auto unknown = Reason::kRulesUnknown;
  const Bytes hash31(31, 'h'), hash33(33, 'h');
  const Raw body = Struct({1});
  const auto rules = Number(BodyKind::kRulesChanged);
  add("election of 31 bytes", field,
      Write(Envelope(rules, Octets(hash31), Octets32(2), Octets32(3), body)));
  add("author of 33 bytes", field,
      Write(Envelope(rules, Octets32(1), Octets(hash33), Octets32(3), body)));
  add("previous missing", field, Write(Envelope(rules, Octets32(1), Octets32(2), Null(), body)));
  add("key of 31 bytes", field, Write(RawReleased(Octets(hash31), TextOf("x"))));
  add("optional hash of 31 bytes", field,
      Write(RawEvent(Number(BodyKind::kRoundCancelled),
                     Struct({}, {Octets32(1), Null(), Octets(hash31)}))));
  add("proof of 63 bytes", field,
      Write(RawEvent(Number(BodyKind::kKeyEnrolled),
                     Struct({}, {TextOf("a"), Struct({}, {Key32(), Octets(Bytes(63, 'p'))})}))));
  add("body 28", unknown, Write(RawEvent(28, body)));
  add("body 65535", unknown, Write(RawEvent(65'535, body)));
  add("figure 28", unknown, Submission({Structs({Figure(28, 1)})}));
  add("kind of incident 6", unknown,
      Write(RawEvent(Number(BodyKind::kIncidentRecorded), Struct({6}))));
  add("state of a reading 5", unknown,
      Submission({Null(), Null(), Null(), Structs({Struct({5}, {Field(1, 4)})})}));
  add("field of another kind", unknown,
      Submission({Null(), Null(), Null(), Structs({Struct({1}, {Field(3, 4)})})}));
  add("suspicion of another kind", unknown,
      Write(RawEvent(Number(BodyKind::kKeyRevoked), Struct({2}, {Key32()}))));
  add("figures repeated", field, Submission({Structs({Figure(1, 2), Figure(1, 2)})}));
  add("figures descending", field, Submission({Structs({Figure(1, 2), Figure(0, 1)})}));
  add("votes repeated", field, Submission({Null(), Structs({Vote(4, 1), Vote(4, 2)})}));
  add("votes descending", field, Submission({Null(), Structs({Vote(5, 1), Vote(4, 2)})}));
  add("votes for no choice", field, Submission({Null(), Structs({Vote(0, 1)})}));
  add("figure beyond any form", Reason::kFigureOutOfRange,
      Submission({Structs({Figure(0, 10'000'000)})}));
  add("votes beyond any form", Reason::kFigureOutOfRange,
      Submission({Null(), Structs({Vote(4, 10'000'000)})}));
  add("total beyond any recapitulation", Reason::kFigureOutOfRange,
      Write(RawEvent(
          Number(BodyKind::kRecapCertified),
          Struct({}, {TextOf("ppwp"), Null(), Structs({Struct({25, uint64_t{1} << 53})})}))));
  add("round 0", field,
      Write(RawEvent(Number(BodyKind::kResultFinalised),
                     Struct({}, {TextOf("ppwp"), TextOf("6502010001001")}))));
  add("code of 12 digits", field,
      Write(RawEvent(Number(BodyKind::kResultFinalised),
                     Struct({1}, {TextOf("ppwp"), TextOf("650201000100")}))));
  add("code with a letter", field,
      Write(RawEvent(Number(BodyKind::kResultFinalised),
                     Struct({1}, {TextOf("ppwp"), TextOf("650201000100O")}))));
}

// Few bytes that ask a reader for much memory or work.
void AddAmplification(Forgeries* out) {
  const auto add = [out](const char* name, Reason r, Bytes b) {
    out->push_back({name, r, std::move(b)});
  };
  const auto malformed = Reason::kEventMalformed;
  constexpr uint64_t kMost = (uint64_t{1} << 29) - 1;
  const auto with_figures = [](uint64_t pointer, std::vector<uint64_t> content) {
    return Edited(Submission({Verbatim(pointer)}), [&](auto* w) {
      for (const uint64_t word : content) w->push_back(word);
    });
  };
  // The figures' pointer is followed by no other, so that its target begins right behind contest
  // and TPS.
  add("536,870,911 structs without size", malformed,
      with_figures(ListPointer(3, 7, 0), {StructPointer(static_cast<int32_t>(kMost), 0, 0)}));
  add("536,870,911 voids as structs", malformed, with_figures(ListPointer(3, 0, kMost), {}));
  add("more structs than the list has words", malformed,
      with_figures(ListPointer(3, 7, 1), {StructPointer(1000, 1, 0), 0}));
  add("more words than the message has", malformed, with_figures(ListPointer(3, 5, kMost), {}));
  // 200 elements that all point to one text of 1,600 bytes.
  std::vector<Raw> same;
  for (int32_t i = 0; i < 200; ++i) same.push_back(Verbatim(ListPointer(199 - i, 2, 1'601)));
  add("many pointers to one text", malformed,
      Write(RawEvent(
          Number(BodyKind::kDecisionRecorded),
          Struct({}, {Null(), Null(), Pointers(same), Null(), Octets(Bytes(1'608, '\0'))}))));
}

}  // namespace

Raw RawEvent(uint64_t body_number, Raw body) {
  return Envelope(body_number, Octets32(1), Octets32(2), Octets32(0xf0), std::move(body));
}

Raw RawReleased(Raw key, Raw reason) {
  return RawEvent(Number(BodyKind::kKeyReleased), Struct({}, {std::move(key), std::move(reason)}));
}

Raw RawSubmission(std::vector<Raw> from_figures) {
  std::vector<Raw> pointers = {TextOf("ppwp"), TextOf("6502010001001")};
  for (Raw& raw : from_figures) pointers.push_back(std::move(raw));
  return RawEvent(Number(BodyKind::kResultSubmitted), Struct({1}, std::move(pointers)));
}

std::vector<Forgery> AllForgeries() {
  Forgeries out;
  AddSound(&out);
  AddLayout(&out);
  AddShapes(&out);
  AddEmpties(&out);
  AddTexts(&out);
  AddValues(&out);
  AddAmplification(&out);
  return out;
}

}  // namespace jejak::event
