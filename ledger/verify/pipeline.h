// Inside of the module: reads entries one block after the other, decodes them and checks their
// signatures on several threads, and hands them out in order.
//
// Thread rule: Next from one thread.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "ledger/admission/key_proofs.h"
#include "ledger/event/bodies.h"
#include "ledger/event/codec.h"
#include "ledger/verify/verify.h"

namespace jejak::verify {

// An entry with all that can be checked without knowing the ones before it.
struct Checked {
  LogIndex index;
  Status read;  // not OK: the source failed
  std::optional<Fault> fault;
  bool unknown_rules = false;
  Bytes bytes;  // of the entry
  event::Entry entry;
  event::Event event;
  admission::KeyProofs proofs;
  Hash hash;  // of the event
  Hash leaf;
};

class Pipeline {
 public:
  Pipeline(const LogSource* source, TreeSize size, size_t threads);
  ~Pipeline();
  // The next entries in order; empty at the end.
  std::vector<Checked> Next();

 private:
  struct Slot {
    std::vector<Checked> entries;
    bool done = false;
  };
  void Work();
  // Reads the next block and returns its number; none at the end.
  std::optional<uint64_t> Read(std::vector<Checked>* entries);

  const LogSource* const source_;
  const TreeSize size_;
  const uint64_t blocks_;
  std::mutex reading_;  // who holds it reads; taken before mutex_
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> ring_;
  uint64_t next_to_read_ = 0;   // block
  uint64_t next_to_hand_ = 0;   // block
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jejak::verify
