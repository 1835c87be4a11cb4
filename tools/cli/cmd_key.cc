// Keys: made, shown, and proven to be in one's possession.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/crypto/commitment.h"
#include "ledger/crypto/key_file.h"
#include "tools/cli/commands.h"

namespace jejak::cli {
namespace {

struct NewOptions {
  std::string out;
  bool no_passphrase = false;
};

Status KeyNew(const Globals& globals, const NewOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const auto passphrase, ReadPassphrase(globals.passphrase_file));
  if (passphrase && options.no_passphrase) {
    return Status(Reason::kUsage, "--no-passphrase contradicts the passphrase file");
  }
  if (!passphrase && !options.no_passphrase) {
    return Status(Reason::kUsage, "give --passphrase-file FILE, or say --no-passphrase aloud");
  }
  const crypto::SecretKey key = crypto::SecretKey::Generate();
  JEJAK_RETURN_IF_ERROR(crypto::WriteKeyFile(options.out, key, passphrase));
  const Console& console = globals.console;
  if (options.no_passphrase) {
    console.Note(console.T(
        "this key file is NOT encrypted: whoever reads it can sign in your name",
        "berkas kunci ini TIDAK disandikan: siapa pun yang membacanya dapat menandatangani "
        "atas nama Anda"));
  }
  if (console.json) {
    console.Print({{"file", options.out},
                   {"public_key", ToHex(key.public_key())},
                   {"encrypted", passphrase.has_value()}});
  } else {
    console.Line(ToHex(key.public_key()));
  }
  return OkStatus();
}

struct ShowOptions {
  std::string file;
};

Status KeyShow(const Globals& globals, const ShowOptions& options, Run*) {
  JEJAK_ASSIGN_OR_RETURN(const PublicKey key, crypto::ReadPublicKey(options.file));
  if (globals.console.json) {
    globals.console.Print({{"file", options.file}, {"public_key", ToHex(key)}});
  } else {
    globals.console.Line(ToHex(key));
  }
  return OkStatus();
}

struct ProveOptions {
  std::string key;
  std::string election;
  std::string official;
};

Status KeyProve(const Globals& globals, const ProveOptions& options, Run*) {
  const auto election =
      options.election == "0" ? std::optional(Hash()) : FixedFromHex<Hash>(options.election);
  if (!election) {
    return Status(
        Reason::kInvalidArgument,
        "--election is the 64 hex digits of the election, or 0 for keys that stand in the genesis");
  }
  JEJAK_ASSIGN_OR_RETURN(const crypto::SecretKey key, ReadKey(globals, options.key));
  const Signature proof = crypto::SignEnrolment(key, *election, options.official);
  if (globals.console.json) {
    globals.console.Print({{"key", ToHex(key.public_key())},
                           {"proof", ToHex(proof)},
                           {"election", ToHex(*election)},
                           {"official", options.official}});
  } else {
    globals.console.Line(DumpLine({{"key", ToHex(key.public_key())}, {"proof", ToHex(proof)}}));
  }
  return OkStatus();
}

}  // namespace

void AddKeyCommands(Program* program) {
  CLI::App* group = program->Group("key", "Ed25519 keys");
  const auto make = std::make_shared<NewOptions>();
  CLI::App* command = program->Add(group, "new", "make a key file", make, &KeyNew);
  command->add_option("--out", make->out, "file to make")->required();
  command->add_flag("--no-passphrase", make->no_passphrase, "do not encrypt the file");

  const auto show = std::make_shared<ShowOptions>();
  command = program->Add(group, "show", "print a key file's public key", show, &KeyShow);
  command->add_option("file", show->file, "key file")->required();

  const auto prove = std::make_shared<ProveOptions>();
  command = program->Add(group, "prove", "prove possession of a key, for its enrolment", prove,
                         &KeyProve);
  command->add_option("--key", prove->key, "key file")->required();
  command->add_option("--election", prove->election, "hash of the genesis event, or 0 inside it")
      ->required();
  command->add_option("--official", prove->official, "id of the official who will hold it")
      ->required();
}

}  // namespace jejak::cli
