// Everything readable under a path must come out, in order, whatever unreadable lies between, and
// what doesn't come out must be named by file and line. Shown on files made here.
#include "ledger/sirekap/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "ledger/base/limits.h"
#include "ledger/sirekap/lines.h"
#include "ledger/sirekap/tables.h"

namespace jejak::sirekap {
namespace {

namespace fs = std::filesystem;
using election::ContestKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Files : public ::testing::Test {
 protected:
  Files() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(::testing::TempDir()) / (std::string("jejak_sirekap_") + test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Files() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  static std::string Gzip(const std::string& text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
  }
  // Reads `path`; what was skipped goes to skipped_ as "file:line".
  std::vector<std::string> Read(const std::string& path) {
    std::vector<std::string> out;
    skipped_.clear();
    status_ =
        ReadVersions(path, ContestKind::kTicket,
                     {[&](Version v) {
                        out.push_back(v.tps.str().substr(10) + "@" + std::to_string(v.origin.line));
                      },
                      [&](Skipped s) {
                        EXPECT_FALSE(s.why.empty());
                        skipped_.push_back(fs::path(*s.origin.file).filename().string() + ":" +
                                           std::to_string(s.origin.line));
                      }});
    return out;
  }

  fs::path folder_;
  Status status_;
  std::vector<std::string> skipped_;
};

std::string Tps(int number) {
  std::string digits = std::to_string(number);
  return "6501011001" + std::string(3 - digits.size(), '0') + digits;
}
std::string Line(int number) {
  return R"({"kode":")" + Tps(number) + R"(","ts":"2024-02-24 22:31:28"})";
}

TEST_F(Files, LinesAroundABadOne) {
  const std::string text = Line(1) + "\r\n\n" + Line(2) + "\n{bad\n" +
                           std::string(limits::kJsonLineBytesMax + 1, ' ') + "\n" + Line(3);
  for (const auto& path : {Write("a.jsonl", text), Write("a.jsonl.gz", Gzip(text))}) {
    EXPECT_THAT(Read(path), ElementsAre("001@1", "002@3", "003@6")) << path;
    EXPECT_TRUE(status_.ok());
    const std::string name = fs::path(path).filename().string();
    EXPECT_THAT(skipped_, ElementsAre(name + ":4", name + ":5"));
  }
}

TEST_F(Files, DamagedGzipIsNamedAndWhatCameBeforeIsKept) {
  std::string text;
  for (int i = 1; i <= 900; ++i) text += Line(i) + "\n";
  const std::string gzip = Gzip(text);
  std::string flipped = gzip;
  flipped[gzip.size() - 6] = static_cast<char>(flipped[gzip.size() - 6] ^ 1);  // in the checksum
  EXPECT_EQ(Read(Write("whole.jsonl.gz", gzip)).size(), 900u);
  EXPECT_THAT(skipped_, IsEmpty());
  for (const auto& path :
       {Write("cut.jsonl.gz", gzip.substr(0, gzip.size() - 9)),
        Write("tail.jsonl.gz", gzip.substr(0, gzip.size() - 4)), Write("flip.jsonl.gz", flipped)}) {
    Read(path);
    EXPECT_TRUE(status_.ok());
    EXPECT_EQ(skipped_.size(), 1u) << path;
  }
}

// Members one after another are one file, and so is what a tape filled up with zeros; anything else
// behind a member is damage, which must not pass for the end.
TEST_F(Files, MembersOfAGzipFile) {
  std::string first, second;
  for (int i = 1; i <= 9; ++i) first += Line(i) + "\n";
  for (int i = 10; i <= 900; ++i) second += Line(i) + "\n";
  const std::string one = Gzip(first), two = Gzip(second);
  for (const std::string& whole : {one + two, one + two + std::string(700, '\0')}) {
    EXPECT_EQ(Read(Write("whole.jsonl.gz", whole)).size(), 900u);
    EXPECT_THAT(skipped_, IsEmpty());
  }
  std::string magic = two;
  magic[0] = '\x1e';
  for (const std::string& damaged : {magic, two.substr(0, 1), two.substr(0, 9), Line(10)}) {
    EXPECT_EQ(Read(Write("damaged.jsonl.gz", one + damaged)).size(), 9u);
    EXPECT_TRUE(status_.ok());
    EXPECT_EQ(skipped_.size(), 1u);
  }
  // What could be read before the damage is, too.
  std::string middle = two;
  middle[two.size() - 6] = static_cast<char>(middle[two.size() - 6] ^ 1);
  EXPECT_EQ(Read(Write("checksum.jsonl.gz", one + middle)).size(), 900u);
  EXPECT_EQ(skipped_.size(), 1u);
}

TEST_F(Files, FolderInOrderOfPaths) {
  Write("b/" + Tps(3) + ".json", R"({"ts":"2024-02-24 22:31:28"})");
  Write("b/" + Tps(2) + ".json", "{\n \"ts\":\n\"2024-02-24 22:31:28\"}");
  Write("a.jsonl", Line(1) + "\n");
  Write("b/6501.json", "{}");
  Write("notes.txt", "x");
  Write("c/" + Tps(4) + ".json", "{}");
  EXPECT_THAT(Read(folder_.string()), ElementsAre("001@1", "002@0", "003@0"));
  EXPECT_THAT(skipped_, ElementsAre(Tps(4) + ".json:0"));
}

TEST_F(Files, PathsThatAreNone) {
  Read((folder_ / "absent.jsonl").string());
  EXPECT_EQ(status_.reason(), Reason::kFileMissing);
  Read(Write("6501.json", "{}"));
  EXPECT_EQ(status_.reason(), Reason::kInvalidArgument);
  EXPECT_THAT(Read(Write(Tps(1) + ".json", std::string(limits::kJsonLineBytesMax + 1, ' '))),
              IsEmpty());
  EXPECT_THAT(skipped_, ElementsAre(Tps(1) + ".json:0"));
  EXPECT_THAT(Read(Write("empty.jsonl.gz", "")), IsEmpty());
  EXPECT_TRUE(status_.ok());
}

// Lines that lie across the ends of the reader's buffer come out whole: compared with the text
// itself.
TEST_F(Files, LinesAcrossBuffers) {
  std::string text;
  std::vector<std::string> want;
  for (size_t i = 0; i < 400; ++i) {
    want.push_back(std::string(i * 7 % 1'999, static_cast<char>('a' + i % 26)));
    text += want.back() + "\n";
  }
  auto reader = LineReader::Open(Write("lines", text), 4'096);
  ASSERT_TRUE(reader.ok());
  std::string line;
  for (size_t i = 0; i < want.size(); ++i) {
    const auto got = (*reader)->Next(&line);
    ASSERT_TRUE(got.ok() && *got == LineReader::Got::kLine);
    EXPECT_EQ(line, want[i]);
    EXPECT_EQ((*reader)->number(), i + 1);
  }
  EXPECT_EQ(*(*reader)->Next(&line), LineReader::Got::kEnd);
}

TEST_F(Files, Regions) {
  const std::string text = "kode\tnama\ttingkat\n65\tKALIMANTAN UTARA\t1\n6501\tBULUNGAN\t2\n";
  std::vector<Skipped> skipped;
  const auto rows = ReadRegions(Write("w.tsv.gz", Gzip(text)), &skipped);
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[1].name, "BULUNGAN");
  EXPECT_EQ((*rows)[1].code.str(), "6501");
  EXPECT_THAT(skipped, IsEmpty());
  for (const char* bad : {"64\tX\n", "64\tX\t2\n", "64\t\t1\n", "6a\tX\t1\n", "65\tX\t1\n",
                          "\tX\t0\n", "64\tX\tone\n", "64\ta\x01\t1\n", "\n"}) {
    skipped.clear();
    EXPECT_EQ(ReadRegions(Write("w.tsv", text + bad + "66\tY\t1\n"), &skipped)->size(), 3u) << bad;
    ASSERT_EQ(skipped.size(), 1u) << bad;
    EXPECT_EQ(skipped[0].origin.line, 4u);
  }
  for (const char* other : {"", "kode\tnama\n", "65\tX\t1\n"}) {
    const Status status = ReadRegions(Write("w.tsv", other), &skipped).status();
    EXPECT_EQ(status.reason(), Reason::kInputMalformed);
    EXPECT_THAT(status.message(), HasSubstr("w.tsv:1:"));
  }
  EXPECT_EQ(ReadRegions((folder_ / "none").string(), &skipped).status().reason(),
            Reason::kFileMissing);
}

TEST_F(Files, StationCounts) {
  std::vector<Skipped> skipped;
  const auto rows = ReadStationCounts(
      Write("t.tsv",
            "kode\tjumlah_tps\n1101012001\t3\n110101\t3\n1101012002\t-3\n1101012003\t1000\n"
            "1101012004\t\n1101012005\t7\n"),
      &skipped);
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].stations, 3u);
  EXPECT_EQ((*rows)[1].desa.str(), "1101012005");
  EXPECT_EQ(skipped.size(), 4u);
}

}  // namespace
}  // namespace jejak::sirekap
