#include "operator/controller/snapshot.h"

#include <tuple>

#include "operator/api/manifests.h"
#include "operator/objects/names.h"

namespace murder::controller {
namespace {

// The same reader as for files, so that nothing is judged in two ways. What the server keeps for itself is left out.
api::Manifests read(const Json& object, api::Mistakes& mistakes) {
  Json kept = {{"apiVersion", object.value("apiVersion", "")}, {"kind", object.value("kind", "")}};
  for (const char* name : {"name", "namespace", "labels", "annotations"}) {
    if (const auto* value = kubernetes::find(object, {"metadata", name})) kept["metadata"][name] = *value;
  }
  if (const auto* spec = kubernetes::find(object, {"spec"})) kept["spec"] = *spec;
  api::Manifests manifests;
  const auto key = kubernetes::key_of(object);
  api::parse_documents({kept["kind"].get<std::string>() + " " + key.name, kept.dump()}, manifests, mistakes);
  return manifests;
}

std::string container_trouble(const Json& status) {
  const std::string name = status.value("name", "");
  if (const auto* waiting = kubernetes::find(status, {"state", "waiting"})) {
    const std::string reason = waiting->value("reason", "");
    if (reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing") return {};
    const std::string message = waiting->value("message", "");
    return name + ": " + reason + (message.empty() ? "" : ": " + message);
  }
  return {};
}

}  // namespace

bool AgentFacts::operator==(const AgentFacts& other) const {
  const auto key = [](const AgentFacts& facts) {
    return std::tie(facts.ready, facts.failed_checks, facts.cyrus_version, facts.mailboxes, facts.files_digest,
                    facts.pushed, facts.in_sync, facts.hold_reason, facts.push_error, facts.pushed_at_ms,
                    facts.compared, facts.master_entries, facts.missing, facts.extra, facts.different);
  };
  const auto percent = [](const Partition& partition) {
    return partition.total_bytes == 0 ? 0 : 100 * partition.available_bytes / partition.total_bytes;
  };
  if (key(*this) != key(other) || partitions.size() != other.partitions.size()) return false;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    if (partitions[i].name != other.partitions[i].name || percent(partitions[i]) != percent(other.partitions[i])) {
      return false;
    }
  }
  return conflicts.size() == other.conflicts.size();
}

PodSeen pod_seen(const Json& pod) {
  PodSeen seen;
  seen.name = kubernetes::key_of(pod).name;
  seen.uid = kubernetes::uid_of(pod);
  seen.node = kubernetes::label_of(pod, std::string(objects::kNodeLabel)).value_or("");
  seen.ip = kubernetes::text_at(pod, {"status", "podIP"});
  seen.deleting = kubernetes::is_being_deleted(pod);
  seen.revision = kubernetes::label_of(pod, "controller-revision-hash").value_or("");
  seen.template_hash = kubernetes::label_of(pod, "pod-template-hash").value_or("");
  seen.files_annotation = kubernetes::annotation_of(pod, std::string(objects::kFilesAnnotation)).value_or("");
  if (const auto* conditions = kubernetes::find(pod, {"status", "conditions"})) {
    for (const auto& condition : *conditions) {
      const std::string type = condition.value("type", "");
      if (type == "Ready") seen.ready = condition.value("status", "") == "True";
      if (type == "PodScheduled" && condition.value("status", "") == "False") {
        seen.trouble = condition.value("reason", "") + ": " + condition.value("message", "");
      }
    }
  }
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    const auto* statuses = kubernetes::find(pod, {"status", list});
    if (statuses == nullptr) continue;
    for (const auto& status : *statuses) {
      if (seen.trouble.empty()) seen.trouble = container_trouble(status);
    }
  }
  return seen;
}

kubernetes::Fields fields_of_pods() {
  return kubernetes::Fields()
      .without({"spec"})
      .only({"metadata"}, {"name", "namespace", "uid", "resourceVersion", "deletionTimestamp", "labels", "annotations"})
      .only({"metadata", "labels"},
            {objects::kClusterLabel, objects::kNodeLabel, "controller-revision-hash", "pod-template-hash"})
      .only({"metadata", "annotations"}, {objects::kFilesAnnotation})
      .only({"status"}, {"podIP", "conditions", "initContainerStatuses", "containerStatuses"})
      .only({"status", "conditions"}, {"type", "status", "reason", "message"})
      .only({"status", "initContainerStatuses"}, {"name", "state"})
      .only({"status", "initContainerStatuses", "state"}, {"waiting"})
      .only({"status", "containerStatuses"}, {"name", "state"})
      .only({"status", "containerStatuses", "state"}, {"waiting"});
}

ObjectPtr Snapshot::find(std::string_view kind, const std::string& name) const {
  const auto found = live.find({std::string(kind), name});
  return found == live.end() ? nullptr : found->second;
}

std::vector<const PodSeen*> Snapshot::pods_of(std::string_view node) const {
  std::vector<const PodSeen*> found;
  for (const auto& pod : pods) {
    if (pod.node == node) found.push_back(&pod);
  }
  return found;
}

const AgentFacts* Snapshot::facts_of(const PodSeen& pod) const {
  const auto found = agents.find(pod.name);
  return found != agents.end() && found->second.facts ? &*found->second.facts : nullptr;
}

bool Snapshot::paused() const { return kubernetes::annotation_of(*object, kPausedAnnotation) == "true"; }

api::MurderCluster read_cluster(const Json& object, api::Mistakes& mistakes) {
  auto manifests = read(object, mistakes);
  auto cluster = manifests.clusters.empty() ? api::MurderCluster{} : std::move(manifests.clusters.front());
  cluster.metadata.generation = kubernetes::generation_of(object);
  return cluster;
}

api::Backend read_backend(const Json& object, api::Mistakes& mistakes) {
  auto manifests = read(object, mistakes);
  auto backend = manifests.backends.empty() ? api::Backend{} : std::move(manifests.backends.front());
  backend.metadata.name = kubernetes::key_of(object).name;
  backend.metadata.generation = kubernetes::generation_of(object);
  return backend;
}

}  // namespace murder::controller
