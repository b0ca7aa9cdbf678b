#include "sidecar/move/mailboxes_db.h"

#include <chrono>

#include "sidecar/push/cyrus_tool.h"

namespace murder::move {

Result<std::string> ask_database(const AgentConfig& config, const std::string& file, std::vector<std::string> what) {
  what.insert(what.begin(), {file, "twoskip"});
  auto command = push::cyrus_tool(config, config.paths.imapd_conf, "cyr_dbtool", std::move(what));
  command.timeout = std::chrono::seconds(60);
  command.max_output = 64 << 20;
  auto ended = process::run_successfully(command);
  if (!ended) return std::move(ended).error();
  if (ended->truncated) return Error{file + ": has more than can be read"};
  return std::move(ended->output);
}

std::string mailboxes_db(const AgentConfig& config) { return config.paths.config_directory + "/mailboxes.db"; }

}  // namespace murder::move
