// All that the operator reads of the API server, kept up to date by watches: the three resources, and what it has made
// (found by its managed-by label), in all namespaces or in those that it was told of.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "operator/controller/kinds.h"
#include "operator/kubernetes/informer.h"

namespace murder::controller {

class Caches {
 public:
  // Called by the watches' threads: `changed` with the MurderCluster that a change concerns, `move_changed` with a
  // MailboxMove that is new or was changed by somebody.
  Caches(kubernetes::Client& client, const std::vector<std::string>& namespaces,
         const std::function<void(const ObjectKey& cluster)>& changed,
         const std::function<void(const ObjectKey& move)>& move_changed,
         const std::function<void(const std::string&)>& on_problem);

  void start();
  void stop();
  bool wait_until_synced(std::chrono::milliseconds timeout) const;
  bool has_synced() const;
  // Each watch has heard of the server lately.
  bool is_fresh() const;

  kubernetes::ObjectPtr get(const Resource& resource, const ObjectKey& key) const;
  std::vector<kubernetes::ObjectPtr> list(const Resource& resource) const;
  // Of a MurderCluster: Backends and MailboxMoves that name it, objects with its label.
  std::vector<kubernetes::ObjectPtr> of_cluster(const Resource& resource, const ObjectKey& cluster) const;

 private:
  // By plural; one a namespace.
  std::map<std::string, std::vector<std::unique_ptr<kubernetes::Informer>>> informers_;
};

}  // namespace murder::controller
