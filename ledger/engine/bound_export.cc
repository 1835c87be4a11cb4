#include "ledger/engine/bound_export.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>

#include "ledger/base/encoding.h"
#include "ledger/base/files.h"
#include "ledger/base/limits.h"
#include "ledger/crypto/sha256.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/tree_reader.h"

namespace jejak::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader = "jejak-export v1\nfolder ";
constexpr size_t kFileBytesMax = 8'192;

std::string FormatBinding(const fs::path& folder) {
  std::string text = fmt::format("{}{}\n", kHeader, folder.string());
  return text + fmt::format("checksum {}\n", ToHex(crypto::Sha256(text)));
}

Status Unreadable(const fs::path& file, const std::string& why) {
  return Status(Reason::kExportDiffers,
                fmt::format("the export that the ledger is bound to can't be read, so nobody knows "
                            "what was published: {}; bring the folder back, or, sure that no newer "
                            "state was published, jejak export --unbind",
                            why))
      .With("file", file.string());
}

}  // namespace

Result<std::optional<fs::path>> BoundExport(const fs::path& dir) {
  const fs::path file = dir / "EXPORT";
  JEJAK_ASSIGN_OR_RETURN(const bool there, Exists(file));
  if (!there) return std::optional<fs::path>();
  JEJAK_ASSIGN_OR_RETURN(const Bytes text, ReadFile(file, kFileBytesMax));
  const size_t end = text.find('\n', kHeader.size());
  if (text.starts_with(kHeader) && end != Bytes::npos) {
    const fs::path folder(text.substr(kHeader.size(), end - kHeader.size()));
    if (folder.is_absolute() && FormatBinding(folder) == text) return std::optional(folder);
  }
  return Status(Reason::kLedgerDamaged, file.string() + " is not as it was written")
      .With("file", file.string());
}

Status BindExport(const fs::path& dir, const std::optional<fs::path>& folder) {
  const fs::path file = dir / "EXPORT";
  if (folder) {
    const fs::path absolute = fs::absolute(*folder).lexically_normal();
    if (absolute.string().find('\n') != std::string::npos)
      return Status(Reason::kInvalidArgument, "a folder's name with a line break");
    JEJAK_RETURN_IF_ERROR(ReplaceFile(file, FormatBinding(absolute)));
  } else if (std::remove(file.c_str()) != 0 && errno != ENOENT) {
    return FromErrno(errno, "remove", file);
  }
  return SyncFolder(dir);
}

Status CheckPublished(const View& view, const std::string& origin, const fs::path& folder) {
  const fs::path file = folder / "checkpoint";
  const auto text = ReadFile(file, limits::kNoteBytesMax);
  if (!text.ok()) return Unreadable(file, text.status().message());
  const auto note = merkle::ParseNote(*text);
  const auto checkpoint = note.ok() ? merkle::ParseCheckpoint(note->text) : note.status();
  if (!checkpoint.ok()) return Unreadable(file, checkpoint.status().ToString());
  if (checkpoint->origin != origin) {
    return Status(Reason::kExportDiffers, fmt::format("{} is of {}, this ledger of {}",
                                                      file.string(), checkpoint->origin, origin));
  }
  const auto rolled_back = [&](const std::string& what) {
    return Status(Reason::kRolledBack, what)
        .With("have", std::to_string(view.size().value))
        .With("published", std::to_string(checkpoint->size.value))
        .With("file", file.string());
  };
  if (checkpoint->size > view.size()) {
    return rolled_back(fmt::format("{} entries are published in {}, the ledger has {}",
                                   checkpoint->size.value, folder.string(), view.size().value));
  }
  JEJAK_ASSIGN_OR_RETURN(const Hash root, merkle::RootAt(view, checkpoint->size));
  if (root == checkpoint->root) return {};
  return rolled_back(fmt::format("the ledger's first {} entries are not those published in {}",
                                 checkpoint->size.value, folder.string()));
}

}  // namespace jejak::engine
