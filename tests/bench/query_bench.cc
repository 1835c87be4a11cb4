// How long a reader waits: tallies, as of any size, proofs, pages of traces and explanations, over
// a ledger that is there. Prints p50 and p99 in milliseconds, each question at a random region of
// the level and a random size.
//
//   query_bench LEDGER [QUESTIONS]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <vector>

#include "ledger/crypto/ed25519.h"
#include "ledger/engine/ledger.h"
#include "ledger/projection/queries.h"

namespace jejak {
namespace {

using election::Level;
using election::RegionCode;
using projection::Queries;

std::vector<RegionCode> Stations(const Queries& queries, const std::string& contest) {
  std::vector<RegionCode> out;
  std::string from, next;
  do {
    const auto page = queries.Stations(contest, RegionCode(), from, 10'000, &next);
    JEJAK_CHECK(page.ok());
    for (const auto& line : *page) out.push_back(line.code);
    from = next;
  } while (!next.empty());
  return out;
}

void Measure(const std::string& what, int times, const std::function<Status()>& ask) {
  std::vector<double> ms;
  for (int i = 0; i < times; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const Status status = ask();
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - start;
    if (!status.ok() && status.reason() != Reason::kNotCommitted) {
      fmt::print(stderr, "{}: {}\n", what, status.ToString());
      std::exit(1);
    }
    ms.push_back(took.count());
  }
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double p) { return ms[static_cast<size_t>(p * double(ms.size() - 1))]; };
  fmt::print("{:<28} p50 {:8.3f} ms   p99 {:8.3f} ms\n", what, at(0.5), at(0.99));
}

int Run(const char* dir, int times) {
  engine::OpenOptions options;
  options.store.read_only = true;
  const auto ledger = engine::Ledger::Open(dir, options);
  if (!ledger.ok()) {
    fmt::print(stderr, "{}\n", ledger.status().ToString());
    return 1;
  }
  const auto view = (*ledger)->Newest();
  const auto newest = std::move(*Queries::Open(&view->rows(), view.get()));
  const std::string contest = newest->registry().election()->contests.front();
  const std::vector<RegionCode> stations = Stations(*newest, contest);
  const auto choice = newest->registry().Contest(contest)->meanings.begin()->first;
  const auto field = election::FieldKey::Votes(choice);
  std::mt19937_64 random(1);
  const auto place = [&](Level level) {
    return stations[random() % stations.size()].At(level);
  };
  const uint64_t size = view->size().value;
  fmt::print("{} entries, {} TPS in {}; a Queries is opened beforehand, as a server keeps it\n",
             size, stations.size(), contest);
  std::vector<std::unique_ptr<Queries>> then;
  for (int i = 0; i < 50; ++i) {
    then.push_back(std::move(
        *Queries::Open(&view->rows(), view.get(), TreeSize(size / 2 + random() % (size / 2)))));
  }
  const auto past = [&]() -> const Queries& { return *then[random() % then.size()]; };
  for (const auto& [name, level] :
       {std::pair<std::string, Level>{"nation", Level::kNation}, {"regency", Level::kRegency},
        {"village", Level::kVillage}, {"station", Level::kStation}}) {
    Measure("tally, newest, " + name, times,
            [&] { return newest->TallyOf(contest, place(level)).status(); });
    Measure("tally as of, " + name, times,
            [&] { return past().TallyOf(contest, place(level)).status(); });
    Measure("proof, " + name, times,
            [&] { return newest->Prove(contest, place(level), false).status(); });
    Measure("trace page as of, " + name, times, [&] {
      return past().Trace(contest, place(level), field, {}, 100).status();
    });
    Measure("explain page, " + name, times, [&] {
      const uint64_t from = size / 2 + random() % (size / 2);
      return newest
          ->Explain(contest, place(level), field, TreeSize(from), TreeSize(size), LogIndex(0), 100)
          .status();
    });
  }
  return 0;
}

}  // namespace
}  // namespace jejak

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  JEJAK_CHECK(jejak::crypto::InitCrypto().ok());
  return jejak::Run(argv[1], argc > 2 ? std::stoi(argv[2]) : 1'000);
}
