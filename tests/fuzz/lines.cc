// Files that are imported, plain or compressed: lines within their bound, numbered in order, and
// the tables of regions and stations, for any bytes.
#include "ledger/sirekap/lines.h"

#include <zlib.h>

#include "ledger/sirekap/tables.h"
#include "tests/fuzz/fuzz.h"

namespace jejak::fuzz {
namespace {

constexpr size_t kLineBytesMax = 64;

void CheckLines(const std::string& path) {
  auto reader = sirekap::LineReader::Open(path, kLineBytesMax);
  JEJAK_CHECK(reader.ok());
  std::string line;
  uint64_t number = 0;
  // What a few bytes unpack to is bounded here, not in the reader, which holds one line at a time.
  while (number < 10'000) {
    const auto got = (*reader)->Next(&line);
    if (!got.ok() || *got == sirekap::LineReader::Got::kEnd) return;
    JEJAK_CHECK((*reader)->number() == ++number);
    JEJAK_CHECK(line.size() <= kLineBytesMax && line.find('\n') == std::string::npos);
    if (*got == sirekap::LineReader::Got::kTooLong) JEJAK_CHECK(line.empty());
  }
}

Bytes Gzip(ByteView text) {
  z_stream stream{};
  JEJAK_CHECK(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes out(1'024, '\0');
  Bytes in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  JEJAK_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

void Run(ByteView input) {
  static MemoryFile file;
  const std::string& path = file.Put(input);
  CheckLines(path);
  std::vector<sirekap::Skipped> skipped;
  const auto regions = sirekap::ReadRegions(path, &skipped);
  const auto stations = sirekap::ReadStationCounts(path, &skipped);
  JEJAK_CHECK(!(regions.ok() && stations.ok()));  // their headers differ
  if (!stations.ok()) return;
  for (const sirekap::StationCount& count : *stations)
    JEJAK_CHECK(count.desa.level() == election::Level::kVillage);
}

std::vector<Bytes> Seeds() {
  const Bytes regions =
      "kode\tnama\ttingkat\n65\tKALIMANTAN UTARA\t1\n6501\tBULUNGAN\t2\n99BE\tX\t2\n";
  const Bytes stations = "kode\tjumlah_tps\n6501011001\t5\r\n6501011002\t1";
  return {regions,
          stations,
          Gzip(regions),
          Gzip(stations),
          Gzip("{}\n{}\n") + Gzip("{}\n"),
          Bytes(200, 'x') + "\nshort\n"};
}

}  // namespace jejak::fuzz
