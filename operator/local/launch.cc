#include "operator/local/launch.h"

#include "operator/local/process_table.h"

namespace murder::local {

using process::Spawn;
using topology::Node;

Result<Launcher> Launcher::make(const Places& places, const ClusterState& state, const std::string& user) {
  auto cyrus = process::identity_of(user);
  if (!cyrus) return std::move(cyrus).error();
  return Launcher{.places = places, .mode = state.mode, .library = state.library, .cyrus = std::move(*cyrus)};
}

Spawn Launcher::in_view(const Node& node, const std::string& version) const {
  Spawn spawn;
  spawn.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", std::string(kVersionVariable) + "=" + version};
  for (const std::string file : {"hosts", "services"}) {
    spawn.binds.push_back({.source = node.paths.etc() + "/" + file, .target = "/etc/" + file});
  }
  // Without root Cyrus still has to find itself being its own user, or it refuses to run.
  if (mode == Mode::User) spawn.seen_as = cyrus;
  return spawn;
}

Spawn Launcher::agent(const Node& node, const std::string& version) const {
  Spawn spawn = in_view(node, version);
  spawn.argv = {places.agent(), "--config", node.paths.agent_json()};
  spawn.output = node.paths.log() + "/agent.out";
  if (mode == Mode::Root) spawn.run_as = cyrus;
  return spawn;
}

Spawn Launcher::cyrmaster(const Node& node, const std::string& version) const {
  Spawn spawn = in_view(node, version);
  // No -d: it stays what we started. As root it binds the ports and then becomes Cyrus's user by itself.
  spawn.argv = {library + "/master",
                "-C",
                node.paths.imapd_conf(),
                "-M",
                node.paths.cyrus_conf(),
                "-p",
                node.paths.run() + "/master.pid",
                "-L",
                node.paths.log() + "/cyrmaster.out"};
  spawn.output = node.paths.log() + "/cyrmaster.out";
  // syslog(3) to the agent; the prefix is for what is said before imapd.conf is read.
  for (const auto& variable :
       {"LD_PRELOAD=" + places.preload(), "MURDER_LOG_SOCKET=" + node.paths.run() + "/log.sock",
        "MURDER_LOG_SPILL=" + node.paths.run() + "/log.spill", "CYRUS_SYSLOG_PREFIX=" + node.name}) {
    spawn.environment.push_back(variable);
  }
  return spawn;
}

}  // namespace murder::local
