// Publishes a growing log into a folder, for as long as it lives: at most one checkpoint an
// interval, each only after its tiles and bundles are durable (export.h).
//
// A failure of the machine (a full disk) is told and tried again at the next interval: what is
// published is only behind. A folder that is no longer an earlier state of the log ends it:
// somebody else publishes another history there, and the ledger must not go on.
//
// Thread rule: all methods from any thread. One thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ledger/publish/export.h"

namespace jejak::publish {

struct PublisherOptions {
  std::filesystem::path folder;
  std::chrono::milliseconds interval{1'000};
  // The log as it stands now.
  std::function<std::shared_ptr<const Log>()> newest;
  // After a checkpoint was put in place, durably, on the publisher's thread: the place to ask
  // witnesses. What it takes holds up the next publication, and nothing else. May be null.
  std::function<void(TreeSize size, const std::string& checkpoint)> published;
  // Told each failure. May be null.
  std::function<void(const Status&)> failed;
};

class Publisher {
 public:
  // Publishes once before it returns. Errors: those of Export.
  static Result<std::unique_ptr<Publisher>> Start(PublisherOptions options);
  // As Stop, its failure unseen.
  ~Publisher();

  // The log grew: quick, for the sequencer's thread.
  void Grown();
  // OK, or what ended it.
  Status status() const;
  // Publishes what there is, and ends the thread.
  Status Stop();

 private:
  explicit Publisher(PublisherOptions options) : options_(std::move(options)) {}
  void Run();
  Status Publish();

  const PublisherOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool grown_ = false, stopping_ = false;
  bool published_once_ = false;  // of whoever publishes
  Status ended_;
  std::thread thread_;
};

}  // namespace jejak::publish
