#include "tools/jejakd/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <toml++/toml.h>
#include <variant>
#include <vector>

namespace jejak::daemon {
namespace {

struct Number {
  int64_t* value;
  int64_t min, max;
};
struct Setting {
  const char* section;
  const char* name;
  const char* meaning;
  std::variant<std::string*, Number, bool*> to;
};

constexpr int64_t kMillion = 1'000'000;

std::vector<Setting> OfTheLedger(Config* c) {
  return {
      {"ledger", "dir", "directory of the ledger", &c->ledger_dir},
      {"ledger", "key", "the ledger's key file; empty: keys/ledger.key in the directory",
       &c->ledger_key},
      {"ledger", "passphrase_file", "file whose first line opens the key file; empty: none",
       &c->passphrase_file},
      {"ledger", "verify_threads", "threads that check signatures; 0: one for each core",
       Number{&c->verify_threads, 0, 1'024}},
      {"ledger", "batch_events_max", "events of one commit at most",
       Number{&c->batch_events_max, 1, static_cast<int64_t>(limits::kBatchEventsMax)}},
      {"ledger", "simulated_clock",
       "callers may say when the ledger received their events; for simulations alone",
       &c->simulated_clock},
      {"export", "dir",
       "folder that checkpoints, tiles and bundles are published in; the ledger is bound to it, and "
       "never signs less than what is there; empty: the one it is bound to, if any",
       &c->export_dir},
      {"export", "interval_ms", "milliseconds between two published checkpoints at least",
       Number{&c->export_interval_ms, 1'000, 3'600'000}},
      {"witness", "policy",
       "file of the witnesses that cosign what is published (C2SP tlog-policy); the ledger never "
       "signs less than what they hold; empty: none",
       &c->witness_policy},
  };
}

std::vector<Setting> OfTheServer(Config* c) {
  return {
      {"server", "listen", "host:port to listen on; port 0 takes a free one", &c->listen},
      {"server", "workers", "threads that answer questions, and as many for replays",
       Number{&c->workers, 1, 256}},
      {"server", "queued_calls_max", "calls that may wait; beyond, OVERLOADED",
       Number{&c->queued_calls_max, 1, kMillion}},
      {"server", "followers_max", "replay streams at once", Number{&c->followers_max, 1, kMillion}},
      {"server", "senders_max", "sync streams at once", Number{&c->senders_max, 1, kMillion}},
      {"server", "message_bytes_max", "bytes of one request",
       Number{&c->message_bytes_max, 65'536, int64_t{1} << 30}},
      {"server", "memory_bytes_max", "bytes of buffers for all connections together",
       Number{&c->memory_bytes_max, int64_t{16} << 20, int64_t{1} << 40}},
      {"server", "undecided_bytes_max",
       "bytes of undecided events that all sync streams may have brought, but for one event each; "
       "and as many for the other calls",
       Number{&c->undecided_bytes_max, int64_t{1} << 20, int64_t{1} << 40}},
      {"server", "unread_bytes_max",
       "bytes of answers that clients have not taken; beyond, those that wait longest are cut off",
       Number{&c->unread_bytes_max, int64_t{1} << 20, int64_t{1} << 40}},
      {"server", "connection_streams_max", "calls and streams of one connection at once",
       Number{&c->connection_streams_max, 1, kMillion}},
      {"server", "idle_notice_s", "seconds after which a quiet follower is told that it is",
       Number{&c->idle_notice_s, 1, 86'400}},
      {"server", "follower_stall_s", "seconds after which a follower that reads nothing is dropped",
       Number{&c->follower_stall_s, 1, 86'400}},
      {"server", "sender_idle_s",
       "seconds after which a sync stream that brings no event and takes no answer is ended",
       Number{&c->sender_idle_s, 1, 86'400}},
      {"server", "behind_entries", "entries behind at which a follower is told",
       Number{&c->behind_entries, 1, kMillion * kMillion}},
      {"server", "stop_grace_s", "seconds for what is queued when the daemon stops",
       Number{&c->stop_grace_s, 0, 3'600}},
  };
}

std::vector<Setting> OfItsClients(Config* c) {
  return {
      {"tls", "certificate", "PEM file of the certificate chain; empty: no TLS",
       &c->tls_certificate},
      {"tls", "key", "PEM file of its key; both are read again when they change", &c->tls_key},
      {"tls", "client_roots", "PEM file; clients must show a certificate of these; empty: none",
       &c->tls_client_roots},
      {"limits", "peer_events_per_second", "events that one address may hand in; 0: no limit",
       Number{&c->peer_events_per_second, 0, kMillion * kMillion}},
      {"limits", "peer_events_burst", "events that one address may hand in at once",
       Number{&c->peer_events_burst, 1, kMillion * kMillion}},
      {"limits", "peer_calls_per_second",
       "questions that one address may ask, and replays that it may begin; 0: no limit",
       Number{&c->peer_calls_per_second, 0, kMillion * kMillion}},
      {"limits", "peer_calls_burst", "questions and replays of one address at once",
       Number{&c->peer_calls_burst, 1, kMillion * kMillion}},
      {"limits", "peer_streams_max",
       "replay streams that one address may have open, and as many sync streams; 0: no limit",
       Number{&c->peer_streams_max, 0, kMillion}},
      {"metrics", "listen", "host:port for Prometheus; empty: none", &c->metrics_listen},
      {"log", "level", "trace, debug, info, warning, error or off", &c->log_level},
  };
}

std::vector<Setting> SettingsOf(Config* config) {
  std::vector<Setting> out;
  for (const auto& part : {OfTheLedger(config), OfTheServer(config), OfItsClients(config)})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

Status Wrong(const std::string& file, const std::string& setting, const toml::node& node,
             const std::string& why) {
  const auto line = node.source().begin.line;
  return Status(Reason::kInputMalformed,
                fmt::format("{}:{}: {}: {}", file, line, setting, why))
      .With("setting", setting)
      .With("line", std::to_string(line));
}

Status Take(const std::string& file, const Setting& setting, const toml::node& node) {
  const std::string name = fmt::format("{}.{}", setting.section, setting.name);
  if (const auto* text = std::get_if<std::string*>(&setting.to)) {
    if (!node.is_string()) return Wrong(file, name, node, "a text in quotes");
    **text = node.as_string()->get();
    return {};
  }
  if (const auto* flag = std::get_if<bool*>(&setting.to)) {
    if (!node.is_boolean()) return Wrong(file, name, node, "true or false");
    **flag = node.as_boolean()->get();
    return {};
  }
  const Number& number = std::get<Number>(setting.to);
  if (!node.is_integer()) return Wrong(file, name, node, "a whole number");
  const int64_t value = node.as_integer()->get();
  if (value < number.min || value > number.max)
    return Wrong(file, name, node, fmt::format("from {} to {}", number.min, number.max));
  *number.value = value;
  return {};
}

// A basic string of TOML.
std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += std::string("\\") + c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// A comment, or one setting whose value is one string.
bool IsCommentOrString(std::string_view line) {
  constexpr std::string_view kName =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  const auto skip = [&line](std::string_view these) {
    line.remove_prefix(std::min(line.find_first_not_of(these), line.size()));
    return line.empty() ? '\0' : line.front();
  };
  if (skip(" \t") == '#') return true;
  skip(kName);
  if (skip(" \t") != '=') return false;
  line.remove_prefix(1);
  const char quote = skip(" \t");
  if (quote != '"' && quote != '\'') return false;
  size_t end = 1;
  while (end < line.size() && line[end] != quote)
    end += quote == '"' && line[end] == '\\' ? size_t{2} : size_t{1};
  if (end >= line.size()) return false;
  line.remove_prefix(end + 1);
  const char after = skip(" \t\r");
  return line.empty() || after == '#';
}

// The first line with a character outside of ASCII where toml++ 3.3.0 may take it for a part of a
// name or a number, or of an escape in a string of several lines, and for some of them runs into
// what it calls unreachable; 0: none.
size_t LineOutsideAscii(const std::string& text) {
  // A byte order mark may come first.
  std::istringstream lines(text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text);
  const bool several = text.find("\"\"\"") != text.npos || text.find("'''") != text.npos;
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const bool ascii = std::all_of(line.begin(), line.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii && (several || !IsCommentOrString(line))) return number;
  }
  return 0;
}

Result<std::string> ReadText(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text;
  char some[4096];
  while (in.read(some, sizeof some), in.gcount() > 0)
    text.append(some, static_cast<size_t>(in.gcount()));
  if (!in.eof()) return Status(Reason::kInputMalformed, file + ": it can't be read");
  return text;
}

Status Malformed(const std::string& file, size_t line, std::string_view why) {
  return Status(Reason::kInputMalformed, fmt::format("{}:{}: {}", file, line, why))
      .With("line", std::to_string(line));
}

}  // namespace

service::ServerOptions Config::Server() const {
  service::ServerOptions out;
  out.address = listen;
  out.tls = {tls_certificate, tls_key, tls_client_roots};
  out.workers = static_cast<size_t>(workers);
  out.queued_calls_max = static_cast<size_t>(queued_calls_max);
  out.followers_max = static_cast<size_t>(followers_max);
  out.message_bytes_max = static_cast<size_t>(message_bytes_max);
  out.memory_bytes_max = static_cast<size_t>(memory_bytes_max);
  out.undecided_bytes_max = static_cast<size_t>(undecided_bytes_max);
  out.unread_bytes_max = static_cast<size_t>(unread_bytes_max);
  out.connection_streams_max = static_cast<size_t>(connection_streams_max);
  out.peer_events_per_second = static_cast<double>(peer_events_per_second);
  out.peer_events_burst = static_cast<double>(peer_events_burst);
  out.peer_calls_per_second = static_cast<double>(peer_calls_per_second);
  out.peer_calls_burst = static_cast<double>(peer_calls_burst);
  out.peer_streams_max = static_cast<size_t>(peer_streams_max);
  out.senders_max = static_cast<size_t>(senders_max);
  out.idle_notice = std::chrono::seconds(idle_notice_s);
  out.follower_stall = std::chrono::seconds(follower_stall_s);
  out.sender_idle = std::chrono::seconds(sender_idle_s);
  out.behind_entries = static_cast<size_t>(behind_entries);
  out.given_clock = simulated_clock;
  return out;
}

Status ReadConfig(const std::string& file, Config* config) {
  std::error_code missing;
  if (!std::filesystem::exists(file, missing)) return Status(Reason::kFileMissing, file);
  JEJAK_ASSIGN_OR_RETURN(const std::string text, ReadText(file));
  if (const size_t line = LineOutsideAscii(text))
    return Malformed(file, line, "only comments, and strings of one line, may have other letters than ASCII's");
  toml::table table;
  try {
    table = toml::parse(text, file);
  } catch (const toml::parse_error& e) {
    return Malformed(file, e.source().begin.line, e.description());
  }
  const std::vector<Setting> settings = SettingsOf(config);
  for (const auto& [section, node] : table) {
    const toml::table* inner = node.as_table();
    if (inner == nullptr) return Wrong(file, std::string(section.str()), node, "no such setting");
    for (const auto& [name, value] : *inner) {
      const Setting* found = nullptr;
      for (const Setting& setting : settings) {
        if (section.str() == setting.section && name.str() == setting.name) found = &setting;
      }
      if (found == nullptr) {
        return Wrong(file, fmt::format("{}.{}", section.str(), name.str()), value,
                     "no such setting; jejakd --print-config lists them");
      }
      JEJAK_RETURN_IF_ERROR(Take(file, *found, value));
    }
  }
  return {};
}

std::string PrintConfig(const Config& config) {
  Config copy = config;
  std::string out, section;
  for (const Setting& setting : SettingsOf(&copy)) {
    if (section != setting.section) {
      out += fmt::format("{}[{}]\n", section.empty() ? "" : "\n", setting.section);
      section = setting.section;
    }
    out += fmt::format("# {}\n", setting.meaning);
    if (const auto* text = std::get_if<std::string*>(&setting.to)) {
      out += fmt::format("{} = {}\n", setting.name, Quoted(**text));
    } else if (const auto* flag = std::get_if<bool*>(&setting.to)) {
      out += fmt::format("{} = {}\n", setting.name, **flag);
    } else {
      out += fmt::format("{} = {}\n", setting.name, *std::get<Number>(setting.to).value);
    }
  }
  return out;
}

}  // namespace jejak::daemon
