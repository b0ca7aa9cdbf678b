// murder-agent: stands beside one Cyrus. Wires its parts together and decides nothing.
//
// SIGTERM and SIGINT end it cleanly, SIGHUP reads accounts and directories anew and passes the signal on to cyrmaster.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "base/version.h"
#include "sidecar/agent.h"
#include "sidecar/drain.h"
#include "sidecar/memory.h"
#include "sidecar/privileges.h"

int main(int argc, char** argv) {
  CLI::App app{"Stands beside one Cyrus: lays out its directories, pushes its mailbox list, tells whether it is well."};
  std::string config_path;
  bool check_only = false;
  app.set_version_flag("--version", std::string(murder::version));
  app.add_option("--config", config_path, "agent.json, as the operator writes it")->required();
  app.add_flag("--config-check", check_only, "read the configuration, say what is wrong with it, and end");
  int drain_seconds = 0;
  app.add_option("--drain", drain_seconds, "wait until clients have ended their sessions, at most so long, and end")
      ->check(CLI::Range(1, 86400))
      ->type_name("SECONDS");
  CLI11_PARSE(app, argc, argv);

  const auto fail = [](const murder::Error& error) {
    std::cerr << "murder-agent: " << error.message << "\n";
    return 1;
  };
  auto config = murder::agent::read_config(config_path);
  if (!config) return fail(config.error());
  // Nodes that are alike have one file between them. Cyrus takes such a machine's own name for its servername, and
  // looks accounts up under that (SASL's realm).
  if (const char* node = std::getenv("MURDER_NODE"); node != nullptr && *node != '\0') {
    config->node = node;
    char name[256] = {};
    if (gethostname(name, sizeof name - 1) != 0) return fail(murder::system_error("get", "the host's name"));
    config->server_name = name;
  }
  if (check_only) {
    std::cout << config_path << ": ok\n";
    return 0;
  }
  if (drain_seconds > 0) {
    const auto left = murder::agent::drain(config->paths.run_directory + "/proc", std::chrono::seconds(drain_seconds));
    if (left > 0) std::cerr << "murder-agent: " << left << " sessions have not ended within the time\n";
    return 0;
  }
  murder::agent::use_one_heap();
  murder::agent::block_signals();
  if (auto dropped = murder::agent::drop_root(); !dropped) return fail(dropped.error());
  auto agent = murder::agent::Agent::start(*config);
  if (!agent) return fail(agent.error());
  murder::agent::give_back_memory();
  (*agent)->run_until_stopped();
  return 0;
}
