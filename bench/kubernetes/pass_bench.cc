// What one pass of the operator over a converged murder costs, by step and by number of Backends. No server is asked.
#include <benchmark/benchmark.h>

#include "operator/controller/testdata.h"
#include "operator/kubernetes/apply.h"

namespace {

using namespace murder;
using namespace murder::controller;
using testdata::World;

constexpr const char* kHash = "murder.cyrus.dev/applied";

World converged(std::int64_t backends) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < backends; ++i) names.push_back("be" + std::to_string(i));
  World world(names);
  world.settle();
  for (auto& [key, live] : world.snapshot.live) {
    Json sent = *live;
    Json status = sent.contains("status") ? sent["status"] : Json();
    sent.erase("status");
    sent["metadata"].erase("generation");
    const bool owned = key.first != "PersistentVolumeClaim";
    Json stored = *kubernetes::prepare(std::move(sent), owned ? world.snapshot.object.get() : nullptr, kHash);
    if (!status.is_null()) stored["status"] = status;
    stored["metadata"]["generation"] = 1;
    live = std::make_shared<const Json>(std::move(stored));
  }
  return world;
}

void reading(benchmark::State& state) {
  const World world = converged(state.range(0));
  for (auto _ : state) {
    api::Mistakes mistakes;
    benchmark::DoNotOptimize(read_cluster(*world.snapshot.object, mistakes));
    for (const auto& seen : world.snapshot.backends) benchmark::DoNotOptimize(read_backend(*seen.object, mistakes));
  }
}

void wanting(benchmark::State& state) {
  const World world = converged(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(world.want());
}

void deciding(benchmark::State& state) {
  const World world = converged(state.range(0));
  const auto wanted = world.want();
  const auto credentials = testdata::credentials_of(*wanted.murder);
  for (auto _ : state) benchmark::DoNotOptimize(decide(world.snapshot, wanted, credentials));
}

void deciding_when_settled(benchmark::State& state) {
  const World world = converged(state.range(0));
  const auto wanted = world.want();
  const auto credentials = testdata::credentials_of(*wanted.murder);
  const auto settled = decide(world.snapshot, wanted, credentials).settled;
  for (auto _ : state) benchmark::DoNotOptimize(decide(world.snapshot, wanted, credentials, settled));
}

void comparing(benchmark::State& state) {
  const World world = converged(state.range(0));
  const auto plan = world.decide();
  for (auto _ : state) {
    for (const auto& action : plan.actions) {
      const auto& apply = std::get<Apply>(action);
      const auto live =
          world.snapshot.find(kubernetes::text_at(apply.object, {"kind"}), kubernetes::key_of(apply.object).name);
      const auto wanted = kubernetes::prepare(apply.object, apply.owned ? world.snapshot.object.get() : nullptr, kHash);
      const auto decision = kubernetes::decide_apply(*wanted, live.get(), kHash, {});
      if (!std::holds_alternative<kubernetes::Unchanged>(decision)) state.SkipWithError("not converged");
    }
  }
}

void reporting(benchmark::State& state) {
  const World world = converged(state.range(0));
  const auto wanted = world.want();
  const auto plan = world.decide();
  for (auto _ : state) benchmark::DoNotOptimize(report(world.snapshot, wanted, plan, {}));
}

BENCHMARK(reading)->Arg(2)->Arg(200)->Unit(benchmark::kMillisecond);
BENCHMARK(wanting)->Arg(2)->Arg(200)->Unit(benchmark::kMillisecond);
BENCHMARK(deciding)->Arg(2)->Arg(200)->Unit(benchmark::kMillisecond);
BENCHMARK(deciding_when_settled)->Arg(2)->Arg(200)->Unit(benchmark::kMillisecond);
BENCHMARK(comparing)->Arg(2)->Arg(200)->Unit(benchmark::kMillisecond);
BENCHMARK(reporting)->Arg(2)->Arg(200)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
