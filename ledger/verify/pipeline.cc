#include "ledger/verify/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/event/signing.h"
#include "ledger/merkle/rfc6962.h"

namespace jejak::verify {
namespace {

constexpr uint64_t kBlockEntries = 128;
constexpr size_t kBlocksAhead = 64;

}  // namespace

Pipeline::Pipeline(const LogSource* source, TreeSize size, size_t threads)
    : source_(source),
      size_(size),
      blocks_((size.value + kBlockEntries - 1) / kBlockEntries),
      ring_(kBlocksAhead) {
  const size_t n = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
  for (size_t i = 0; i < n; ++i) threads_.emplace_back([this] { Work(); });
}

Pipeline::~Pipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Pipeline::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] {
      return stopping_ || next_to_check_ >= blocks_ ||
             next_to_check_ < next_to_hand_ + kBlocksAhead;
    });
    if (stopping_ || next_to_check_ >= blocks_) return;
    const uint64_t block = next_to_check_++;
    lock.unlock();
    std::vector<Checked> entries;
    const uint64_t end = std::min(size_.value, (block + 1) * kBlockEntries);
    for (uint64_t at = block * kBlockEntries; at < end; ++at)
      entries.push_back(Check(LogIndex(at)));
    lock.lock();
    Slot& slot = ring_[block % kBlocksAhead];
    slot.entries = std::move(entries);
    slot.done = true;
    changed_.notify_all();
  }
}

std::vector<Checked> Pipeline::Next() {
  std::unique_lock lock(mutex_);
  if (next_to_hand_ >= blocks_) return {};
  Slot& slot = ring_[next_to_hand_ % kBlocksAhead];
  changed_.wait(lock, [&] { return slot.done; });
  std::vector<Checked> out = std::move(slot.entries);
  slot = Slot{};
  ++next_to_hand_;
  changed_.notify_all();
  return out;
}

Checked Pipeline::Check(LogIndex index) const {
  Checked out;
  out.index = index;
  auto bytes = source_->EntryBytes(index);
  if (!bytes.ok()) {
    out.read = bytes.status();
    return out;
  }
  out.leaf = merkle::LeafHash(*bytes);
  const auto fault = [&](std::string what, std::string meaning) {
    out.fault = Fault{index, std::move(what), std::move(meaning)};
    return out;
  };
  auto entry = event::DecodeEntry(*bytes);
  if (!entry.ok()) {
    return fault("ENTRY_MALFORMED", "the bytes of this entry are not a canonical log entry: " +
                                        entry.status().ToString());
  }
  out.entry = std::move(*entry);
  auto decoded = event::DecodeEvent(out.entry.event);
  if (!decoded.ok()) {
    out.unknown_rules = decoded.status().reason() == Reason::kRulesUnknown;
    return fault("EVENT_MALFORMED",
                 "the event in this entry is not in its one canonical encoding: " +
                     decoded.status().ToString());
  }
  out.event = std::move(*decoded);
  out.hash = event::EventHash(out.entry.event);
  if (!event::VerifySignature({out.entry.event, out.entry.signature}, out.event.author)) {
    return fault("SIGNATURE_INVALID", "the author's key did not sign this event");
  }
  out.proofs = admission::KeyProofs::Check(out.event);
  return out;
}

}  // namespace jejak::verify
