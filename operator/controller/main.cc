// murder-operator: runs Cyrus Murders on Kubernetes. Wires its parts together and decides nothing.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "operator/controller/operator.h"

namespace {

// "60s", "2m": what Kubernetes calls a duration, in whole seconds.
std::string seconds(std::string& text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  const std::string unit = text.substr(digits);
  const long factor = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : 0;
  if (digits == 0 || digits > 6 || factor == 0) return "must be a number of seconds such as 60s, or of minutes: 2m";
  text = std::to_string(std::stol(text.substr(0, digits)) * factor);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  using murder::controller::LogLevel;
  CLI::App app{"Runs Cyrus Murders on Kubernetes: MurderCluster, Backend and MailboxMove resources become servers."};
  murder::controller::Options options;
  const CLI::Validator duration(seconds, "DURATION");
  const auto add_duration = [&](const char* name, std::chrono::seconds& into, const char* help) {
    app.add_option_function<long>(
           name, [&into](const long& value) { into = std::chrono::seconds(value); }, help)
        ->transform(duration)
        ->default_str(std::to_string(into.count()) + "s");
  };
  app.set_version_flag("--version", MURDER_VERSION);
  app.add_option("--kubeconfig", options.kubeconfig, "Instead of KUBECONFIG, the pod's account, ~/.kube/config");
  app.add_option("--context", options.context, "Of the kubeconfig");
  app.add_option("--namespaces", options.namespaces, "Only these, separated by commas; all by default")->delimiter(',');
  app.add_option("--cyrus-image", options.cyrus_image, "Image of Cyrus; {version} becomes 3.6, 3.10 or 3.12")
      ->capture_default_str();
  app.add_option("--cluster-domain", options.cluster_domain, "What the names of Services end in")
      ->capture_default_str();
  app.add_option("--http", options.http, "Where /healthz, /readyz and /metrics are; nowhere when empty")
      ->capture_default_str();
  app.add_option("--workers", options.workers, "Murders that are worked on at a time")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  app.add_flag("--leader-elect", options.leader_elect, "Work only while holding the lease: for several replicas");
  app.add_option("--lease-name", options.lease_name)->capture_default_str();
  app.add_option("--lease-namespace", options.lease_namespace, "The pod's own by default");
  add_duration("--lease-duration", options.lease_duration, "How long others wait for a leader that is silent");
  add_duration("--lease-renew-deadline", options.lease_renew_deadline, "How long a leader tries before it gives up");
  add_duration("--lease-retry", options.lease_retry, "Between two tries");
  std::string level = "info";
  app.add_option("--log-level", level)
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  CLI11_PARSE(app, argc, argv);
  options.log_level = murder::controller::log_level(level).value_or(LogLevel::Info);

  // A heap for each of two dozen threads, most of which wait, would be most of what it holds.
  mallopt(M_ARENA_MAX, 1);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  if (const auto ended = murder::controller::run(options); !ended) {
    std::cerr << "murder-operator: " << ended.error().message << "\n";
    return 1;
  }
  return 0;
}
