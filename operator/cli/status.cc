// murder status [--last]
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "operator/cli/exit_code.h"
#include "operator/cli/output.h"
#include "operator/cli/progress.h"
#include "operator/cli/running.h"
#include "operator/cli/status_view.h"
#include "operator/cli/verbs.h"

namespace murder::cli {
namespace {

struct Options {
  RunningOptions running;
  Format format = Format::Text;
  bool last = false;
  double timeout = 10;
};

int status(const Options& options) {
  auto running = open_running(options.running);
  if (!running) return fail(running.error());
  const auto timeout = std::chrono::milliseconds(static_cast<int>(options.timeout * 1000));
  const auto replies = [&] {
    const Progress progress("asking all nodes");
    return running->agents->status(!options.last, timeout);
  }();
  const auto seen = view(running->topology, replies, std::chrono::system_clock::now());
  print(options.format, to_json(seen), [&](std::ostream& out) { print(seen, out); });
  return seen.ready ? kDone : kNotReady;
}

}  // namespace

void add_status(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("status", "Nodes, health, mailbox lists and conflicts, on one screen");
  add_running(*command, options->running);
  command->add_flag("--last", options->last, "What each agent found in its last round, without checking again");
  command->add_option("--timeout", options->timeout, "Seconds to wait for the agents")->capture_default_str();
  add_format(*command, options->format);
  command->callback([options, &code] { code = status(*options); });
}

}  // namespace murder::cli
