// One push: look, judge, act behind the gate, look again.
//
//   1. `ctl_mboxlist -mw`: what would be done
//   2. FIND of each mailbox whose local copy would be deleted: who holds the other one
//   3. decide(): what of it may be done
//   4. `ctl_mboxlist -m` behind the gate
//   5. `-mw` and FIND again: all that is left must be what is held
#pragma once

#include <stop_token>
#include <string>

#include "base/agent_config.h"
#include "base/result.h"
#include "mupdate/client/client.h"
#include "sidecar/push/decide.h"
#include "sidecar/push/report.h"

namespace murder::push {

class Pusher {
 public:
  // Must outlive nothing; `stop` ends programs that run.
  Pusher(const AgentConfig& config, std::stop_token stop) : config_(config), stop_(std::move(stop)) {}

  // Never two at a time for one node (worker.h sees to it). Whatever fails ends up in the report.
  Report push(const Choice& choice, bool dry_run);

 private:
  Result<Report> try_push(const Choice& choice, bool dry_run);
  Result<PushReport> look(const std::string& imapd_conf);
  Result<Situation> gather(PushReport report, const Choice& choice);
  Status act(const Plan& plan);
  Status verify(const Plan& plan, const Situation& before);
  // Runs ctl_mboxlist behind a gate that follows `plan`.
  Result<PushReport> run_gated(const Plan& plan, bool dry_run);

  AgentConfig config_;
  std::stop_token stop_;
};

// The master as this node's account sees it.
Result<mupdate::Options> master_options(const AgentConfig& config);

// How many mailboxes this backend holds, by its own list: what `ctl_mboxlist -d` prints.
Result<std::uint64_t> count_mailboxes(const AgentConfig& config, std::stop_token stop);

}  // namespace murder::push
