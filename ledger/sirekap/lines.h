// Lines of a text file, which may be compressed with gzip: told by its first bytes, not by its
// name. Holds one line at a time.
//
// Thread rule: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "ledger/base/status.h"

namespace jejak::sirekap {

class LineReader {
 public:
  // Fails with NOT_FOUND when the file can't be opened.
  static Result<std::unique_ptr<LineReader>> Open(const std::string& path, size_t line_bytes_max);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  enum class Got : uint8_t { kLine, kTooLong, kEnd };
  // The next line, without its end ("\n" or "\r\n"). kTooLong: it was passed over, and `line` is
  // empty. Fails with INPUT_MALFORMED when the file can't be read on: a damaged or cut-off gzip
  // stream, or an I/O error.
  Result<Got> Next(std::string* line);
  // Of the line that Next gave last, from 1.
  uint64_t number() const { return number_; }

 private:
  struct File;
  LineReader(std::unique_ptr<File> file, size_t line_bytes_max);
  // Fills the buffer; false at the end of the file.
  Result<bool> Fill();

  std::unique_ptr<File> file_;
  const size_t line_bytes_max_;
  std::string buffer_;
  size_t at_ = 0;
  uint64_t number_ = 0;
};

}  // namespace jejak::sirekap
