#include "ledger/sirekap/lines.h"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>

#include "ledger/base/bytes.h"
#include "ledger/base/check.h"

namespace jejak::sirekap {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;
constexpr std::string_view kGzip = "\x1f\x8b";
constexpr int kGzipWindowBits = 16 + MAX_WBITS;

}  // namespace

// zlib's own gzFile passes over whatever follows a member and is none: half of a file whose second
// member is damaged would be missing without a word.
struct LineReader::File {
  std::FILE* file = nullptr;
  bool gzip = false, in_member = false, ended = false;
  z_stream stream{};
  std::string input;
  Status failed;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (gzip) inflateEnd(&stream);
    if (file != nullptr) std::fclose(file);
  }

  // False at the end of the file, or when it can't be read.
  bool Read() {
    if (ended || !failed.ok()) return false;
    input.resize(kBufferBytes);
    input.resize(std::fread(input.data(), 1, kBufferBytes, file));
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    ended = input.empty();
    if (std::ferror(file) != 0) Fail();
    return !input.empty() && failed.ok();
  }
  void Fail() {
    failed = Status(Reason::kInputMalformed, "can't be read on: damaged or cut off");
  }
  // Where a member may begin: zeros fill up a tape's block, and mean nothing.
  bool BeginMember() {
    while (stream.avail_in != 0 || Read()) {
      if (*stream.next_in != 0) {
        in_member = true;
        if (inflateReset(&stream) != Z_OK) Fail();
        return failed.ok();
      }
      ++stream.next_in;
      --stream.avail_in;
    }
    return false;
  }
  // Takes what comes next out of its compression, as far as `out` has room.
  void Inflate(std::string* out) {
    stream.next_out = reinterpret_cast<Bytef*>(out->data());
    stream.avail_out = static_cast<uInt>(out->size());
    while (failed.ok() && stream.avail_out != 0 && (in_member || BeginMember())) {
      if (stream.avail_in == 0 && !Read()) {
        Fail();
        continue;
      }
      const int code = inflate(&stream, Z_NO_FLUSH);
      in_member = code != Z_STREAM_END;
      if (in_member && code != Z_OK) Fail();
    }
    out->resize(out->size() - stream.avail_out);
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
  if (!std::filesystem::is_directory(path, error)) file->file = std::fopen(path.c_str(), "rb");
  if (file->file == nullptr)
    return Status(Reason::kFileMissing, "can't open " + path).With("file", path);
  if (file->Read() && ByteView(file->input).starts_with(kGzip)) {
    JEJAK_CHECK(inflateInit2(&file->stream, kGzipWindowBits) == Z_OK);
    file->gzip = true;
  }
  return std::unique_ptr<LineReader>(new LineReader(std::move(file), line_bytes_max));
}

// What was read before a fault is given first.
Result<bool> LineReader::Fill() {
  at_ = 0;
  if (file_->gzip) {
    buffer_.resize(kBufferBytes);
    file_->Inflate(&buffer_);
    if (!buffer_.empty()) return true;
  } else if (file_->stream.avail_in != 0 || file_->Read()) {
    buffer_ = file_->input;
    file_->stream.avail_in = 0;
    return true;
  }
  buffer_.clear();
  JEJAK_RETURN_IF_ERROR(file_->failed);
  return false;
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
