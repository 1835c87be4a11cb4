// A folder of signed events that wait for a network: opened, or refused as damaged; and where it is
// opened, the next event that is signed carries its chain on, and is there when it is opened again.
#include "ledger/client/outbox.h"

#include <fstream>

#include "ledger/base/coding.h"
#include "ledger/base/encoding.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/small_election.h"

namespace jejak::fuzz {
namespace {

namespace fs = std::filesystem;

const char* const kFiles[] = {"base",
                              "00000000000000000000.event",
                              "00000000000000000001.event",
                              "00000000000000000000.settled",
                              "00000000000000000001.draft",
                              "00000000000000000002.draft"};

const crypto::SecretKey& Key() {
  static const crypto::SecretKey key = testing::SmallElection::KeyOf("device");
  return key;
}
fs::path Folder() { return OwnFolder("outbox"); }
void Write(const fs::path& file, ByteView bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// The files of the key's folder one after the other, each behind its length plus one; 0 is no file.
void Unpack(ByteView input) {
  Reader r(input);
  const fs::path chain = Folder() / ToHex(Key().public_key());
  fs::create_directories(chain);
  Write(Folder() / "election", ToHex(Hash{}) + "\n");
  for (const char* name : kFiles) {
    const uint16_t bytes = r.Be16();
    if (bytes > 0) Write(chain / name, r.Raw(std::min<size_t>(bytes - 1u, r.remaining())));
  }
}
Bytes Pack() {
  Bytes out;
  for (const char* name : kFiles) {
    const auto read = ReadFile(Folder() / ToHex(Key().public_key()) / name, 60'000);
    Writer w(&out);
    w.Be16(read.ok() ? static_cast<uint16_t>(read->size() + 1) : uint16_t{0});
    if (read.ok()) w.Raw(*read);
  }
  return out;
}

event::Body Body(uint64_t i) {
  event::ResultFinalised body;
  body.contest = "ppwp";
  body.tps = testing::SmallElection(8).Station(i);
  return body;
}

}  // namespace

void Run(ByteView input) {
  fs::remove_all(Folder());
  Unpack(input);
  auto opened = client::Outbox::Open(Folder());
  if (!opened.ok()) {
    JEJAK_CHECK(opened.status().reason() == Reason::kOutboxDamaged);
    return;
  }
  if (!(*opened)->Knows(Key().public_key())) return;
  const event::ChainHead head = (*opened)->HeadOf(Key().public_key());
  const auto made = (*opened)->Sign(Key(), Body(3), UnixMicros(1));
  if (!made.ok()) return;
  const auto event = event::DecodeEvent(made->event.bytes);
  JEJAK_CHECK(event.ok() && event::VerifySignature(made->event, Key().public_key()));
  // The one after the chain, after the draft that was found, or one that waits here already.
  JEJAK_CHECK(made->sequence <= head.next_sequence + 1);
  opened->reset();
  const auto again = client::Outbox::Open(Folder());
  JEJAK_CHECK(again.ok() && (*again)->Knows(Key().public_key()));
  bool there = false;
  const auto events = (*again)->Events();
  for (const client::OutboxEvent& one : events.at(Key().public_key()))
    there |= one.hash == made->hash;
  JEJAK_CHECK(there);
}

std::vector<Bytes> Seeds() {
  std::vector<Bytes> out;
  fs::remove_all(Folder());
  auto outbox = client::Outbox::Open(Folder());
  JEJAK_CHECK(outbox.ok() && (*outbox)->SetElection(Hash{}).ok());
  JEJAK_CHECK((*outbox)->Begin(Key().public_key(), {}).ok());
  out.push_back(Pack());
  for (const uint64_t i : {uint64_t{0}, uint64_t{1}}) {
    JEJAK_CHECK((*outbox)->Sign(Key(), Body(i), UnixMicros(1)).ok());
    out.push_back(Pack());
  }
  JEJAK_CHECK((*outbox)->Settle(Key().public_key(), 0, "received as entry 9").ok());
  out.push_back(Pack());
  fs::remove_all(Folder());
  return out;
}

}  // namespace jejak::fuzz
