// How fast the bytes of a watch become objects: framing alone, and with parsing.
#include <benchmark/benchmark.h>

#include <fstream>

#include "operator/kubernetes/apply.h"
#include "operator/kubernetes/parse.h"
#include "operator/kubernetes/watch_decoder.h"

namespace {

using murder::kubernetes::Fields;
using murder::kubernetes::Json;
using murder::kubernetes::LeanParser;
using murder::kubernetes::WatchDecoder;

// The text of a backend's pod, as the API server sends it.
std::string pod() {
  std::ifstream file(MURDER_SOURCE_DIR "/bench/kubernetes/pod.json");
  std::string text;
  std::getline(file, text);
  return text;
}

std::string stream(int events) {
  std::string bytes;
  for (int i = 0; i < events; ++i) bytes += R"({"type":"MODIFIED","object":)" + pod() + "}\n";
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

// As the operator stores pods.
void framing_and_parsing_of_what_is_stored(benchmark::State& state) {
  LeanParser parser;
  const Fields fields = Fields()
                            .without({"metadata", "managedFields"})
                            .without({"spec"})
                            .only({"status"}, {"podIP", "conditions", "containerStatuses"})
                            .only({"status", "containerStatuses"}, {"name", "state"})
                            .within("object");
  decode(state, [&](std::string_view json) { benchmark::DoNotOptimize(parser.parse(json, fields)); });
}
BENCHMARK(framing_and_parsing_of_what_is_stored);

// What it would be without: nlohmann::json's own parser, and nothing left out.
void framing_and_plain_parsing(benchmark::State& state) {
  decode(state, [](std::string_view json) { benchmark::DoNotOptimize(Json::parse(json)); });
}
BENCHMARK(framing_and_plain_parsing);

// Of an object that is as it should be: what a converged object costs on each pass.
void deciding_that_nothing_is_to_be_done(benchmark::State& state) {
  auto wanted = Json::parse(pod());
  wanted["metadata"].erase("managedFields");
  auto live = wanted;
  live["spec"]["dnsPolicy"] = "ClusterFirst";
  for (auto _ : state) benchmark::DoNotOptimize(murder::kubernetes::differences(wanted, live));
}
BENCHMARK(deciding_that_nothing_is_to_be_done);

}  // namespace

BENCHMARK_MAIN();
