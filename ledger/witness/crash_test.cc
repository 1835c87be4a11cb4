// A witness that is killed at any moment must, when it is started again, hold everything that it
// signed, and must never have signed two histories: a child is given two histories of one log in
// turn and at once, is killed at random moments, and all cosignatures that ever left are of one.
//
// JEJAK_CRASH_ROUNDS sets the number of rounds, JEJAK_CRASH_SEED the first seed. A kill shows
// nothing of a power cut; for that the state is synced before the answer is given.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "ledger/base/encoding.h"
#include "ledger/crypto/sha256.h"
#include "ledger/witness/test_logs.h"
#include "ledger/witness/witness.h"

namespace jejak::witness {
namespace {

constexpr uint64_t kForkedAt = 3;
constexpr uint64_t kSizeMax = 120;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What the child says of each cosignature, after it left the witness: side and size.
struct Left {
  uint8_t side;
  uint8_t size;
};

struct Histories {
  TestLog log{"log.example", 'l', kSizeMax, kSizeMax};
  TestLog forked{"log.example", 'l', kSizeMax, kForkedAt};
  const TestLog& Of(int side) const { return side == 0 ? log : forked; }
};

// Grows one side from what the witness holds, until nothing grows any more.
void Grow(const Histories& histories, int side, Witness* witness, int pipe) {
  while (true) {
    const TestLog& log = histories.Of(side);
    const Answer held = witness->Add(log.Request(0, kSizeMax), 1);
    uint64_t size = held.outcome == Outcome::kConflict ? ParseSize(held.body).value().value : 0;
    if (held.outcome == Outcome::kCosigned || size >= kSizeMax) return;
    const Answer answer = witness->Add(log.Request(size, size + 1), 1);
    if (answer.outcome != Outcome::kCosigned) {
      // The other side won: it is the only one that grows.
      if (answer.outcome == Outcome::kInconsistent) return;
      continue;
    }
    const Left left{static_cast<uint8_t>(side), static_cast<uint8_t>(size + 1)};
    if (::write(pipe, &left, sizeof left) != sizeof left) return;
  }
}

[[noreturn]] void Child(const std::filesystem::path& state, const Histories& histories, int pipe) {
  auto witness = Witness::Open(state, Secret('w'), {histories.log.key()});
  if (!witness.ok()) ::_exit(3);
  if (!(*witness)->Newest(ToHex(crypto::Sha256("log.example")))) {
    // The common beginning, so that the first request of a round is no start from nothing.
    if ((*witness)->Add(histories.log.Request(0, 2), 1).outcome != Outcome::kCosigned) ::_exit(4);
  }
  std::thread other([&] { Grow(histories, 1, witness->get(), pipe); });
  Grow(histories, 0, witness->get(), pipe);
  other.join();
  ::_exit(0);
}

class CrashTest : public WitnessFolder {};

TEST_F(CrashTest, NeverSignsTwoHistories) {
  const uint64_t rounds = FromEnvironment("JEJAK_CRASH_ROUNDS", 10);
  const uint64_t seed = FromEnvironment("JEJAK_CRASH_SEED", 1);
  const Histories histories;
  ASSERT_TRUE(Witness::Create(state_, witness_key_).ok());
  std::set<int> sides;
  uint64_t newest = 0;
  uint64_t kills = 0;
  for (uint64_t round = 0; round < rounds; ++round) {
    std::mt19937_64 random(seed + round);
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) Child(state_, histories, pipe[1]);
    ::close(pipe[1]);
    // Killed when this many cosignatures have left, at wherever it is by then.
    const uint64_t enough = random() % 6;
    uint64_t seen = 0;
    Left left{};
    const auto take = [&] {
      ++seen;
      if (left.size > kForkedAt) sides.insert(left.side);
      newest = std::max<uint64_t>(newest, left.size);
    };
    while (seen < enough && ::read(pipe[0], &left, sizeof left) == sizeof left) take();
    kills += ::kill(child, SIGKILL) == 0;
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0)
        << "seed " << seed + round << ": exit " << WEXITSTATUS(status);
    while (::read(pipe[0], &left, sizeof left) == sizeof left) take();
    ::close(pipe[0]);

    ASSERT_LE(sides.size(), 1u) << "two histories were signed, seed " << seed + round;
    const auto witness = Witness::Open(state_, Secret('w'), {histories.log.key()});
    ASSERT_TRUE(witness.ok()) << witness.status().ToString() << ", seed " << seed + round;
    const auto held = (*witness)->Newest(ToHex(crypto::Sha256("log.example")));
    if (!held) {
      ASSERT_EQ(newest, 0u);
      continue;
    }
    const auto checkpoint = merkle::ParseCheckpoint(merkle::ParseNote(*held)->text).value();
    ASSERT_GE(checkpoint.size.value, newest) << "seed " << seed + round;
    if (!sides.empty()) {
      const merkle::Note note = histories.Of(*sides.begin()).Sign(checkpoint.size.value);
      ASSERT_EQ(merkle::ParseCheckpoint(note.text)->root, checkpoint.root);
    }
  }
  std::printf("%lu rounds from seed %lu, %lu kills, %lu entries cosigned, sides %zu\n", rounds, seed,
              kills, newest, sides.size());
  EXPECT_EQ(sides.size(), 1u);
}

}  // namespace
}  // namespace jejak::witness
