#include "operator/controller/caches.h"

#include <algorithm>

#include "operator/controller/snapshot.h"
#include "operator/objects/names.h"

namespace murder::controller {
namespace {

using kubernetes::Change;
using kubernetes::Informer;
using kubernetes::InformerOptions;
using kubernetes::ObjectPtr;

constexpr const char* kIndex = "cluster";

// "post/mail"; empty when it is nobody's.
std::string cluster_of(const Json& object) {
  const auto key = kubernetes::key_of(object);
  auto name = kubernetes::text_at(object, {"spec", "clusterRef", "name"});
  if (name.empty()) name = kubernetes::label_of(object, std::string(objects::kClusterLabel)).value_or("");
  return name.empty() ? "" : key.namespace_ + "/" + name;
}

ObjectKey key_of_text(const std::string& text) {
  const auto slash = text.find('/');
  return {text.substr(0, slash), text.substr(slash + 1)};
}

// What the decision does not look at is no news: kubelets write the status of a pod at each probe that changes it.
bool is_news(const Resource& resource, const Change& change) {
  if (!change.before || !change.after) return true;
  if (resource == kClusters || resource == kBackends || resource == kMoves) return change.is_of_intent();
  // Of pods nothing is kept that is not looked at.
  if (resource == kPods)
    return change.is_of_intent() || change.before->value("status", Json()) != change.after->value("status", Json());
  return true;
}

}  // namespace

Caches::Caches(kubernetes::Client& client, const std::vector<std::string>& namespaces,
               const std::function<void(const ObjectKey& cluster)>& changed,
               const std::function<void(const ObjectKey& move)>& move_changed,
               const std::function<void(const std::string&)>& on_problem) {
  const auto add = [&](const Resource& resource, bool ours) {
    for (const auto& namespace_ : namespaces.empty() ? std::vector<std::string>{""} : namespaces) {
      InformerOptions options;
      options.selection.namespace_ = namespace_;
      if (ours) options.selection.label_selector = "app.kubernetes.io/managed-by=" + std::string(objects::kOperator);
      options.indexes = {{kIndex, [](const Json& object) { return std::vector<std::string>{cluster_of(object)}; }}};
      if (resource == kPods) options.fields = fields_of_pods();
      options.on_problem = on_problem;
      auto handler = [changed, move_changed, resource](const Change& change) {
        if (!is_news(resource, change)) return;
        if (resource == kMoves) return move_changed(change.key());
        if (resource == kClusters) return changed(change.key());
        std::string before = change.before ? cluster_of(*change.before) : "";
        std::string after = change.after ? cluster_of(*change.after) : "";
        if (!before.empty()) changed(key_of_text(before));
        if (!after.empty() && after != before) changed(key_of_text(after));
      };
      informers_[resource.plural].push_back(
          std::make_unique<Informer>(client, resource, std::move(options), std::move(handler)));
    }
  };
  for (const auto& resource : {kClusters, kBackends, kMoves}) add(resource, false);
  add(kPods, true);
  for (const auto& resource : kOwned) add(resource, true);
}

void Caches::start() {
  for (auto& [plural, informers] : informers_) {
    for (auto& informer : informers) informer->start();
  }
}

void Caches::stop() {
  for (auto& [plural, informers] : informers_) {
    for (auto& informer : informers) informer->stop();
  }
}

bool Caches::wait_until_synced(std::chrono::milliseconds timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (const auto& [plural, informers] : informers_) {
    for (const auto& informer : informers) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (!informer->wait_until_synced(std::max(left, std::chrono::milliseconds(0)))) return false;
    }
  }
  return true;
}

bool Caches::has_synced() const {
  return std::all_of(informers_.begin(), informers_.end(), [](const auto& entry) {
    return std::all_of(entry.second.begin(), entry.second.end(), [](const auto& each) { return each->has_synced(); });
  });
}

bool Caches::is_fresh() const {
  const auto now = Informer::Clock::now();
  return std::all_of(informers_.begin(), informers_.end(), [&](const auto& entry) {
    return std::all_of(entry.second.begin(), entry.second.end(), [&](const auto& each) { return each->is_fresh(now); });
  });
}

ObjectPtr Caches::get(const Resource& resource, const ObjectKey& key) const {
  for (const auto& informer : informers_.at(resource.plural)) {
    if (auto found = informer->store().get(key)) return found;
  }
  return nullptr;
}

std::vector<ObjectPtr> Caches::list(const Resource& resource) const {
  std::vector<ObjectPtr> all;
  for (const auto& informer : informers_.at(resource.plural)) {
    for (auto& object : informer->store().list()) all.push_back(std::move(object));
  }
  return all;
}

std::vector<ObjectPtr> Caches::of_cluster(const Resource& resource, const ObjectKey& cluster) const {
  std::vector<ObjectPtr> all;
  for (const auto& informer : informers_.at(resource.plural)) {
    for (auto& object : informer->store().list_by(kIndex, cluster.text())) all.push_back(std::move(object));
  }
  return all;
}

}  // namespace murder::controller
