#include "ledger/merkle/test_vectors.h"

#include <fstream>
#include <sstream>

#include "ledger/base/check.h"
#include "ledger/base/encoding.h"

namespace jejak::merkle {
namespace {

std::string Unescape(std::string_view field) {
  if (field == "-") return {};
  std::string out;
  for (size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\') {
      out += field[i];
      continue;
    }
    switch (field[++i]) {
      case 'n':
        out += '\n';
        break;
      case 's':
        out += ' ';
        break;
      case 'x':
        out += FromHex(field.substr(i + 1, 2)).value();
        i += 2;
        break;
      default:
        out += field[i];
    }
  }
  return out;
}

}  // namespace

std::vector<VectorRecord> ReadVectors(std::string_view name) {
  std::ifstream file(std::string(JEJAK_SOURCE_DIR "/tests/vectors/").append(name));
  JEJAK_CHECK(file.good());
  std::vector<VectorRecord> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    VectorRecord record;
    for (std::string field; std::getline(fields, field, ' ');) record.push_back(Unescape(field));
    out.push_back(std::move(record));
  }
  JEJAK_CHECK(!out.empty());
  return out;
}

}  // namespace jejak::merkle
