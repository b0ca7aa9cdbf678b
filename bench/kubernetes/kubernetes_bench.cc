// How fast the bytes of a watch become objects: framing alone, and with parsing. A pod as large as those of real
// clusters, about half of its metadata managedFields.
#include <benchmark/benchmark.h>

#include "operator/kubernetes/apply.h"
#include "operator/kubernetes/parse.h"
#include "operator/kubernetes/watch_decoder.h"

namespace {

using murder::kubernetes::Fields;
using murder::kubernetes::Json;
using murder::kubernetes::LeanParser;
using murder::kubernetes::WatchDecoder;

Json pod() {
  Json fields;
  Json containers = Json::array();
  for (int c = 0; c < 3; ++c) {
    const auto name = "container-" + std::to_string(c);
    Json env = Json::array();
    auto& owned = fields["f:spec"]["f:containers"]["k:{\"name\":\"" + name + "\"}"];
    for (int e = 0; e < 10; ++e) {
      const auto variable = "VARIABLE_" + std::to_string(e);
      env.push_back({{"name", variable}, {"value", "some value of middling length, \"quoted\" once"}});
      owned["f:env"]["k:{\"name\":\"" + variable + "\"}"] = {
          {".", Json::object()}, {"f:name", Json::object()}, {"f:value", Json::object()}};
    }
    containers.push_back({{"name", name},
                          {"image", "registry.example.org/cyrus-murder/cyrus@sha256:0123456789abcdef0123456789abcdef"},
                          {"env", env},
                          {"ports", {{{"containerPort", 143}, {"protocol", "TCP"}}}},
                          {"resources", {{"requests", {{"cpu", "500m"}, {"memory", "1Gi"}}}}},
                          {"terminationMessagePath", "/dev/termination-log"}});
  }
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           {{"name", "be1-0"},
            {"namespace", "mail"},
            {"uid", "9d8f0d2e-6d2d-4a7e-8a6d-0a9f0f2c1e11"},
            {"resourceVersion", "123456"},
            {"labels", {{"app.kubernetes.io/name", "cyrus-murder"}, {"app.kubernetes.io/component", "backend"}}},
            {"managedFields", {{{"manager", "murder-operator"}, {"operation", "Apply"}, {"fieldsV1", fields}}}}}},
          {"spec", {{"containers", containers}, {"nodeName", "node1"}}},
          {"status", {{"phase", "Running"}, {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}};
}

std::string stream(int events) {
  std::string bytes;
  for (int i = 0; i < events; ++i) bytes += Json{{"type", "MODIFIED"}, {"object", pod()}}.dump() + "\n";
  return bytes;
}

// As httplib hands them over.
constexpr std::size_t piece = 4096;

template <typename Use>
void decode(benchmark::State& state, Use use) {
  const auto bytes = stream(200);
  std::size_t frames = 0;
  for (auto _ : state) {
    WatchDecoder decoder;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      decoder.feed(std::string_view(bytes).substr(at, piece));
      while (true) {
        const auto next = decoder.next();
        const auto* const frame = std::get_if<WatchDecoder::Frame>(&next);
        if (frame == nullptr) break;
        ++frames;
        use(frame->json);
      }
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(frames), benchmark::Counter::kIsRate);
  state.counters["bytes/event"] = static_cast<double>(bytes.size()) / 200;
}

void framing(benchmark::State& state) {
  decode(state, [](std::string_view json) { benchmark::DoNotOptimize(json.data()); });
}
BENCHMARK(framing);

void framing_and_lean_parsing(benchmark::State& state) {
  LeanParser parser;
  const Fields fields = Fields().without({"object", "metadata", "managedFields"});
  decode(state, [&](std::string_view json) { benchmark::DoNotOptimize(parser.parse(json, fields)); });
}
BENCHMARK(framing_and_lean_parsing);

// What it would be without: the library's own parser.
void framing_and_plain_parsing(benchmark::State& state) {
  decode(state, [](std::string_view json) { benchmark::DoNotOptimize(Json::parse(json)); });
}
BENCHMARK(framing_and_plain_parsing);

// Of an object that is as it should be: what a converged object costs on each pass.
void deciding_that_nothing_is_to_be_done(benchmark::State& state) {
  auto wanted = pod();
  wanted["metadata"].erase("managedFields");
  auto live = wanted;
  live["spec"]["dnsPolicy"] = "ClusterFirst";
  for (auto _ : state) benchmark::DoNotOptimize(murder::kubernetes::differences(wanted, live));
}
BENCHMARK(deciding_that_nothing_is_to_be_done);

}  // namespace

BENCHMARK_MAIN();
