#include "operator/controller/operator.h"

#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>

#include "operator/controller/move_controller.h"
#include "operator/controller/murder_controller.h"
#include "operator/controller/probes.h"
#include "operator/kubernetes/config.h"
#include "operator/kubernetes/lease.h"
#include "operator/kubernetes/metrics.h"

namespace murder::controller {
namespace {

using namespace std::chrono_literals;

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "murder-operator";
}

// Unique for each start.
std::string identity(const std::string& pod) {
  std::random_device random;
  char text[20];
  std::snprintf(text, sizeof text, "_%08x%08x", random(), random());
  return pod + text;
}

// What a pass over a large murder has built and dropped is in holes between what is kept: the C library returns it only
// when it is asked to.
void give_back_memory() {
  constexpr std::size_t worth_it = 2 << 20;
  if (mallinfo2().fordblks > worth_it) malloc_trim(0);
}

// Whether SIGTERM or SIGINT has come within the time.
bool signal_within(std::chrono::milliseconds time) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  const timespec patience{.tv_sec = time.count() / 1000, .tv_nsec = time.count() % 1000 * 1'000'000};
  return sigtimedwait(&signals, nullptr, &patience) >= 0;
}

}  // namespace

Status run(const Options& options) {
  const Log log(options.log_level);
  const auto config = kubernetes::load_config(options.kubeconfig, options.context);
  if (!config) return config.error().in("kubernetes");
  const std::string pod = environment("POD_NAME", host_name());
  const std::string own_namespace = environment("POD_NAMESPACE", config->namespace_);

  prometheus::Registry registry;
  kubernetes::Metrics metrics(registry);
  kubernetes::Client client(
      kubernetes::connect(*config),
      {.user_agent = "murder-operator/" MURDER_VERSION " " + own_namespace + "/" + pod,
       .requests_per_second = 50,
       .burst = 100,
       .on_request = metrics.request_observer(config->host),
       .on_warning = [&](const std::string& text) { log(LogLevel::Warning, "the API server warns: " + text); }});
  kubernetes::EventRecorder events(client,
                                   {.controller = "murder.cyrus.dev/murder-operator",
                                    .instance = pod,
                                    .on_problem = [&](const std::string& text) { log(LogLevel::Warning, text); }});

  kubernetes::WorkQueue* queue = nullptr;
  const auto enqueue = [&queue](const ObjectKey& key) {
    if (queue != nullptr) queue->add(key);
  };
  kubernetes::WorkQueue* move_queue = nullptr;
  const auto enqueue_move = [&move_queue](const ObjectKey& key) {
    if (move_queue != nullptr) move_queue->add(key);
  };
  Caches caches(client, options.namespaces, enqueue, enqueue_move,
                [&](const std::string& text) { log(LogLevel::Warning, text); });
  AgentWatch agents(enqueue);
  AgentIdentity agent_identity;
  const MurderOptions murder_options{.cyrus_image = options.cyrus_image, .cluster_domain = options.cluster_domain};
  MurderController murders(client, caches, agents, agent_identity, events, log, murder_options);
  MoveController moves(client, caches, agents, agent_identity, events, log, murder_options);
  const auto on_error = [&log](const char* what) {
    return [&log, what](const ObjectKey& key, const Error& error) {
      log(LogLevel::Warning, "tried again soon: " + error.message, {{what, key.text()}});
    };
  };
  kubernetes::Controller controller(
      {.name = "murdercluster", .workers = options.workers, .metrics = &metrics, .on_error = on_error("cluster")},
      [&](const ObjectKey& key) {
        auto outcome = murders.reconcile(key);
        give_back_memory();
        return outcome;
      });
  // Reading what a large mailbox holds takes its time: the inventory of one must not keep others waiting.
  kubernetes::Controller move_controller({.name = "mailboxmove",
                                          .workers = options.workers,
                                          .longest_reconcile = 1h,
                                          .metrics = &metrics,
                                          .on_error = on_error("move")},
                                         [&](const ObjectKey& key) { return moves.reconcile(key); });
  queue = &controller.queue();
  move_queue = &move_controller.queue();

  std::unique_ptr<kubernetes::LeaderElector> elector;
  const auto live = [&]() -> std::string {
    if (!controller.is_live() || !move_controller.is_live()) return "a reconcile does not end";
    if (caches.has_synced() && !caches.is_fresh()) return "a watch has not heard of the API server for long";
    if (elector && !elector->is_sane(20s)) return "the lease has run out and work goes on";
    return {};
  };
  const auto ready = [&]() -> std::string { return caches.has_synced() ? "" : "the caches are not complete"; };
  Probes probes(
      live, ready,
      [&] {
        controller.refresh_metrics();
        move_controller.refresh_metrics();
      },
      registry);
  if (!options.http.empty()) MURDER_TRY(probes.listen(options.http));

  log(LogLevel::Info, "starting", {{"version", MURDER_VERSION}, {"server", config->source}});
  const auto begun = std::chrono::steady_clock::now();
  caches.start();
  while (!caches.wait_until_synced(100ms)) {
    if (signal_within(0ms)) return ok();
    if (std::chrono::steady_clock::now() - begun > 2min) {
      return Error{"the API server has not answered all lists within two minutes"};
    }
  }
  log(LogLevel::Info, "synced",
      {{"ms",
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count()}});

  const auto work = [&] {
    agents.start();
    controller.start();
    move_controller.start();
    for (const auto& cluster : caches.list(kClusters)) controller.queue().add(kubernetes::key_of(*cluster));
    // Those whose cluster is not there have something to be told too.
    for (const auto& backend : caches.list(kBackends)) {
      controller.queue().add(
          {kubernetes::key_of(*backend).namespace_, kubernetes::text_at(*backend, {"spec", "clusterRef", "name"})});
    }
  };
  const auto rest = [&] {
    // Of the time that a lost lease leaves.
    move_controller.drain(5s);
    controller.drain(10s);
    agents.stop();
  };
  if (options.leader_elect) {
    const std::string lease_namespace = options.lease_namespace.empty() ? own_namespace : options.lease_namespace;
    kubernetes::LeaseOptions lease{.lease = {lease_namespace, options.lease_name},
                                   .identity = identity(pod),
                                   .duration = options.lease_duration,
                                   .renew_deadline = options.lease_renew_deadline,
                                   .retry = options.lease_retry};
    MURDER_TRY(kubernetes::check_lease_options(lease));
    elector = std::make_unique<kubernetes::LeaderElector>(
        client, lease,
        kubernetes::LeaseCallbacks{.won =
                                       [&](std::int64_t term) {
                                         log(LogLevel::Info, "leads", {{"term", term}});
                                         metrics.leading(options.lease_name, true);
                                         work();
                                       },
                                   .lost =
                                       [&](const std::string& why) {
                                         rest();
                                         metrics.leading(options.lease_name, false);
                                         log(LogLevel::Warning, "leads no more: " + why);
                                       },
                                   .observed =
                                       [&](const std::string& holder) {
                                         log(LogLevel::Info, "waits to lead", {{"leader", holder}});
                                       },
                                   .on_problem = [&](const std::string& text) { log(LogLevel::Warning, text); }});
    elector->start();
  } else {
    work();
  }
  while (!signal_within(1h)) {
  }
  log(LogLevel::Info, "ending");
  if (elector) {
    elector->stop();
  } else {
    rest();
  }
  caches.stop();
  events.stop(5s);
  return ok();
}

}  // namespace murder::controller
