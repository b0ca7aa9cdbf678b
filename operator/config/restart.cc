#include "operator/config/restart.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "base/digest.h"
#include "operator/config/render.h"

namespace murder::config {
namespace {

constexpr auto kRestartOptions = std::to_array<std::string_view>({
    "configdirectory",  // locks, sockets and databases of all processes
    "cyrus_user",       // whom cyrmaster becomes
    "debug_command",    // cyrmaster runs it
    "idlesocket",       // idled listens there
    "master_bind_errors_fatal",
    "mboxname_lockpath",  // half the processes with one and half with another would not see each other's locks
    "proc_path",
    "syslog_facility",
    "syslog_prefix",
});

std::string section(const std::string& cyrus_conf, const std::string& name) {
  const auto begin = cyrus_conf.find("\n" + name + " {");
  if (begin == std::string::npos) return {};
  return cyrus_conf.substr(begin, cyrus_conf.find("\n}", begin) - begin);
}

}  // namespace

std::span<const std::string_view> restart_options() { return kRestartOptions; }

bool needs_restart(std::string_view imapd_option) {
  return std::find(kRestartOptions.begin(), kRestartOptions.end(), imapd_option) != kRestartOptions.end();
}

std::string restart_digest(const topology::Topology& topology, const topology::Node& node) {
  std::map<std::string, std::string> restart;
  restart["DAEMON"] = section(cyrus_conf(topology, node), "DAEMON");
  // Comments count for nothing: they may change with the operator.
  const auto add = [](std::string& to, const std::string& text, const auto& wanted) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && !line.starts_with('#') && wanted(line)) to += line + "\n";
    }
  };
  for (const auto& file : render(topology, node)) {
    if (file.path.ends_with("/services")) add(restart["services"], file.bytes, [](const std::string&) { return true; });
    if (file.path.ends_with("/imapd.conf")) {
      add(restart["imapd.conf"], file.bytes,
          [](const std::string& line) { return needs_restart(line.substr(0, line.find(':'))); });
    }
  }
  // A short one is enough to tell two apart, and is read by people in `kubectl get pod -o yaml`.
  return digest_of_files(restart).substr(0, 16);
}

}  // namespace murder::config
