// murder where MAILBOX
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <set>

#include "operator/cli/exit_code.h"
#include "operator/cli/output.h"
#include "operator/cli/progress.h"
#include "operator/cli/running.h"
#include "operator/cli/verbs.h"
#include "operator/cli/where_view.h"
#include "operator/topology/mailbox_name.h"

namespace murder::cli {
namespace {

struct Options {
  RunningOptions running;
  Format format = Format::Text;
  std::string mailbox;
  double timeout = 10;
};

int where(const Options& options) {
  auto running = open_running(options.running);
  if (!running) return fail(running.error());
  const auto name = topology::internal_name(options.mailbox, running->topology.spec.namespace_.hierarchy_separator);
  const auto replies = [&] {
    const Progress progress("asking all nodes");
    return running->agents->where(name, std::chrono::milliseconds(static_cast<int>(options.timeout * 1000)));
  }();
  const auto seen = view(running->topology, name, replies);
  print(options.format, to_json(seen), [&](std::ostream& out) { print(seen, out); });
  return seen.agreed ? kDone : kNotReady;
}

}  // namespace

void add_where(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("where", "What the master, each backend and each frontend say of a mailbox");
  add_running(*command, options->running);
  command->add_option("mailbox", options->mailbox, "Its name, such as user.fred")->required();
  command->add_option("--timeout", options->timeout, "Seconds to wait for the agents")->capture_default_str();
  add_format(*command, options->format);
  command->callback([options, &code] { code = where(*options); });
}

}  // namespace murder::cli
