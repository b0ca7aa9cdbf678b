// The parts of the agent, started in the order in which they need each other, and ended in the reverse order.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/agent_config.h"
#include "base/result.h"
#include "sidecar/grpc/server.h"
#include "sidecar/health/list_watch.h"
#include "sidecar/health/monitor.h"
#include "sidecar/health/state.h"
#include "sidecar/http/server.h"
#include "sidecar/layout/generated_files.h"
#include "sidecar/layout/sasldb.h"
#include "sidecar/log_output.h"
#include "sidecar/move/hold.h"
#include "sidecar/move/mover.h"
#include "sidecar/push/worker.h"

namespace murder::agent {

Result<AgentConfig> read_config(const std::string& path);

// Blocks the signals that run_until_stopped() waits for; before any thread is started.
void block_signals();

class Agent {
 public:
  // Lays out, receives logs, begins to check and to push; then answers probes and the operator.
  static Result<std::unique_ptr<Agent>> start(AgentConfig config);

  void run_until_stopped();

  // Lays out directories and accounts anew from the files on disk, and makes cyrmaster read its configuration again.
  Status reload();

 private:
  Agent(AgentConfig config, std::string own_password);

  Status lay_out();
  void wait_for_master() const;
  Status look_at_what_cyrus_knows();
  // Looks whether the files have changed, and tells whom it concerns. False when the agent itself has to start anew.
  bool look_at_files();
  Status take_up(const layout::GeneratedFiles& files);
  Status serve_grpc();
  health::Login own_login() const;
  health::Snapshot status(bool fresh);
  void take_report(const push::Report& report);
  Result<std::vector<where::Place>> where(const std::vector<std::string>& mailboxes);
  Result<std::size_t> forget(const std::string& server, const std::function<bool()>& stopped);
  Status hold_deliveries(const std::string& mailbox, std::chrono::seconds duration);
  Result<move::Report> move(const move::MoveRequest& request, bool start);

  const AgentConfig config_;
  const std::string own_password_;
  health::State state_;
  std::mutex layout_mutex_;
  std::mutex files_mutex_;
  layout::GeneratedFiles files_;  // taken up
  std::string files_stamp_;
  std::string reload_trouble_;  // said once
  layout::Sasldb sasldb_;
  push::Worker pusher_;
  move::Mover mover_;
  std::optional<move::DeliveryHold> delivery_hold_;  // of a frontend
  std::optional<health::ListWatch> list_watch_;
  health::Monitor monitor_;
  std::unique_ptr<LogOutput> logs_;
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<grpc::Server> grpc_;
  std::atomic<bool> asked_ = false;  // over gRPC, since memory was last given back
};

}  // namespace murder::agent
