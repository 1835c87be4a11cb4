#include "ledger/publish/publisher.h"

namespace jejak::publish {

Result<std::unique_ptr<Publisher>> Publisher::Start(PublisherOptions options) {
  std::unique_ptr<Publisher> out(new Publisher(std::move(options)));
  JEJAK_RETURN_IF_ERROR(out->Publish());
  out->thread_ = std::thread([publisher = out.get()] { publisher->Run(); });
  return out;
}

Publisher::~Publisher() { (void)Stop(); }

void Publisher::Grown() {
  {
    const std::lock_guard lock(mutex_);
    if (grown_) return;
    grown_ = true;
  }
  changed_.notify_all();
}

Status Publisher::status() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

Status Publisher::Publish() {
  const std::shared_ptr<const Log> log = options_.newest();
  if (log == nullptr) return {};
  const auto look = published_once_ ? LookAtAll::kNo : LookAtAll::kYes;
  JEJAK_ASSIGN_OR_RETURN(const ExportReport report,
                         Export(*log, options_.folder, nullptr, look));
  published_once_ = true;
  if (options_.published && report.size != report.before) {
    JEJAK_ASSIGN_OR_RETURN(const std::string checkpoint, log->Checkpoint());
    options_.published(report.size, checkpoint);
  }
  return {};
}

void Publisher::Run() {
  auto next = std::chrono::steady_clock::now() + options_.interval;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return grown_ || stopping_; });
    if (changed_.wait_until(lock, next, [this] { return stopping_; })) return;
    grown_ = false;
    lock.unlock();
    const Status published = Publish();
    next = std::chrono::steady_clock::now() + options_.interval;
    if (!published.ok() && options_.failed) options_.failed(published);
    lock.lock();
    if (published.ok()) continue;
    if (published.reason() == Reason::kExportDiffers ||
        published.reason() == Reason::kLedgerDamaged) {
      ended_ = published;
      return;
    }
    grown_ = true;
  }
}

Status Publisher::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) return status();
  thread_.join();
  JEJAK_RETURN_IF_ERROR(status());
  return Publish();
}

}  // namespace jejak::publish
