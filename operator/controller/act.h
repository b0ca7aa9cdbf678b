// Carries out a plan, one request an action.
#pragma once

#include <string>

#include "operator/controller/decide.h"
#include "operator/controller/report.h"
#include "operator/kubernetes/apply.h"
#include "operator/kubernetes/client.h"

namespace murder::controller {

// Goes on after a failure: what does not depend on it is done all the same, and what does fails for its own reason.
class Actor {
 public:
  Actor(kubernetes::Client& client, kubernetes::ApplyEngine& engine, const Snapshot& snapshot)
      : client_(client), engine_(engine), snapshot_(snapshot) {}

  Outcome carry_out(const Plan& plan);

 private:
  Result<std::string> act(const Apply& action);
  Result<std::string> act(const Remove& action);
  Result<std::string> act(const RestartPod& action);
  Result<std::string> act(const HurryPod& action);
  Result<std::string> act(const SetFinalizer& action);

  kubernetes::Client& client_;
  kubernetes::ApplyEngine& engine_;
  const Snapshot& snapshot_;
};

}  // namespace murder::controller
