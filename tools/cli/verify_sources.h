// Where the bytes come from that are verified: a ledger, an exported folder, a daemon.
//
// Thread rule: as verify::LogSource.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "ledger/client/client.h"
#include "ledger/engine/view.h"
#include "ledger/publish/export_reader.h"
#include "ledger/verify/verify.h"
#include "tools/cli/session.h"

namespace jejak::cli {

// The local ledger as the verifier sees it: entries and checkpoint, nothing else.
class LedgerSource final : public verify::LogSource {
 public:
  explicit LedgerSource(const engine::View* view) : view_(view) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return view_->EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return view_->Checkpoint(); }

 private:
  const engine::View* view_;
};

// A folder that somebody exported.
class ExportSource final : public verify::LogSource {
 public:
  explicit ExportSource(const publish::ExportReader* reader) : reader_(reader) {}
  Result<Bytes> EntryBytes(LogIndex index) const override { return reader_->EntryBytes(index); }
  Result<std::string> Checkpoint() const override { return reader_->Checkpoint(); }

 private:
  const publish::ExportReader* reader_;
};

// A daemon: its newest checkpoint, and a replay of the entries below it that runs ahead of who
// asks. Nothing that it says of an entry but its bytes is looked at.
class ServerSource final : public verify::LogSource {
 public:
  // Fetches the checkpoint. Errors: those of client::Client.
  static Result<std::unique_ptr<ServerSource>> Open(Globals globals);
  ~ServerSource() override;

  Result<Bytes> EntryBytes(LogIndex index) const override;
  Result<std::string> Checkpoint() const override { return checkpoint_; }
  std::string Cosigned() const override { return cosigned_; }
  // Of the checkpoint; 0 for one that doesn't read.
  TreeSize size() const { return size_; }

 private:
  ServerSource() = default;
  void Run();
  // Waits for room. False when nobody wants it.
  bool Take(LogIndex index, Bytes bytes);

  std::stop_source stop_;  // of the calls: whoever has seen enough doesn't wait for the server
  std::unique_ptr<client::Client> client_;
  std::string checkpoint_, cosigned_;
  TreeSize size_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::deque<Bytes> entries_;  // from next_ on
  mutable LogIndex next_;
  mutable size_t bytes_ = 0;
  bool ended_ = false;
  Status failed_;
  std::thread thread_;
};

}  // namespace jejak::cli
