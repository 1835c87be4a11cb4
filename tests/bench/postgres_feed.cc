// The client of postgres_bench: verifies signed events with libsodium on all cores, as a service
// before a database would, and writes those that hold as COPY statements, one a batch, to stdout.
// The timing is the script's, which waits until the database has committed all of it.
//
//   postgres_feed keys STATIONS            the authors' keys, one a line, in hex
//   postgres_feed events STATIONS BATCH    waits for a line on stdin, then verifies and writes
//   postgres_feed fields STATIONS          how many figures a form has
#include <fmt/format.h>

#include <cstdio>
#include <iostream>

#include "ledger/base/encoding.h"
#include "tests/bench/measure.h"
#include "tests/support/small_election.h"

namespace {

using namespace jejak;

// Signed, with what the database's columns hold of it.
struct Made {
  event::SignedEvent event;
  PublicKey author;
  std::string columns;
};

Made Make(testing::SmallElection* election, uint64_t at) {
  Made out;
  out.event = election->Result(at);
  const auto event = event::DecodeEvent(out.event.bytes);
  JEJAK_CHECK(event.ok());
  out.author = event->author;
  const auto& body = std::get<event::ResultSubmitted>(event->body);
  out.columns = fmt::format("{}\t{}", body.contest, body.tps.str());
  for (const auto& figure : body.figures) out.columns += fmt::format("\t{}", figure.value);
  for (const auto& votes : body.votes) out.columns += fmt::format("\t{}", votes.value);
  out.columns = fmt::format("\\\\x{}\t{}\t\\\\x{}\t", ToHex(event->author), event->sequence,
                            ToHex(event->previous)) +
                "\x01" + out.columns;  // the bytes and the signature come between
  return out;
}

// Which of a batch hold.
std::vector<char> Verify(const std::vector<Made>& made, size_t from, size_t end) {
  std::vector<char> holds(end - from, 0);
  std::atomic<size_t> next{from};
  std::vector<std::thread> workers;
  for (size_t t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t) {
    workers.emplace_back([&] {
      for (size_t at = next++; at < end; at = next++)
        holds[at - from] = event::VerifySignature(made[at].event, made[at].author) ? 1 : 0;
    });
  }
  for (auto& worker : workers) worker.join();
  return holds;
}

void Write(const std::string& text) {
  JEJAK_CHECK(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
}

void Feed(const std::vector<Made>& made, size_t batch) {
  for (size_t from = 0; from < made.size(); from += batch) {
    const size_t end = std::min(made.size(), from + batch);
    const std::vector<char> holds = Verify(made, from, end);
    std::string text = "COPY incoming FROM STDIN;\n";
    for (size_t at = from; at < end; ++at) {
      if (holds[at - from] == 0) continue;
      const std::string& columns = made[at].columns;
      const size_t split = columns.find('\x01');
      text.append(columns, 0, split);
      text += fmt::format("\\\\x{}\t\\\\x{}\t", ToHex(made[at].event.bytes),
                          ToHex(made[at].event.signature));
      text.append(columns, split + 1);
      text += '\n';
    }
    Write(text + "\\.\n");
  }
  JEJAK_CHECK(std::fflush(stdout) == 0);
}

}  // namespace

int main(int argc, char** argv) {
  JEJAK_CHECK(argc >= 3 && crypto::InitCrypto().ok());
  const std::string what = argv[1];
  const uint64_t stations = std::stoull(argv[2]);
  testing::SmallElection election(stations);
  (void)election.Genesis();
  (void)election.Registry();
  std::vector<Made> made;
  for (uint64_t i = 0; i < stations; ++i)
    made.push_back(Make(&election, (i * 7'919 + 13) % stations));  // in no order of places
  if (what == "keys") {
    for (const Made& one : made) Write(ToHex(one.author) + "\n");
  } else if (what == "fields") {
    const std::string& columns = made.front().columns;
    const size_t start = columns.find('\x01');
    const auto tabs = std::count(columns.begin() + static_cast<std::ptrdiff_t>(start),
                                 columns.end(), '\t');
    Write(fmt::format("{}\n", tabs - 1));
  } else {
    JEJAK_CHECK(argc == 4);
    std::fputs("ready\n", stderr);
    std::string go;
    std::getline(std::cin, go);
    Feed(made, std::stoull(argv[3]));
  }
  return 0;
}
