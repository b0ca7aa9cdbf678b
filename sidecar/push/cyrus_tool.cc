#include "sidecar/push/cyrus_tool.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>

namespace murder::push {
namespace {

constexpr std::string_view directory = "/usr/lib/cyrus/bin/";

std::string find_preload() {
  std::error_code ignored;  // no /proc: no logs of tools, and nothing else is lost
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const auto& candidate : {beside / "libmurder-syslog.so", beside / "../lib/murder/libmurder-syslog.so"}) {
    if (std::filesystem::exists(candidate, ignored)) return candidate.string();
  }
  return {};
}

std::vector<std::string> environment(const AgentConfig& config) {
  static const std::string preload = find_preload();
  std::vector<std::string> result{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "CYRUS_SYSLOG_PREFIX=" + config.node};
  if (!preload.empty() && !config.logs.socket.empty()) {
    result.push_back("LD_PRELOAD=" + preload);
    result.push_back("MURDER_LOG_SOCKET=" + config.logs.socket);
    if (!config.logs.spill.empty()) result.push_back("MURDER_LOG_SPILL=" + config.logs.spill);
  }
  return result;
}

}  // namespace

process::Command cyrus_tool(const AgentConfig& config, const std::string& imapd_conf, const std::string& program,
                            std::vector<std::string> arguments) {
  process::Command command;
  command.argv = {std::string(directory) + program, "-C", imapd_conf};
  command.argv.insert(command.argv.end(), std::make_move_iterator(arguments.begin()),
                      std::make_move_iterator(arguments.end()));
  command.environment = environment(config);
  return command;
}

}  // namespace murder::push
