#include "operator/controller/act.h"

#include "operator/objects/names.h"

namespace murder::controller {
namespace {

using kubernetes::Failure;

std::string titled(const Json& object) {
  return kubernetes::text_at(object, {"kind"}) + " " + kubernetes::key_of(object).name;
}

// Claims have no owner that would say so.
bool is_anothers(const Json& wanted, const Json& live) {
  for (const auto& label : {objects::kClusterLabel, objects::kNodeLabel}) {
    const std::string name(label);
    if (kubernetes::label_of(wanted, name) != kubernetes::label_of(live, name)) return true;
  }
  return false;
}

}  // namespace

Outcome Actor::carry_out(const Plan& plan) {
  Outcome outcome;
  for (const auto& action : plan.actions) {
    auto done = std::visit([&](const auto& each) { return act(each); }, action);
    if (!done) {
      outcome.failures.push_back(done.error().message);
    } else if (!done->empty()) {
      outcome.changes.push_back(*std::move(done));
    }
  }
  return outcome;
}

Result<std::string> Actor::act(const Apply& action) {
  const auto& resource = owned_kind(kubernetes::text_at(action.object, {"kind"}));
  const auto live = snapshot_.find(resource.kind, kubernetes::key_of(action.object).name);
  if (!action.owned && live && is_anothers(action.object, *live)) {
    return Error{titled(*live) + " is of another node or cluster: rename the Backend, or delete it"};
  }
  const auto applied = engine_.apply(resource, action.object, action.owned ? snapshot_.object.get() : nullptr, live);
  if (!applied) return applied.error().in("apply " + titled(action.object));
  return applied->text;
}

Result<std::string> Actor::act(const Remove& action) {
  const auto removed = engine_.remove(owned_kind(kubernetes::text_at(*action.object, {"kind"})), *action.object);
  if (!removed) return removed.error();
  return "deleted " + titled(*action.object) + ": " + action.message;
}

Result<std::string> Actor::act(const RestartPod& action) {
  const ObjectKey key{kubernetes::key_of(*snapshot_.object).namespace_, action.pod};
  const auto removed = client_.remove(kPods, key, {.uid = action.uid});
  if (!removed && !removed.failed_with(Failure::NotFound)) return removed.error().in("restart " + action.node);
  return "restarted " + action.node + ": " + action.message;
}

Result<std::string> Actor::act(const HurryPod& action) {
  const ObjectKey key{kubernetes::key_of(*snapshot_.object).namespace_, action.pod};
  const Json patch = {{"metadata", {{"annotations", {{objects::kFilesAnnotation, action.digest}}}}}};
  const auto patched = client_.merge_patch(kPods, key, patch);
  if (!patched && !patched.failed_with(Failure::NotFound)) return patched.error().in("annotate pod " + action.pod);
  return "told pod " + action.pod + " of new files";
}

Result<std::string> Actor::act(const SetFinalizer& action) {
  Json finalizers = Json::array();
  if (const auto* list = kubernetes::find(*action.backend, {"metadata", "finalizers"})) {
    for (const auto& finalizer : *list) {
      if (finalizer != kBackendFinalizer) finalizers.push_back(finalizer);
    }
  }
  if (action.present) finalizers.push_back(kBackendFinalizer);
  // Only of the version that was seen: others have finalizers too.
  const Json patch = {
      {"metadata",
       {{"finalizers", finalizers}, {"resourceVersion", kubernetes::resource_version_of(*action.backend)}}}};
  const auto key = kubernetes::key_of(*action.backend);
  const auto patched = client_.merge_patch(kBackends, key, patch);
  if (!patched && !patched.failed_with(Failure::NotFound))
    return patched.error().in("finalizer of Backend " + key.name);
  return action.present ? "" : "let Backend " + key.name + " go: " + action.message;
}

}  // namespace murder::controller
