// What deciding, folding and committing to the tallies cost an event on one thread, without a store
// under it: the part of ingest and of a rebuild that is the ledger's own. In microseconds of CPU an
// event, by step.
//
//   fold_bench [stations]
#include <fmt/format.h>
#include <time.h>

#include "ledger/admission/decide.h"
#include "ledger/base/kv.h"
#include "ledger/projection/state.h"
#include "tests/support/small_election.h"

namespace {

using namespace jejak;

double ThreadSeconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// Adds the time of its life to `sum`.
class Timed {
 public:
  explicit Timed(double* sum) : sum_(sum), since_(ThreadSeconds()) {}
  ~Timed() { *sum_ += ThreadSeconds() - since_; }

 private:
  double* sum_;
  double since_;
};

struct Steps {
  double decode = 0, decide = 0, apply = 0, root = 0, commit = 0, drain = 0;
  uint64_t rows = 0, bytes = 0;
};

constexpr size_t kBatchEvents = 512;

class Log {
 public:
  Log() : state_(std::move(*projection::State::Load(&store_, TreeSize(0)))) {}

  void Run(const std::vector<event::SignedEvent>& events, Steps* steps) {
    for (size_t begin = 0; begin < events.size(); begin += kBatchEvents) {
      const size_t end = std::min(events.size(), begin + kBatchEvents);
      std::vector<event::Event> decoded;
      std::vector<Hash> hashes;
      {
        const Timed timed(&steps->decode);
        for (size_t i = begin; i < end; ++i) {
          decoded.push_back(std::move(*event::DecodeLoggedEvent(events[i].bytes)));
          hashes.push_back(event::EventHash(events[i].bytes));
        }
      }
      for (size_t i = 0; i < decoded.size(); ++i) {
        {
          const Timed timed(&steps->decide);
          const auto verdict = admission::Decide(*state_, decoded[i], hashes[i],
                                                 admission::KeyProofs::Trusted());
          JEJAK_CHECK(verdict.kind == admission::Verdict::Kind::kAccepted);
        }
        {
          const Timed timed(&steps->apply);
          state_->Apply({decoded[i], hashes[i], LogIndex(state_->Size().value),
                         UnixMicros(1'708'000'000'000'000), std::nullopt});
        }
        if (state_->CommitmentDue()) Commit(steps);
      }
      Drain(steps);
    }
  }

 private:
  void Commit(Steps* steps) {
    event::Event event;
    event.election = state_->Election()->id;
    event.author = testing::SmallElection::KeyOf("ledger").public_key();
    const admission::KeyState chain = *state_->Key(event.author);
    event.sequence = chain.next_sequence;
    event.previous = chain.head;
    Hash root;
    {
      const Timed timed(&steps->root);
      root = state_->TallyRoot();
    }
    event.body = event::TallyCommitted{root};
    const Timed timed(&steps->commit);
    state_->Apply({event, event::EventHash(*event::EncodeEvent(event)),
                   LogIndex(state_->Size().value), UnixMicros(1'708'000'000'000'000),
                   std::nullopt});
  }
  void Drain(Steps* steps) {
    const Timed timed(&steps->drain);
    state_->Flush();
    state_->rows().Drain([&](const RowChange& change) {
      ++steps->rows;
      steps->bytes += change.key.size() + (change.value ? change.value->size() : 0);
    });
  }

  MemoryStore store_;  // stays empty: what was drained is found in the overlay's cache
  std::unique_ptr<projection::State> state_;
};

}  // namespace

int main(int argc, char** argv) {
  const uint64_t stations = argc > 1 ? std::stoull(argv[1]) : 20'000;
  JEJAK_CHECK(crypto::InitCrypto().ok());
  testing::SmallElection election(stations);
  Log log;
  Steps registry;
  log.Run({election.Genesis()}, &registry);
  log.Run(election.Registry(), &registry);
  std::vector<event::SignedEvent> results;
  for (uint64_t i = 0; i < stations; ++i)
    results.push_back(election.Result((i * 7'919 + 13) % stations));
  Steps steps;
  log.Run(results, &steps);
  const double n = static_cast<double>(stations) / 1e6;
  fmt::print("us/event: decode {:.2f} decide {:.2f} apply {:.2f} root {:.2f} commit {:.2f} drain {:.2f}; "
             "{:.1f} rows, {:.0f} bytes\n",
             steps.decode / n, steps.decide / n, steps.apply / n, steps.root / n, steps.commit / n,
             steps.drain / n, static_cast<double>(steps.rows) / (n * 1e6),
             static_cast<double>(steps.bytes) / (n * 1e6));
  return 0;
}
