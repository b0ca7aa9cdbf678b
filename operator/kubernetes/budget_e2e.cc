// What it costs against a real API server: time from start to synced, time from an event to the request that answers
// it, memory. The limits here are loose, for machines that do other things too; the measured numbers are printed.
#include <malloc.h>

#include <algorithm>
#include <fstream>

#include "operator/kubernetes/controller.h"
#include "operator/kubernetes/informer.h"
#include "operator/kubernetes/test_environment.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

double resident_mib() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

double milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

Json pod(const std::string& namespace_, int number) {
  Json containers = Json::array();
  for (const char* const name : {"cyrus", "agent", "logs"}) {
    Json env = Json::array();
    for (int e = 0; e < 8; ++e)
      env.push_back({{"name", "VARIABLE_" + std::to_string(e)}, {"value", "some value of middling length"}});
    containers.push_back({{"name", name},
                          {"image", "registry.example.org/cyrus:3.10"},
                          {"env", env},
                          {"ports", {{{"containerPort", 143}}}}});
  }
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           {{"namespace", namespace_},
            {"name", "pod-" + std::to_string(number)},
            {"labels", {{"app.kubernetes.io/name", "cyrus-murder"}, {"app.kubernetes.io/component", "backend"}}}}},
          {"spec", {{"automountServiceAccountToken", false}, {"containers", containers}}}};
}

// What an operator looks at of a pod.
Fields readiness() {
  return Fields().only({"spec"}, {"containers", "nodeName"}).only({"spec", "containers"}, {"name", "image"});
}

class BudgetE2e : public ApiServerTest {};

TEST_F(BudgetE2e, ManyPodsAreSyncedSoonAndSmall) {
  constexpr int pod_count = 2000;
  constexpr int map_count = 200;
  {
    std::vector<std::jthread> makers;
    for (int part = 0; part < 4; ++part) {
      makers.emplace_back([&, part] {
        for (int i = part; i < pod_count; i += 4) (void)create(pods, pod(namespace_, i));
        for (int i = part; i < map_count; i += 4)
          (void)create(config_maps, config_map("m" + std::to_string(i), {{"x", std::string(500, 'x')}}));
      });
    }
  }
  client().take_records();
  malloc_trim(0);
  const auto before = resident_mib();
  Informer all_pods(*client(), pods,
                    {.selection = {.namespace_ = namespace_}, .fields = readiness(), .page_size = 500});
  Informer all_maps(*client(), config_maps, {.selection = {.namespace_ = namespace_}});
  const auto begin = Clock::now();
  all_pods.start();
  all_maps.start();
  ASSERT_TRUE(all_pods.wait_until_synced(60s));
  ASSERT_TRUE(all_maps.wait_until_synced(60s));
  const auto took = Clock::now() - begin;
  const auto peak = resident_mib() - before;
  EXPECT_EQ(all_pods.store().size(), static_cast<std::size_t>(pod_count));
  malloc_trim(0);
  std::printf("start to synced: %.0f ms; memory: %.1f MiB at once, %.1f MiB after malloc_trim\n", milliseconds(took),
              peak, resident_mib() - before);
  EXPECT_LT(took, 5s);
  EXPECT_LT(peak, 100);
}

TEST_F(BudgetE2e, AnEventIsAnsweredByARequestAtOnce) {
  constexpr int rounds = 300;
  std::mutex mutex;
  std::map<std::string, Clock::time_point> seen;
  std::vector<double> to_request;
  Signal answered;
  Controller controller({.name = "latency"}, [&](const ObjectKey& key) -> Result<ReconcileOutcome> {
    if (key.name.starts_with("answer")) return ReconcileOutcome{};
    const auto object = config_map("answer-" + key.name);
    {
      const std::lock_guard lock(mutex);
      to_request.push_back(milliseconds(Clock::now() - seen.at(key.name)));
    }
    auto made = client()->create(config_maps, object);
    answered.set();
    if (!made) return made.error().in("answer");
    return ReconcileOutcome{};
  });
  Informer informer(*client(), config_maps, {.selection = {.namespace_ = namespace_}}, [&](const Change& change) {
    {
      const std::lock_guard lock(mutex);
      seen.emplace(change.key().name, Clock::now());
    }
    controller.queue().add(change.key());
  });
  informer.start();
  ASSERT_TRUE(informer.wait_until_synced(30s));
  controller.start();
  std::vector<double> round_trips;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = Clock::now();
    (void)create(config_maps, config_map("e" + std::to_string(i)));
    ASSERT_TRUE(answered.wait(30s, i + 1));
    round_trips.push_back(milliseconds(Clock::now() - begin));
  }
  controller.stop();
  informer.stop();
  const auto at = [](std::vector<double>& values, double share) {
    std::ranges::sort(values);
    return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1)));
  };
  std::printf(
      "event parsed to request begun: p50 %.3f ms, p99 %.3f ms; a write of ours, its event, our answer stored: p50 "
      "%.1f ms, p99 %.1f ms\n",
      at(to_request, 0.5), at(to_request, 0.99), at(round_trips, 0.5), at(round_trips, 0.99));
  EXPECT_LT(at(to_request, 0.99), 500);
}

}  // namespace
}  // namespace murder::kubernetes
