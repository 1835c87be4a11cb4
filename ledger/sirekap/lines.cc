#include "ledger/sirekap/lines.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace jejak::sirekap {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;

}  // namespace

struct LineReader::File {
  gzFile gz = nullptr;
  ~File() {
    if (gz) gzclose(gz);
  }
};

LineReader::LineReader(std::unique_ptr<File> file, size_t line_bytes_max)
    : file_(std::move(file)), line_bytes_max_(line_bytes_max) {}
LineReader::~LineReader() = default;

Result<std::unique_ptr<LineReader>> LineReader::Open(const std::string& path,
                                                     size_t line_bytes_max) {
  std::error_code error;
  auto file = std::make_unique<File>();
  // A folder opens as a file, and fails only on reading.
  if (!std::filesystem::is_directory(path, error)) file->gz = gzopen(path.c_str(), "rb");
  if (!file->gz) return Status(Reason::kFileMissing, "can't open " + path).With("file", path);
  return std::unique_ptr<LineReader>(new LineReader(std::move(file), line_bytes_max));
}

Result<bool> LineReader::Fill() {
  buffer_.resize(kBufferBytes);
  at_ = 0;
  const int got = gzread(file_->gz, buffer_.data(), static_cast<unsigned>(kBufferBytes));
  buffer_.resize(static_cast<size_t>(std::max(got, 0)));
  int code = Z_OK;
  gzerror(file_->gz, &code);
  // A stream that is cut off gives what it has, and Z_BUF_ERROR.
  const bool cut_off = got <= 0 && code == Z_BUF_ERROR;
  if (got < 0 || cut_off) {
    return Status(Reason::kInputMalformed, "can't be read on: damaged or cut off");
  }
  return got > 0;
}

Result<LineReader::Got> LineReader::Next(std::string* line) {
  line->clear();
  bool any = false, too_long = false;
  while (true) {
    if (at_ == buffer_.size()) {
      const auto more = Fill();
      if (!more.ok()) {
        number_ += 1;
        return more.status();
      }
      if (!*more) break;
    }
    any = true;
    const size_t end = buffer_.find('\n', at_);
    const size_t count = std::min(end, buffer_.size()) - at_;
    too_long = too_long || line->size() + count > line_bytes_max_;
    if (!too_long) line->append(buffer_, at_, count);
    at_ += count;
    if (end == std::string::npos) continue;
    ++at_;
    break;
  }
  if (!any) return Got::kEnd;
  number_ += 1;
  if (too_long) {
    line->clear();
    return Got::kTooLong;
  }
  if (line->ends_with('\r')) line->pop_back();
  return Got::kLine;
}

}  // namespace jejak::sirekap
