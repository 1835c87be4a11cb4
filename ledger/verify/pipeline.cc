#include "ledger/verify/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/event/signing.h"
#include "ledger/merkle/rfc6962.h"

namespace jejak::verify {
namespace {

constexpr uint64_t kBlockEntries = 64;
// So many that the folding thread may pause for a write, and so few that entries of the largest
// size fit into memory.
constexpr size_t kBlocksAhead = 32;

// All that can be checked of the entry's bytes alone.
void Check(Checked* out) {
  out->leaf = merkle::LeafHash(out->bytes);
  const auto fault = [&](FaultKind kind, std::string_view detail) {
    out->fault = MakeFault(kind, out->index, detail);
  };
  auto entry = event::DecodeEntry(out->bytes);
  if (!entry.ok()) {
    out->unknown_rules = entry.status().reason() == Reason::kRulesUnknown;
    return fault(FaultKind::kEntryMalformed, entry.status().ToString());
  }
  out->entry = std::move(*entry);
  auto decoded = event::DecodeEvent(out->entry.event);
  if (!decoded.ok()) {
    out->unknown_rules = decoded.status().reason() == Reason::kRulesUnknown;
    return fault(FaultKind::kEventMalformed, decoded.status().ToString());
  }
  out->event = std::move(*decoded);
  out->hash = event::EventHash(out->entry.event);
  if (!event::VerifySignature({out->entry.event, out->entry.signature}, out->event.author))
    return fault(FaultKind::kSignatureInvalid, "");
  out->proofs = admission::KeyProofs::Check(out->event);
}

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

std::optional<uint64_t> Pipeline::Read(std::vector<Checked>* entries) {
  const std::lock_guard reading(reading_);
  uint64_t block = 0;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return stopping_ || next_to_read_ >= blocks_ || next_to_read_ < next_to_hand_ + kBlocksAhead;
    });
    if (stopping_ || next_to_read_ >= blocks_) return std::nullopt;
    block = next_to_read_++;
  }
  const uint64_t end = std::min(size_.value, (block + 1) * kBlockEntries);
  for (uint64_t at = block * kBlockEntries; at < end; ++at) {
    Checked& entry = entries->emplace_back();
    entry.index = LogIndex(at);
    auto bytes = source_->EntryBytes(entry.index);
    entry.read = bytes.status();
    if (!bytes.ok()) break;  // what comes after it is not looked at
    entry.bytes = std::move(*bytes);
  }
  return block;
}

void Pipeline::Work() {
  while (true) {
    std::vector<Checked> entries;
    const auto block = Read(&entries);
    if (!block) return;
    for (Checked& entry : entries) {
      if (entry.read.ok()) Check(&entry);
    }
    const std::lock_guard lock(mutex_);
    Slot& slot = ring_[*block % kBlocksAhead];
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

}  // namespace jejak::verify
