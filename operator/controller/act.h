// Carries out a plan, one request an action.
#pragma once

#include <functional>
#include <string>

#include "operator/controller/decide.h"
#include "operator/controller/report.h"
#include "operator/kubernetes/apply.h"
#include "operator/kubernetes/client.h"
#include "proto/agent.pb.h"

namespace murder::controller {

// Goes on after a failure: what does not depend on it is done all the same, and what does fails for its own reason.
class Actor {
 public:
  // What is asked of the agent of a pod; nothing for plans that need none.
  struct Agents {
    std::function<Result<agent::v1::PushReport>(const std::string& pod, const agent::v1::PushRequest&)> push;
    // How many entries went.
    std::function<Result<std::uint64_t>(const std::string& master_pod, const std::string& server)> forget;
  };

  Actor(kubernetes::Client& client, kubernetes::ApplyEngine& engine, const Snapshot& snapshot, Agents agents = {})
      : client_(client), engine_(engine), snapshot_(snapshot), agents_(std::move(agents)) {}

  Outcome carry_out(const Plan& plan);

 private:
  Result<std::optional<ChangeMade>> act(const Apply& action);
  Result<std::optional<ChangeMade>> act(const Remove& action);
  Result<std::optional<ChangeMade>> act(const RestartPod& action);
  Result<std::optional<ChangeMade>> act(const HurryPod& action);
  Result<std::optional<ChangeMade>> act(const SetFinalizer& action);
  Result<std::optional<ChangeMade>> act(const PushAsChosen& action);
  Result<std::optional<ChangeMade>> act(const Complain& action);

  kubernetes::ObjectReference pod(const std::string& name, const std::string& uid = {}) const;

  kubernetes::Client& client_;
  kubernetes::ApplyEngine& engine_;
  const Snapshot& snapshot_;
  const Agents agents_;
};

}  // namespace murder::controller
