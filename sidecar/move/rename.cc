#include "sidecar/move/rename.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>

#include "sidecar/move/inventory.h"
#include "sidecar/move/listing.h"
#include "sidecar/push/cyrus_tool.h"

namespace murder::move {
namespace {

constexpr std::chrono::seconds login_patience(30);
constexpr std::chrono::milliseconds between_looks(500);
constexpr std::size_t most_lines = 200;

// Everything up to the tagged answer.
Answer command(health::Connection& connection, const std::string& tag, const std::string& text,
               const std::stop_token& stop) {
  Answer answer;
  const auto sent = connection.write(tag + " " + text + "\r\n", net::Deadline::in(login_patience));
  if (!sent) {
    answer.error = sent.error().message;
    return answer;
  }
  while (true) {
    while (!connection.readable(net::Deadline::in(between_looks))) {
      if (stop.stop_requested()) {
        answer.error = "the agent is stopping; Cyrus goes on with the move";
        return answer;
      }
    }
    const auto line = connection.read_line(net::Deadline::in(login_patience), "the answer to " + text);
    if (!line) {
      answer.error = line.error().message;
      return answer;
    }
    if (line->starts_with(tag + " ")) {
      answer.tagged = line->substr(tag.size() + 1);
      return answer;
    }
    if (answer.untagged.size() < most_lines) answer.untagged.push_back(*line);
  }
}

// Another program may have got the number since.
bool is_imapd(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  return std::getline(file, name) && name == "imapd";
}

bool is_atom(std::string_view text) {
  const auto good = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view(".-_:!").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), good);
}

// Where a shared mailbox has been its quota root stays and goes on counting it: when it came back it would count twice.
// A root of nothing is removed.
Status recount_quota(const AgentConfig& config, const std::string& external_name) {
  auto command = push::cyrus_tool(config, config.paths.imapd_conf, "quota", {"-f", external_name});
  command.timeout = std::chrono::seconds(60);
  if (const auto ended = process::run_successfully(command); !ended) return ended.error();
  return ok();
}

}  // namespace

bool Answer::refused() const {
  const auto says_no = [](const std::string& line) {
    return line.starts_with("* NO") || line.starts_with("* BAD") || line.starts_with("* BYE");
  };
  return std::any_of(untagged.begin(), untagged.end(), says_no) || (!tagged.empty() && !tagged.starts_with("OK"));
}

std::string external_name(std::string_view internal, char delimiter) {
  std::string name(internal);
  if (delimiter == '.') return name;
  for (char& c : name) {
    if (c == '.') {
      c = delimiter;
    } else if (c == '^') {
      c = '.';
    }
  }
  return name;
}

std::optional<char> delimiter_of(std::string_view answer) {
  if (!answer.starts_with("* LIST (")) return {};
  const auto flags_end = answer.find(") \"");
  if (flags_end == std::string_view::npos) return {};
  const auto rest = answer.substr(flags_end + 3);
  if (rest.size() < 2 || rest[1] != '"' || (rest[0] != '.' && rest[0] != '/')) return {};
  return rest[0];
}

Answer rename(const AgentConfig& config, const health::Login& login, const MoveRequest& request, std::stop_token stop) {
  const auto deadline = net::Deadline::in(login_patience);
  const auto failed = [](const Error& error) {
    Answer answer;
    answer.error = error.message;
    return answer;
  };
  const auto service = imap_service(config);
  if (!service) return failed(service.error());
  auto connection = health::open_imap(*service, login, deadline);
  if (!connection) return failed(connection.error());

  const auto listed = command(*connection, "2", "LIST \"\" \"\"", stop);
  std::optional<char> delimiter;
  for (const auto& line : listed.untagged) {
    if (!delimiter) delimiter = delimiter_of(line);
  }
  if (!delimiter) return failed(Error{"LIST does not say what is between the levels of names: " + listed.tagged});

  const auto external = external_name(request.mailbox, *delimiter);
  const auto name = health::imap_string(external);
  const auto place = request.destination + (request.partition.empty() ? "" : "!" + request.partition);
  // Cyrus takes the place as an atom only: "BAD Invalid partition name in Rename" for a quoted string.
  if (!is_atom(place)) return failed(Error{"\"" + place + "\" cannot be a server and its partition"});
  auto answer = command(*connection, "3", "RENAME " + name + " " + name + " " + place, stop);
  static_cast<void>(connection->write("4 LOGOUT\r\n", net::Deadline::in(std::chrono::seconds(1))));
  if (!is_user(request.mailbox) && !answer.refused() && answer.error.empty()) {
    if (const auto counted = recount_quota(config, external); !counted) {
      answer.untagged.push_back("its quota was not counted anew: " + counted.error().message);
    }
  }
  return answer;
}

std::vector<pid_t> moving_processes(std::string_view shown, std::string_view user) {
  const auto wanted = " " + std::string(user) + " ";
  std::vector<pid_t> found;
  while (!shown.empty()) {
    const auto end = shown.find('\n');
    auto line = shown.substr(0, end);
    shown.remove_prefix(end == std::string_view::npos ? shown.size() : end + 1);
    while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
    if (line.find(wanted) == std::string_view::npos) continue;
    if (!line.ends_with(" Rename") && !line.ends_with(" Xfer")) continue;
    pid_t pid = 0;
    const auto [after, error] = std::from_chars(line.data(), line.data() + line.size(), pid);
    if (error == std::errc{} && pid > 0 && after != line.data() + line.size() && *after == ' ') found.push_back(pid);
  }
  return found;
}

Result<bool> is_move_under_way(const AgentConfig& config, const health::Login& login) {
  auto command = push::cyrus_tool(config, config.paths.imapd_conf, "cyr_info", {"proc"});
  command.timeout = std::chrono::seconds(10);
  const auto shown = process::run_successfully(command);
  if (!shown) return shown.error();
  const auto processes = moving_processes(shown->output, login.user);
  return std::any_of(processes.begin(), processes.end(), is_imapd);
}

}  // namespace murder::move
