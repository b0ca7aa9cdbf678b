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
  // Asks the agent of a pod; none for plans that have nothing to push.
  using Push = std::function<Result<agent::v1::PushReport>(const std::string& pod, const agent::v1::PushRequest&)>;

  Actor(kubernetes::Client& client, kubernetes::ApplyEngine& engine, const Snapshot& snapshot, Push push = {})
      : client_(client), engine_(engine), snapshot_(snapshot), push_(std::move(push)) {}

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
  const Push push_;
};

}  // namespace murder::controller
