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

kubernetes::ObjectReference Actor::pod(const std::string& name, const std::string& uid) const {
  return {
      .api_version = "v1", .kind = "Pod", .key = {kubernetes::key_of(*snapshot_.object).namespace_, name}, .uid = uid};
}

Outcome Actor::carry_out(const Plan& plan) {
  Outcome outcome;
  for (const auto& action : plan.actions) {
    auto done = std::visit([&](const auto& each) { return act(each); }, action);
    if (!done) {
      outcome.failures.push_back(done.error().message);
    } else if (*done) {
      outcome.changes.push_back(**std::move(done));
    }
  }
  return outcome;
}

Result<std::optional<ChangeMade>> Actor::act(const Apply& action) {
  const auto& resource = owned_kind(kubernetes::text_at(action.object, {"kind"}));
  const auto live = snapshot_.find(resource.kind, kubernetes::key_of(action.object).name);
  if (!action.owned && live && is_anothers(action.object, *live)) {
    return Error{titled(*live) + " is of another node or cluster: rename the Backend, or delete it"};
  }
  const auto applied = engine_.apply(resource, action.object, action.owned ? snapshot_.object.get() : nullptr, live);
  if (!applied) return applied.error().in("apply " + titled(action.object));
  if (applied->kind == kubernetes::ApplyOutcome::Kind::Unchanged) return std::nullopt;
  const auto related = kubernetes::reference_to(applied->object);
  if (applied->kind == kubernetes::ApplyOutcome::Kind::Created) {
    return ChangeMade{Reason::Created, "Create", related, applied->text};
  }
  const bool drifted = applied->reason == kubernetes::ApplyReason::Drifted;
  return ChangeMade{drifted ? Reason::Drifted : Reason::ResourceChanged, drifted ? "Repair" : "Update", related,
                    applied->text};
}

Result<std::optional<ChangeMade>> Actor::act(const Remove& action) {
  const auto removed = engine_.remove(owned_kind(kubernetes::text_at(*action.object, {"kind"})), *action.object);
  if (!removed) return removed.error();
  return ChangeMade{Reason::Deleted, "Delete", kubernetes::reference_to(*action.object),
                    "deleted " + titled(*action.object) + ": " + action.message};
}

Result<std::optional<ChangeMade>> Actor::act(const RestartPod& action) {
  const ObjectKey key{kubernetes::key_of(*snapshot_.object).namespace_, action.pod};
  const auto removed = client_.remove(kPods, key, {.uid = action.uid});
  if (!removed && !removed.failed_with(Failure::NotFound)) return removed.error().in("restart " + action.node);
  return ChangeMade{Reason::Restarting, "Restart", pod(action.pod, action.uid),
                    "restarted " + action.node + ": " + action.message};
}

Result<std::optional<ChangeMade>> Actor::act(const HurryPod& action) {
  const ObjectKey key{kubernetes::key_of(*snapshot_.object).namespace_, action.pod};
  const Json patch = {{"metadata", {{"annotations", {{objects::kFilesAnnotation, action.digest}}}}}};
  const auto patched = client_.merge_patch(kPods, key, patch);
  if (!patched && !patched.failed_with(Failure::NotFound)) return patched.error().in("annotate pod " + action.pod);
  return ChangeMade{Reason::Reloading, "Reload", pod(action.pod), "told pod " + action.pod + " of new files"};
}

Result<std::optional<ChangeMade>> Actor::act(const SetFinalizer& action) {
  std::string message = action.message;
  if (action.forget) {
    const auto forgotten = agents_.forget(action.forget->master_pod, action.forget->server);
    if (!forgotten) return forgotten.error().in("have the master forget " + action.forget->server);
    message += "; the master has forgotten " + std::to_string(*forgotten) + " mailboxes of " + action.forget->server;
  }
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
  if (action.present) return std::nullopt;
  return ChangeMade{Reason::Deleted, "Release", kubernetes::reference_to(*action.backend),
                    "let Backend " + key.name + " go: " + message};
}

Result<std::optional<ChangeMade>> Actor::act(const PushAsChosen& action) {
  const std::string name = kubernetes::key_of(*action.backend).name;
  const auto ask = [&](agent::v1::Resolve resolve, const std::vector<std::string>& mailboxes) -> Result<void> {
    agent::v1::PushRequest request;
    request.set_resolve(resolve);
    for (const auto& mailbox : mailboxes) request.add_mailboxes(mailbox);
    request.set_allow_mass_delete(action.choices.allow_mass_delete);
    const auto report = agents_.push(action.pod, request);
    if (!report) return report.error();
    if (report->outcome() == agent::v1::PUSH_OUTCOME_FAILED) return Error{report->error()};
    return {};
  };
  const auto& choices = action.choices;
  const auto context = "push of " + name + " as it was decided";
  if (!choices.here.empty()) {
    if (auto done = ask(agent::v1::RESOLVE_LOCAL, choices.here); !done) return std::move(done).error().in(context);
  }
  if (!choices.master.empty()) {
    if (auto done = ask(agent::v1::RESOLVE_MASTER, choices.master); !done) return std::move(done).error().in(context);
  }
  if (choices.here.empty() && choices.master.empty()) {
    if (auto done = ask(agent::v1::RESOLVE_UNSPECIFIED, {}); !done) return std::move(done).error().in(context);
  }
  const Json patch = {{"metadata",
                       {{"annotations", {{kResolveAnnotation, nullptr}, {kAllowMassDeleteAnnotation, nullptr}}},
                        {"resourceVersion", kubernetes::resource_version_of(*action.backend)}}}};
  const auto patched = client_.merge_patch(kBackends, kubernetes::key_of(*action.backend), patch);
  if (!patched && !patched.failed_with(Failure::NotFound)) return patched.error().in("annotations of Backend " + name);
  return ChangeMade{Reason::Synced, "Push", kubernetes::reference_to(*action.backend),
                    "pushed the list of " + name + " as its annotations decided"};
}

Result<std::optional<ChangeMade>> Actor::act(const Complain& action) {
  return Error{titled(*action.about) + ": " + action.message};
}

}  // namespace murder::controller
