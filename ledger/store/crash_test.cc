// What only a process of its own can show: being killed, another process's lock, a full disk. The
// child is this test binary again (RocksDB's threads don't survive a fork), told by the environment
// what to be.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "ledger/base/check.h"
#include "ledger/store/testing.h"

extern char** environ;

namespace jejak::store::testing {
namespace {

// Shared memory between parent and child; it survives the child's death.
struct Shared {
  std::atomic<uint64_t> acknowledged{0};  // commits
  std::atomic<uint64_t> reason{0};        // of the child's last failure
  std::atomic<uint64_t> after{0};         // reason of the call after that
};

// The child writes a byte here after each step, so that the parent can wait for one without taking
// the processor that the child needs. The pipe ends with the child.
constexpr int kSteps = 3;
void Step() { JEJAK_CHECK(::write(kSteps, "", 1) == 1); }

Shared* MapShared(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ::ftruncate(fd, sizeof(Shared)) != 0) return nullptr;
  void* at = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  return static_cast<Shared*>(at);
}

// Opens, commits, rebuilds and closes for ever. With odd seeds there is so little memory that rows
// go to table files, and one WAL follows another, every few commits.
void Work(const fs::path& dir, uint64_t seed, Shared* shared) {
  std::mt19937_64 random(seed);
  OpenOptions options = Small();
  if (seed % 2 == 1) options.write_buffer_bytes = size_t{256} << 10;
  const Bytes bulk(seed % 2 == 1 ? 20'000 : 0, 'b');
  while (true) {
    auto store = Open(dir, options);
    if (!store.ok() || !(*store)->ConfirmHead().ok()) {
      shared->reason = static_cast<uint64_t>(store.status().reason());
      return;
    }
    Step();
    for (uint64_t i = random() % 8; i > 0; --i) {
      if (!CommitNext(store->get(), bulk).ok()) return;
      shared->acknowledged = (*store)->head().commit;
      Step();
    }
    if (random() % 3 == 0) {
      auto writer = (*store)->BeginGeneration();
      if (!writer.ok()) return;
      const uint64_t n = (*store)->head().commit;
      for (uint64_t i = 1; i <= n; ++i) {
        SortedRows rows;
        rows.Put(kCounts, "total", std::to_string(i));
        rows.Put(kHistory, Key(i % 5), EntryAt(i));
        if (!(*writer)->Write(rows).ok()) return;
      }
      Step();
      if (random() % 2 == 0 && !(*writer)->Finish(TreeSize(n)).ok()) return;
      Step();
    }
    if (!(*store)->Close().ok()) return;
    Step();
  }
}

// Commits until no file may grow any more.
void FillDisk(const fs::path& dir, Shared* shared) {
  ::signal(SIGXFSZ, SIG_IGN);
  auto store = Open(dir);
  if (!store.ok() || !(*store)->ConfirmHead().ok()) return;
  const auto snapshot = (*store)->Snapshot();
  rlimit limit{200'000, 200'000};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  while (true) {
    const uint64_t n = (*store)->head().commit + 1;
    WriteSet rows = (*store)->NewWriteSet();
    FillCommit(n, &rows);
    rows.Put(kPeople, Key(n), Bytes(5'000, 'p'));
    const Status status = (*store)->Commit(std::move(rows), HeadAt(n));
    if (!status.ok()) {
      shared->reason = static_cast<uint64_t>(status.reason());
      break;
    }
    shared->acknowledged = n;
    if (n > 1'000) return;
  }
  shared->after = static_cast<uint64_t>(CommitNext(store->get()).reason());
  Bytes value;
  if (snapshot->Get(kEntries, Key(1), &value) || snapshot->status().ok()) shared->after = 0;
  if ((*store)->Close().reason() != Reason::kStopped) shared->after = 0;
}

// Does nothing unless this process is a child of the tests below.
TEST(StoreChild, Run) {
  const char* mode = std::getenv("JEJAK_STORE_CHILD");
  if (mode == nullptr) return;
  const fs::path dir = std::getenv("JEJAK_STORE_DIR");
  Shared* shared = MapShared(std::getenv("JEJAK_STORE_SHARED"));
  ASSERT_NE(shared, nullptr);
  if (std::string(mode) == "fill") return FillDisk(dir, shared);
  if (std::string(mode) == "open") {
    shared->reason = static_cast<uint64_t>(ReasonOfOpening(dir));
    return;
  }
  Work(dir, std::stoull(mode), shared);
  FAIL() << "stopped with reason " << shared->reason;
}

class CrashTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    shared_ = MapShared(root_ / "shared");
    ASSERT_NE(shared_, nullptr);
  }
  void TearDown() override {
    if (steps_ >= 0) ::close(steps_);
    ::munmap(shared_, sizeof(Shared));
    StoreTest::TearDown();
  }
  pid_t Start(const std::string& mode) {
    if (steps_ >= 0) ::close(steps_);
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    ::setenv("JEJAK_STORE_CHILD", mode.c_str(), 1);
    ::setenv("JEJAK_STORE_DIR", dir_.c_str(), 1);
    ::setenv("JEJAK_STORE_SHARED", (root_ / "shared").c_str(), 1);
    char program[] = "/proc/self/exe";
    char filter[] = "--gtest_filter=StoreChild.Run";
    char* arguments[] = {program, filter, nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], kSteps);
    pid_t child = -1;
    EXPECT_EQ(::posix_spawn(&child, program, &actions, nullptr, arguments, environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    steps_ = ends[0];
    ::unsetenv("JEJAK_STORE_CHILD");
    return child;
  }
  // False when the child ends before.
  bool WaitForSteps(uint64_t n) const {
    char step = 0;
    while (n > 0 && ::read(steps_, &step, 1) == 1) --n;
    return n == 0;
  }
  static int Wait(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
  }
  Shared* shared_ = nullptr;
  int steps_ = -1;  // where the newest child's steps are read
};

// Killed at any moment (opening, committing, rebuilding, closing), the ledger opens with all that
// was acknowledged, at most one commit more, and nothing in part. Seeds are printed; JEJAK_SEED
// gives one.
TEST_F(CrashTest, KilledAtAnyMoment) {
  const char* given = std::getenv("JEJAK_SEED");
  std::random_device device;
  const uint64_t seed = given != nullptr ? std::stoull(given) : device();
  SCOPED_TRACE("JEJAK_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 25; ++round) {
    const uint64_t steps = 1 + random() % 25;
    const uint64_t spin = random() % 10'000'000;
    const pid_t child = Start(std::to_string(random()));
    ASSERT_TRUE(WaitForSteps(steps)) << "the child gave up, reason " << shared_->reason;
    // Into the step, not only behind it.
    for (volatile uint64_t i = 0; i < spin;) i = i + 1;
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ASSERT_TRUE(WIFSIGNALED(Wait(child))) << "the child gave up, reason " << shared_->reason;
    auto store = Open(dir_);
    ASSERT_TRUE(store.ok()) << "round " << round << ": " << store.status().ToString();
    const uint64_t have = (*store)->head().commit;
    ASSERT_GE(have, shared_->acknowledged) << "round " << round;
    ASSERT_LE(have, shared_->acknowledged + 1) << "round " << round;
    ASSERT_EQ((*store)->head(), HeadAt(have));
    ASSERT_EQ((*store)->opened_head(), HeadAt((*store)->opened_head().commit));
    ASSERT_GE((*store)->opened_head().commit, shared_->acknowledged);
    ASSERT_EQ(Difference(*(*store)->Snapshot(), have), "") << "round " << round;
    shared_->acknowledged = have;
  }
}

// Another process is refused at once while this one has the ledger open.
TEST_F(CrashTest, OtherProcessIsRefused) {
  auto store = MakeOpen(1);
  Wait(Start("open"));
  EXPECT_EQ(shared_->reason, static_cast<uint64_t>(Reason::kLedgerInUse));
  store.reset();
  Wait(Start("open"));
  EXPECT_EQ(shared_->reason, static_cast<uint64_t>(Reason::kOk));
}

// When the disk takes no more, the commit says DISK_FULL, all later calls STOPPED, reads too; with
// room again the ledger opens with all that was acknowledged and nothing in part.
TEST_F(CrashTest, FullDiskLosesNothing) {
  const int status = Wait(Start("fill"));
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(shared_->reason, static_cast<uint64_t>(Reason::kDiskFull));
  EXPECT_EQ(shared_->after, static_cast<uint64_t>(Reason::kStopped));
  auto store = Open(dir_);
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  const uint64_t have = (*store)->head().commit;
  EXPECT_GT(have, 10u);
  EXPECT_GE(have, shared_->acknowledged);
  EXPECT_LE(have, shared_->acknowledged + 1);
  EXPECT_EQ(Difference(*(*store)->Snapshot(), have), "");
  ASSERT_TRUE((*store)->ConfirmHead().ok());
  EXPECT_TRUE(CommitNext(store->get()).ok());
}

// Making a ledger can be interrupted anywhere: whatever of HEAD and db is there, making it again
// succeeds, and opening without making says that there is none.
TEST_F(StoreTest, InterruptedMakingIsFinished) {
  MakeClosed(0);
  const fs::path whole = CopyOf(dir_, "whole");
  const auto fresh_head = [&](const fs::path& dir) {
    fs::create_directories(dir);
    Spill(dir / "HEAD.new", "half");
    ASSERT_TRUE(Open(root_ / "donor").ok());  // never confirmed: HEAD as it was made
    fs::copy_file(root_ / "donor" / "HEAD", dir / "HEAD", fs::copy_options::overwrite_existing);
  };
  for (const std::string state : {"only HEAD", "empty db", "half db"}) {
    const fs::path dir = root_ / state;
    fresh_head(dir);
    if (state != "only HEAD") fs::create_directories(dir / "db");
    if (state == "half db") {
      for (const auto& entry : fs::directory_iterator(whole / "db")) {
        if (entry.path().filename().string().starts_with("MANIFEST")) {
          fs::copy_file(entry.path(), dir / "db" / "MANIFEST-000001");
        }
      }
      Spill(dir / "db" / "000001.dbtmp", "MANIFEST-000001\n");
    }
    EXPECT_EQ(ReasonOfOpening(dir, Small(false)), Reason::kLedgerMissing) << state;
    auto store = Open(dir);
    ASSERT_TRUE(store.ok()) << state << store.status().ToString();
    ASSERT_TRUE((*store)->ConfirmHead().ok());
    EXPECT_TRUE(CommitNext(store->get()).ok());
    EXPECT_TRUE((*store)->Close().ok());
    store->reset();
    EXPECT_EQ(ReasonOfOpening(dir, Small(false)), Reason::kOk);
  }
}

}  // namespace
}  // namespace jejak::store::testing
