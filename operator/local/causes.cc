#include "operator/local/causes.h"

#include <algorithm>
#include <set>

#include "operator/api/manifest_of.h"
#include "operator/config/render.h"
#include "operator/plan/changes.h"

namespace murder::local {
namespace {

using plan::FieldChange;
using plan::Json;

// Node → path → bytes; of secrets only whose they are.
using Rendered = std::map<std::string, std::map<std::string, std::string>>;
Rendered render_all(const topology::Topology& topology) {
  Rendered rendered;
  for (const auto& node : topology.nodes) {
    for (auto& file : config::render(topology, node)) rendered[node.name][file.path] = std::move(file.bytes);
  }
  for (const auto& account : topology.accounts) {
    for (const auto& node : account.nodes) rendered[node]["accounts"] += account.name + " " + account.secret + "\n";
  }
  return rendered;
}

api::Manifests parsed(const Json& json) {
  api::Manifests manifests;
  api::Mistakes mistakes;
  api::parse_documents({"", json.dump()}, manifests, mistakes);
  return mistakes.empty() ? manifests : api::Manifests{};
}

class Causes {
 public:
  Causes(const OneCluster& before, const OneCluster& after, const Derive& derive)
      : before_(before), after_(after), derive_(derive) {}

  Result<std::map<std::string, std::vector<std::string>>> find() {
    const auto topology = derive_(before_);
    if (!topology) return topology.error();
    rendered_ = render_all(*topology);
    of_cluster();
    of_backends();
    return std::move(causes_);
  }

 private:
  void of_cluster() {
    const Json before = api::manifest_of(before_.cluster);
    for (const auto& change : plan::changes(before, api::manifest_of(after_.cluster))) {
      OneCluster changed = before_;
      auto manifests = parsed(plan::with(before, change));
      if (manifests.clusters.size() != 1) {
        of_all(change.text());
        continue;
      }
      changed.cluster = std::move(manifests.clusters.front());
      add(changed, change.text());
    }
  }

  void of_backends() {
    for (const auto& backend : after_.backends) {
      const auto was = find(before_.backends, backend.metadata.name);
      if (was == before_.backends.end()) {
        OneCluster changed = before_;
        changed.backends.push_back(backend);
        add(changed, "Backend " + backend.metadata.name + " (new)");
        continue;
      }
      const Json before = api::manifest_of(*was);
      for (const auto& change : plan::changes(before, api::manifest_of(backend))) {
        OneCluster changed = before_;
        auto manifests = parsed(plan::with(before, change));
        const std::string text = "Backend " + backend.metadata.name + " " + change.text();
        if (manifests.backends.size() != 1) {
          of_all(text);
          continue;
        }
        changed.backends[static_cast<std::size_t>(was - before_.backends.begin())] =
            std::move(manifests.backends.front());
        add(changed, text);
      }
    }
    for (const auto& backend : before_.backends) {
      if (find(after_.backends, backend.metadata.name) != after_.backends.end()) continue;
      OneCluster changed = before_;
      std::erase_if(changed.backends, [&](const auto& other) { return other.metadata.name == backend.metadata.name; });
      add(changed, "Backend " + backend.metadata.name + " (removed)");
    }
  }

  static std::vector<api::Backend>::const_iterator find(const std::vector<api::Backend>& backends,
                                                        const std::string& name) {
    return std::find_if(backends.begin(), backends.end(),
                        [&](const auto& backend) { return backend.metadata.name == name; });
  }

  void add(const OneCluster& changed, const std::string& text) {
    const auto topology = derive_(changed);
    if (!topology) return of_all(text);
    const auto rendered = render_all(*topology);
    for (const auto& [node, files] : rendered) {
      const auto was = rendered_.find(node);
      if (was == rendered_.end() || was->second != files) causes_[node].push_back(text);
    }
    for (const auto& [node, files] : rendered_) {
      if (!rendered.contains(node)) causes_[node].push_back(text);
    }
  }

  void of_all(const std::string& text) {
    for (const auto& [node, files] : rendered_) causes_[node].push_back(text);
  }

  const OneCluster& before_;
  const OneCluster& after_;
  const Derive& derive_;
  Rendered rendered_;
  std::map<std::string, std::vector<std::string>> causes_;
};

}  // namespace

Result<std::map<std::string, std::vector<std::string>>> causes(const OneCluster& before, const OneCluster& after,
                                                               const Derive& derive) {
  return Causes(before, after, derive).find();
}

}  // namespace murder::local
