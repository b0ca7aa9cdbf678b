#include "operator/controller/predicates.h"

#include <algorithm>
#include <array>

namespace murder::controller {
namespace {

using Predicate = std::optional<Hold> (*)(const RestartQuestion&);

std::optional<Hold> master_up_before_backend_roll(const RestartQuestion& question) {
  if (question.node.role != Role::Backend) return {};
  if (is_up(question.now, topology::kMasterName)) return {};
  return Hold{question.node.name, __func__, "the MUPDATE master is not ready: a backend could not push its list to it"};
}

// One that is down already is not waited for: it holds nobody's mail back any further.
std::optional<Hold> one_backend_at_a_time(const RestartQuestion& question) {
  if (question.node.role != Role::Backend || !is_up(question.now, question.node.name)) return {};
  for (const auto* other : question.murder.topology.with_role(Role::Backend)) {
    if (other->name != question.node.name && !is_up(question.now, other->name)) {
      return Hold{question.node.name, __func__, "backend " + other->name + " is not ready"};
    }
  }
  return {};
}

// The master's lists reach frontends by way of their slaves: with a backend away as well, nobody could tell which.
std::optional<Hold> backends_up_before_master_roll(const RestartQuestion& question) {
  if (question.node.role != Role::Master || !is_up(question.now, question.node.name)) return {};
  for (const auto* backend : question.murder.topology.with_role(Role::Backend)) {
    const auto pods = question.now.pods_of(backend->name);
    if (std::any_of(pods.begin(), pods.end(), [](const auto* pod) { return pod->deleting; })) {
      return Hold{question.node.name, __func__, "backend " + backend->name + " is being restarted"};
    }
  }
  return {};
}

constexpr std::array<Predicate, 3> kRestart = {
    master_up_before_backend_roll,
    one_backend_at_a_time,
    backends_up_before_master_roll,
};

}  // namespace

bool is_up(const Snapshot& now, std::string_view node) {
  const auto pods = now.pods_of(node);
  return !pods.empty() &&
         std::all_of(pods.begin(), pods.end(), [](const auto* pod) { return pod->ready && !pod->deleting; });
}

std::optional<Hold> hold_restart(const RestartQuestion& question) {
  for (const auto predicate : kRestart) {
    if (auto hold = predicate(question)) return hold;
  }
  return {};
}

}  // namespace murder::controller
