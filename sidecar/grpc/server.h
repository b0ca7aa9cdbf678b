// What the operator may ask of this agent (proto/agent.proto), over mutual TLS: both sides show certificates of the
// cluster's own CA. No gRPC header leaves server.cc.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"
#include "sidecar/health/state.h"
#include "sidecar/move/inventory.h"
#include "sidecar/move/mover.h"
#include "sidecar/move/seen_of_user.h"
#include "sidecar/push/decide.h"
#include "sidecar/push/report.h"
#include "sidecar/where/where.h"

namespace murder::grpc {

// Called by the server's threads.
struct Actions {
  std::function<health::Snapshot(bool fresh)> status;
  std::function<push::Report(const push::Choice& choice, bool dry_run)> push;
  std::function<Result<where::Place>(const std::string& mailbox)> where;
  std::function<Result<std::vector<where::Place>>(const std::vector<std::string>& mailboxes)> where_all;
  std::function<Result<std::vector<move::HeldMailbox>>(const move::InventoryRequest& request)> inventory;
  std::function<Result<move::Report>(const move::MoveRequest& request, bool start)> move;
  std::function<Result<std::size_t>(const std::string& mailbox, const std::string& to)> carry_seen;
  std::function<Status(const std::string& mailbox)> make_way;
  std::function<Result<move::SeenOfUser>(const std::string& mailbox, move::Mailboxes which)> get_seen;
  std::function<Result<std::size_t>(const move::SeenOfUser& seen, move::Existing existing)> put_seen;
  std::function<Status(const std::string& mailbox, std::chrono::seconds duration)> hold_deliveries;
  // `stopped` says whether the caller has gone.
  std::function<Result<std::size_t>(const std::string& server, const std::function<bool()>& stopped)> forget;
  std::function<Status()> reload;
};

class Server {
 public:
  // Certificate and key are read at the start, and again when a file changes: a renewal needs no restart.
  static Result<std::unique_ptr<Server>> start(const AgentConfig& config, Actions actions);
  // Ends open calls.
  virtual ~Server() = default;

 protected:
  Server() = default;
};

}  // namespace murder::grpc
