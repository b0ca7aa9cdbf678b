// What a line of log costs Cyrus, and what it costs the agent.
//
//   build/release/bin/logs_bench
//
// The peer of syslog(3) is what glibc does with /dev/log: format, and send() on a connected socket that is kept.
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>
#include <thread>

#include "sidecar/logs/json_line.h"
#include "sidecar/logs/receiver.h"
#include "sidecar/logs/watch.h"

namespace murder::logs {
namespace {

constexpr auto format =
    "login: localhost [127.0.0.1] %s PLAIN User logged in SESSIONID=<be1-1795569043-%d-1-13365668220>";

std::string directory;
std::string socket_path() { return directory + "/log.sock"; }
std::string spill_path() { return directory + "/spill"; }

LogRecord sample() {
  return {.time = LogTime{std::chrono::nanoseconds{1'795'476'100'123'456'789}},
          .severity = Severity::Notice,
          .facility = 2,
          .node = "be1",
          .program = "imap",
          .pid = 4711,
          .text = "login: localhost [127.0.0.1] u1 PLAIN User logged in SESSIONID=<be1-1795569043-4711-1-13365668220>"};
}

void decode(benchmark::State& state) {
  const auto datagram = encode_record(sample());
  for (auto _ : state) benchmark::DoNotOptimize(decode_record(datagram));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode);

void json_by_hand(benchmark::State& state) {
  const auto record = sample();
  std::string line;
  for (auto _ : state) {
    line.clear();
    append_json_line(record, {.node = "be1", .role = "backend"}, line);
    benchmark::DoNotOptimize(line.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(json_by_hand);

// The alternative to json_by_hand, without the time's formatting and without looking for fields and secrets.
void json_by_library(benchmark::State& state) {
  const auto record = sample();
  for (auto _ : state) {
    const nlohmann::ordered_json json = {{"ts", "2026-11-24T09:30:00.123Z"},
                                         {"level", name_of(record.severity)},
                                         {"node", record.node},
                                         {"role", "backend"},
                                         {"program", record.program},
                                         {"pid", record.pid},
                                         {"session", "be1-1795569043"},
                                         {"user", "u1"},
                                         {"msg", record.text}};
    benchmark::DoNotOptimize(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(json_by_library);

void match_nothing(benchmark::State& state) {
  auto record = sample();
  record.program = "master";
  for (auto _ : state) benchmark::DoNotOptimize(match_event(record));
}
BENCHMARK(match_nothing);

// Reads and forgets, as fast as it goes.
class Drain {
 public:
  Drain() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    address_.sun_family = AF_UNIX;
    std::strncpy(address_.sun_path, socket_path().c_str(), sizeof address_.sun_path - 1);
    ::unlink(address_.sun_path);
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address_), sizeof address_) != 0) std::abort();
    thread_ = std::jthread{[fd = socket_.get()] {
      std::array<char, 16384> buffer;
      while (::recv(fd, buffer.data(), buffer.size(), 0) > 0) {
      }
    }};
  }
  ~Drain() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
    ::unlink(address_.sun_path);
  }
  const sockaddr_un& address() const { return address_; }

 private:
  sockaddr_un address_{};
  Descriptor socket_;
  std::jthread thread_;
};

void syslog_preloaded(benchmark::State& state) {
  const Drain drain;
  openlog("be1/imap", LOG_PID, LOG_MAIL);
  int i = 0;
  for (auto _ : state) syslog(LOG_NOTICE, format, "u1", ++i);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(syslog_preloaded)->UseRealTime();

void syslog_as_glibc(benchmark::State& state) {
  const Drain drain;
  Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&drain.address()), sizeof drain.address()) != 0) {
    return state.SkipWithError("connect");
  }
  int i = 0;
  std::array<char, 1024> line;
  for (auto _ : state) {
    const auto now = ::time(nullptr);
    tm broken_down{};
    ::localtime_r(&now, &broken_down);
    auto size = ::strftime(line.data(), line.size(), "<21>%h %e %T ", &broken_down);
    size += static_cast<std::size_t>(::snprintf(line.data() + size, line.size() - size, "be1/imap[%d]: ", ::getpid()));
    size += static_cast<std::size_t>(::snprintf(line.data() + size, line.size() - size, format, "u1", ++i));
    benchmark::DoNotOptimize(::send(socket.get(), line.data(), size, MSG_NOSIGNAL));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(syslog_as_glibc)->UseRealTime();

void syslog_to_the_spill_file(benchmark::State& state) {
  openlog("be1/imap", LOG_PID, LOG_MAIL);
  int i = 0;
  for (auto _ : state) {
    syslog(LOG_NOTICE, format, "u1", ++i);
    if (i % 50'000 == 0) ::unlink(spill_path().c_str());
  }
  ::unlink(spill_path().c_str());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(syslog_to_the_spill_file)->UseRealTime();

// From syslog(3) to the JSON line, through a real receiver.
void end_to_end(benchmark::State& state) {
  std::string line;
  std::size_t lines = 0;
  auto receiver = LogReceiver::start({.socket_path = socket_path(), .spill_path = spill_path()},
                                     {.record = [&](const LogRecord& record) {
                                       line.clear();
                                       append_json_line(record, {.node = "be1", .role = "backend"}, line);
                                       benchmark::DoNotOptimize(match_event(record));
                                       ++lines;
                                     }});
  if (!receiver) return state.SkipWithError(receiver.error().message.c_str());
  openlog("be1/imap", LOG_PID, LOG_MAIL);
  int i = 0;
  for (auto _ : state) syslog(LOG_NOTICE, format, "u1", ++i);
  (*receiver)->stop();
  if (lines != static_cast<std::size_t>(i)) return state.SkipWithError("lines were lost");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(end_to_end)->UseRealTime();

}  // namespace
}  // namespace murder::logs

int main(int argc, char** argv) {
  std::string name = "/tmp/logs-bench-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) return 1;
  murder::logs::directory = name;
  if (std::getenv("MURDER_LOG_SOCKET") == nullptr) {
    // The sender reads its environment when it is loaded: once more, with it.
    ::setenv("MURDER_LOG_SOCKET", (name + "/log.sock").c_str(), 1);
    ::setenv("MURDER_LOG_SPILL", (name + "/spill").c_str(), 1);
    ::execv("/proc/self/exe", argv);
    return 1;
  }
  ::rmdir(name.c_str());
  name = std::getenv("MURDER_LOG_SOCKET");
  murder::logs::directory = name.substr(0, name.rfind('/'));
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  ::rmdir(murder::logs::directory.c_str());
  return 0;
}
