// The loop of one MailboxMove: look → decide → store → act, until it has ended (operator/moves/README.md).
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "operator/agents/mover.h"
#include "operator/controller/gather.h"
#include "operator/controller/log.h"
#include "operator/kubernetes/controller.h"
#include "operator/kubernetes/events.h"

namespace murder::controller {

class MoveController {
 public:
  MoveController(kubernetes::Client& client, const Caches& caches, const AgentWatch& watch, AgentIdentity& identity,
                 kubernetes::EventRecorder& events, const Log& log, MurderOptions options);

  Result<kubernetes::ReconcileOutcome> reconcile(const ObjectKey& key);

 private:
  struct Stored {
    Json object;  // as the server has it: never from the cache, which may be behind what we have stored ourselves
    api::MailboxMove move;
  };
  Result<std::optional<Stored>> read(const ObjectKey& key);
  Status store(Stored& stored, const api::MailboxMoveStatus& status);
  Result<kubernetes::ReconcileOutcome> wait(Stored& stored, const std::string& reason, const std::string& message);

  // Others that have begun and not ended; this one counts as begun from then on, until release().
  std::vector<moves::OtherMove> reserve(const ObjectKey& key, const ObjectKey& cluster, const moves::OtherMove& mine);
  void release(const ObjectKey& key);
  void tell(const Stored& stored, const api::MailboxMoveStatus& before);

  kubernetes::Client& client_;
  const Caches& caches_;
  const AgentWatch& watch_;
  AgentIdentity& identity_;
  kubernetes::EventRecorder& events_;
  const Log& log_;
  const MurderOptions options_;

  std::mutex mutex_;
  std::map<ObjectKey, moves::OtherMove> under_way_;  // by us, whatever the cache says
};

}  // namespace murder::controller
