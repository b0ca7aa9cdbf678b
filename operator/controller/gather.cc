#include "operator/controller/gather.h"

namespace murder::controller {
namespace {

// The certificates live a year.
constexpr auto kCertificateAge = std::chrono::hours(24 * 30);

}  // namespace

Snapshot gather(const Caches& caches, const AgentWatch& agents, const MurderOptions& options, const ObjectKey& key,
                ObjectPtr cluster) {
  Snapshot snapshot{.now = Clock::now(),
                    .cyrus_image_template = options.cyrus_image,
                    .cluster_domain = options.cluster_domain,
                    .object = std::move(cluster)};
  snapshot.cluster = read_cluster(*snapshot.object, snapshot.mistakes);
  for (const auto& object : caches.of_cluster(kBackends, key)) {
    BackendSeen seen{.object = object};
    seen.backend = read_backend(*object, seen.mistakes);
    snapshot.backends.push_back(std::move(seen));
  }
  for (const auto& resource : kOwned) {
    for (const auto& object : caches.of_cluster(resource, key)) {
      snapshot.live[{resource.kind, kubernetes::key_of(*object).name}] = object;
    }
  }
  for (const auto& pod : caches.of_cluster(kPods, key)) snapshot.pods.push_back(pod_seen(*pod));
  snapshot.agents = agents.seen(key);
  return snapshot;
}

Result<agents::Credentials> AgentIdentity::of(const ObjectKey& cluster, const objects::Certificate& authority,
                                              Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  Shown& mine = shown_[cluster];
  if (mine.authority != authority.certificate || now - mine.made > kCertificateAge) {
    auto made = operator_certificate(authority, now);
    if (!made) return std::move(made).error().in("the operator's certificate");
    mine = {authority.certificate, *std::move(made), now};
  }
  return agents::Credentials{
      .ca = authority.certificate, .certificate = mine.certificate.certificate, .key = mine.certificate.key};
}

void AgentIdentity::forget(const ObjectKey& cluster) {
  const std::lock_guard lock(mutex_);
  shown_.erase(cluster);
}

agents::Endpoint endpoint_of(const PodSeen& pod, const topology::Node& node, std::string name) {
  const std::string host = pod.ip.find(':') == std::string::npos ? pod.ip : "[" + pod.ip + "]";
  return {std::move(name), host + ":" + std::to_string(node.agent_grpc_port), node.host};
}

}  // namespace murder::controller
