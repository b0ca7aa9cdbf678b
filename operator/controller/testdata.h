// A murder as the operator would see it, for tests: what is applied is there, pods run, agents are content.
#pragma once

#include <string>
#include <vector>

#include "operator/controller/decide.h"
#include "operator/controller/report.h"

namespace murder::controller::testdata {

inline Json cluster_json(int replicas = 2) {
  return {{"apiVersion", "murder.cyrus.dev/v1alpha1"},
          {"kind", "MurderCluster"},
          {"metadata", {{"name", "mail"}, {"namespace", "post"}, {"uid", "1"}, {"generation", 3}}},
          {"spec", {{"frontend", {{"replicas", replicas}}}}}};
}

inline Json backend_json(const std::string& name) {
  return {{"apiVersion", "murder.cyrus.dev/v1alpha1"},
          {"kind", "Backend"},
          {"metadata",
           {{"name", name},
            {"namespace", "post"},
            {"uid", "uid-" + name},
            {"generation", 1},
            {"resourceVersion", "7"},
            {"finalizers", {kBackendFinalizer}}}},
          {"spec", {{"clusterRef", {{"name", "mail"}}}, {"partitions", {{{"name", "p1"}}}}}}};
}

inline void mark_deleted(ObjectPtr& object) {
  Json changed = *object;
  changed["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  object = std::make_shared<const Json>(std::move(changed));
}

// Of the API server's making: every password is its account's name.
inline Credentials credentials_of(const objects::Murder& murder) {
  Credentials credentials{.authority = {"CA", "CA KEY"}, .clients = objects::Certificate{"CLIENTS", "KEY"}};
  for (const auto& secret : config::secrets_of(murder.topology)) credentials.passwords[secret] = secret;
  for (const auto& node : murder.topology.nodes) credentials.agents[node.name] = {"CERTIFICATE " + node.name, "KEY"};
  return credentials;
}

class World {
 public:
  explicit World(const std::vector<std::string>& backends = {"be1", "be2"}, int replicas = 2) {
    snapshot.now = Clock::time_point(std::chrono::hours(24 * 365 * 56));
    snapshot.cyrus_image_template = "cyrus:{version}";
    snapshot.cluster_domain = "cluster.local";
    set_cluster(cluster_json(replicas));
    for (const auto& name : backends) add_backend(name);
  }

  void set_cluster(const Json& json) {
    snapshot.object = std::make_shared<const Json>(json);
    snapshot.mistakes.clear();
    snapshot.cluster = read_cluster(json, snapshot.mistakes);
  }

  void add_backend(const std::string& name) {
    BackendSeen seen{.object = std::make_shared<const Json>(backend_json(name))};
    seen.backend = read_backend(*seen.object, seen.mistakes);
    snapshot.backends.push_back(std::move(seen));
  }
  BackendSeen& backend(const std::string& name) {
    for (auto& seen : snapshot.backends) {
      if (seen.name() == name) return seen;
    }
    std::abort();
  }

  Wanted want() const { return controller::want(snapshot); }
  Plan decide() const {
    const auto wanted = want();
    return controller::decide(snapshot, wanted, credentials_of(*wanted.murder));
  }
  Report report(const Outcome& outcome = {}) const {
    const auto wanted = want();
    const auto plan = wanted.murder ? decide() : Plan{};
    return controller::report(snapshot, wanted, plan, outcome);
  }

  // Carries out what was decided, as the API server and its controllers would, until all runs.
  void settle() {
    const auto plan = decide();
    for (const auto& action : plan.actions) {
      if (const auto* apply = std::get_if<Apply>(&action)) store(apply->object);
      if (const auto* remove = std::get_if<Remove>(&action)) {
        snapshot.live.erase({kubernetes::text_at(*remove->object, {"kind"}), kubernetes::key_of(*remove->object).name});
      }
    }
    run(decide());
  }

  PodSeen& pod(const std::string& name) {
    for (auto& each : snapshot.pods) {
      if (each.name == name) return each;
    }
    std::abort();
  }
  AgentFacts& facts(const std::string& pod) { return *snapshot.agents.at(pod).facts; }

  Snapshot snapshot;

 private:
  void store(Json object) {
    const std::string kind = kubernetes::text_at(object, {"kind"});
    const std::string name = kubernetes::key_of(object).name;
    object["metadata"]["generation"] = 1;
    if (kind == "StatefulSet") object["status"] = {{"observedGeneration", 1}, {"updateRevision", name + "-1"}};
    if (kind == "Deployment") {
      const auto replicas = object["spec"]["replicas"];
      object["status"] = {{"observedGeneration", 1}, {"replicas", replicas}, {"updatedReplicas", replicas}};
    }
    snapshot.live[{kind, name}] = std::make_shared<const Json>(std::move(object));
  }

  void run(const Plan& plan) {
    snapshot.pods.clear();
    snapshot.agents.clear();
    const auto wanted = want();
    for (const auto& node : wanted.murder->topology.nodes) {
      const auto replicas = node.role == Role::Frontend ? wanted.murder->topology.spec.frontend.replicas : 1;
      for (std::int64_t i = 0; i < replicas; ++i) {
        const std::string name = "mail-" + node.name + "-" + std::to_string(i);
        snapshot.pods.push_back({.name = name,
                                 .uid = "uid-" + name,
                                 .node = node.name,
                                 .ip = "10.0.0.1",
                                 .ready = true,
                                 .revision = node.role == Role::Frontend ? "" : "mail-" + node.name + "-1"});
        AgentFacts facts{.ready = true, .files_digest = plan.files_digest.at(node.name)};
        facts.pushed = facts.in_sync = node.role == Role::Backend;
        facts.compared = node.role == Role::Frontend;
        facts.counted = node.role == Role::Backend;
        snapshot.agents[name] = {.facts = facts};
      }
    }
  }
};

}  // namespace murder::controller::testdata
