// Follows a ledger with nothing but gRPC and the public protos, and adds up one contest by itself:
// prints each entry, and after what there is so far the votes of every choice. Resumes by itself.
//
//   follow HOST:PORT CONTEST [FROM]      ends at the end of the log when ONCE is set
//
// Built by this project's CMake, or alone:
//   protoc -I proto --cpp_out=out --grpc_out=out --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin
//     proto/jejak/v1/*.proto
//   g++ -std=c++20 -I out follow.cc out/jejak/v1/*.cc $(pkg-config --cflags --libs grpc++ protobuf)
#include <grpcpp/grpcpp.h>
#include <jejak/v1/log.grpc.pb.h>
#include <jejak/v1/registry.grpc.pb.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

namespace {

namespace v1 = jejak::v1;
using google::protobuf::Struct;
using google::protobuf::Value;

// Votes by TPS and choice, as the accepted submissions and corrections leave them. The decoded view
// is the server's word: a monitor that trusts nobody decodes `entry` itself (tests/integration/
// monitor.py does), and checks signatures, tree and tally proofs.
class Totals {
 public:
  explicit Totals(std::string contest) : contest_(std::move(contest)) {}

  void Take(const v1::EntryView& view) {
    if (view.has_refusal() || view.contest() != contest_) return;
    const auto& body = view.body().fields();
    auto& votes = stations_[view.region()];
    if (view.kind() == "resultSubmitted") {
      votes.clear();  // the first of its round
      for (const Value& line : body.at("votes").list_value().values()) {
        const auto& one = line.struct_value().fields();
        const Value& count = one.at("votes");
        if (count.has_number_value()) votes[one.at("choice").string_value()] = count.number_value();
      }
    } else if (view.kind() == "resultCorrected") {
      for (const Value& line : body.at("changes").list_value().values()) {
        const auto& one = line.struct_value().fields();
        const std::string& field = one.at("field").string_value();
        if (field.rfind("votes.", 0) != 0) continue;
        const Value& after = one.at("after");
        if (after.has_number_value()) {
          votes[field.substr(6)] = after.number_value();
        } else {
          votes.erase(field.substr(6));  // withdrawn: missing is not zero
        }
      }
    }
  }

  void Print() const {
    std::map<std::string, double> sums;
    for (const auto& [tps, votes] : stations_) {
      for (const auto& [choice, count] : votes) sums[choice] += count;
    }
    for (const auto& [choice, sum] : sums)
      std::cout << "= " << choice << ' ' << static_cast<long long>(sum) << '\n';
  }

 private:
  const std::string contest_;
  std::map<std::string, std::map<std::string, double>> stations_;
};

void PrintEntry(const v1::Entry& entry) {
  const v1::EntryView& view = entry.view();
  std::cout << entry.index() << ' ' << view.kind() << ' ' << view.contest() << ' ' << view.region()
            << ' ' << view.author().official() << ' '
            << (view.has_refusal() ? "refused: " + view.refusal().reason() : "accepted") << '\n';
}

// Reads until the stream ends; `next` is always where to resume.
grpc::Status Follow(v1::LogService::Stub* stub, bool once, uint64_t* next, Totals* totals) {
  v1::ReplayEntriesRequest request;
  request.set_from(*next);
  request.set_follow(!once);
  request.set_view(true);
  grpc::ClientContext context;
  const auto stream = stub->ReplayEntries(&context, request);
  v1::ReplayEntriesResponse message;
  while (stream->Read(&message)) {
    for (const v1::Entry& entry : message.entries()) {
      PrintEntry(entry);
      totals->Take(entry.view());
      *next = entry.index() + 1;
    }
    if (!message.has_progress()) continue;
    *next = message.progress().next();
    if (message.progress().state() == v1::ReplayProgress::STATE_CAUGHT_UP) totals->Print();
  }
  return stream->Finish();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "follow HOST:PORT CONTEST [FROM]\n";
    return 2;
  }
  const auto channel = grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials());
  const auto registry = v1::RegistryService::NewStub(channel);
  v1::GetElectionResponse election;
  grpc::ClientContext context;
  const grpc::Status asked = registry->GetElection(&context, {}, &election);
  if (!asked.ok()) {
    std::cerr << asked.error_message() << '\n';
    return 3;
  }
  std::cout << election.name() << " (" << election.mode() << "), " << election.size()
            << " entries\n";
  const bool once = std::getenv("ONCE") != nullptr;
  const auto log = v1::LogService::NewStub(channel);
  uint64_t next = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0;
  Totals totals(argv[2]);
  while (true) {
    const grpc::Status ended = Follow(log.get(), once, &next, &totals);
    if (ended.ok()) return 0;
    std::cerr << ended.error_message() << "; resuming from " << next << '\n';
    // UNAVAILABLE: the line broke or the daemon stopped. ABORTED: we read too slowly.
    const bool again = ended.error_code() == grpc::StatusCode::UNAVAILABLE ||
                       ended.error_code() == grpc::StatusCode::ABORTED;
    if (!again) return 1;
    channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::minutes(1));
  }
}
