// A store that follows the API server, by a thread and a connection of its own.
//
//   Informer pods(client, pod_resource, {.selection = {.label_selector = "app.kubernetes.io/part-of=mail"}},
//                 [&](const Change& change) { queue.add(owner_of(change)); });
//   pods.start();
//   if (!pods.wait_until_synced(10s)) …
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "operator/kubernetes/client.h"
#include "operator/kubernetes/store.h"
#include "operator/kubernetes/watcher.h"

namespace murder::kubernetes {

struct InformerOptions {
  Selection selection = {};
  std::map<std::string, IndexFunction> indexes = {};
  // What somebody will look at: memory is what is left. managedFields and kubectl's last-applied-configuration never
  // are. What is named by (name, namespace, uid, resourceVersion) must stay.
  Fields fields = {};
  std::size_t page_size = 500;
  WatchTimes times = {};
  std::function<void(const std::string&)> on_problem = {};  // for the log; by the informer's thread
};

class Informer {
 public:
  using Clock = std::chrono::steady_clock;
  // Called by the informer's thread, after the store has changed, once for each object: keep it short, enqueue a key.
  using Handler = std::function<void(const Change&)>;

  // `client` must outlive it. Handlers are given before start().
  Informer(Client& client, Resource resource, InformerOptions options = {}, Handler handler = {});
  ~Informer();

  void add_handler(Handler handler);
  void start();
  void stop();  // returns when the thread has ended; what is stored stays

  const Store& store() const { return store_; }
  const Resource& resource() const { return resource_; }
  // Whether the store has been complete once.
  bool has_synced() const { return synced_; }
  bool wait_until_synced(std::chrono::milliseconds timeout) const;
  // When the server was last heard of: an event, a bookmark, a page, or the end of a watch in order. For liveness: no
  // older than twice the longest watch (is_fresh).
  Clock::time_point last_activity() const;
  bool is_fresh(Clock::time_point now) const;

 private:
  void run(const std::stop_token& stop);
  void list_page(Watcher& watcher, Client::PageRequest request, const std::stop_token& stop);
  void watch(Watcher& watcher, const Client::WatchRequest& request, const std::stop_token& stop);
  void take(WatchChange change);
  void tell(const std::vector<Change>& changes) const;
  void heard();
  void problem(const std::string& text) const;

  Client& client_;
  const Resource resource_;
  const InformerOptions options_;
  std::vector<Handler> handlers_;
  Store store_;

  std::atomic<bool> synced_ = false;
  std::atomic<Clock::rep> last_activity_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable synced_changed_;
  std::jthread thread_;
};

}  // namespace murder::kubernetes
