// murder push BACKEND [--dry-run] [--local-is-right MAILBOX…] [--master-is-right MAILBOX…] [--allow-mass-delete]
#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "operator/cli/exit_code.h"
#include "operator/cli/output.h"
#include "operator/cli/progress.h"
#include "operator/cli/running.h"
#include "operator/cli/verbs.h"
#include "operator/topology/mailbox_name.h"

namespace murder::cli {
namespace {

struct Options {
  RunningOptions running;
  Format format = Format::Text;
  std::string backend;
  bool dry_run = false;
  bool allow_mass_delete = false;
  std::vector<std::string> local_is_right;
  std::vector<std::string> master_is_right;
  double timeout = 600;  // a first push of 100 000 mailboxes takes Cyrus four minutes
};

const char* verb(agent::v1::PushAction::Kind kind) {
  switch (kind) {
    case agent::v1::PushAction::ACTIVATE:
      return "register at the master";
    case agent::v1::PushAction::REMOVE_FROM_MASTER:
      return "remove from the master";
    case agent::v1::PushAction::REMOVE_LOCAL:
      return "delete here";
    case agent::v1::PushAction::UNFLAG:
      return "end an unfinished move of";
    default:
      return "?";
  }
}

void print_report(const Options& options, const agent::v1::PushReport& report, std::ostream& out) {
  for (const auto& action : report.actions()) out << "  " << verb(action.kind()) << " " << action.mailbox() << "\n";
  const auto all = report.activate() + report.remove_from_master() + report.remove_local() + report.unflag();
  if (all > static_cast<std::uint64_t>(report.actions_size())) out << "  … " << all << " in all\n";
  switch (report.outcome()) {
    case agent::v1::PUSH_OUTCOME_IN_SYNC:
      out << options.backend << " and the master agree.\n";
      break;
    case agent::v1::PUSH_OUTCOME_PUSHED:
      out << "Done: " << options.backend << " and the master agree now.\n";
      break;
    case agent::v1::PUSH_OUTCOME_WOULD_PUSH:
      out << "A dry run: nothing was changed. A push would do this, and is safe.\n";
      break;
    case agent::v1::PUSH_OUTCOME_HELD:
      out << "Held (" << report.reason() << "): " << report.error() << "\n";
      break;
    default:
      out << "Failed: " << report.error() << "\n";
  }
}

int push_once(const Options& options, const Running& running, agent::v1::PushRequest request) {
  const auto report = [&] {
    const Progress progress("comparing the list of " + options.backend + " with the master's");
    return running.agents->push(options.backend, request,
                                std::chrono::milliseconds(static_cast<int>(options.timeout * 1000)));
  }();
  if (!report) return fail(report.error());
  std::string text;
  google::protobuf::util::JsonPrintOptions json_options;
  json_options.always_print_primitive_fields = true;
  if (const auto status = google::protobuf::util::MessageToJsonString(*report, &text, json_options); !status.ok()) {
    return fail(Error{"report of " + options.backend + ": " + std::string(status.message())});
  }
  print(options.format, nlohmann::ordered_json::parse(text),
        [&](std::ostream& out) { print_report(options, *report, out); });
  switch (report->outcome()) {
    case agent::v1::PUSH_OUTCOME_IN_SYNC:
    case agent::v1::PUSH_OUTCOME_PUSHED:
    case agent::v1::PUSH_OUTCOME_WOULD_PUSH:
      return kDone;
    case agent::v1::PUSH_OUTCOME_HELD:
      return kNotReady;
    default:
      return kFailed;
  }
}

int push(const Options& options) {
  auto running = open_running(options.running);
  if (!running) return fail(running.error());
  const auto* node = running->topology.find(options.backend);
  if (node == nullptr || node->role != Role::Backend) {
    std::string names;
    for (const auto* backend : running->topology.with_role(Role::Backend)) names += " " + backend->name;
    return fail(Error{"no backend is called " + options.backend + "; there are:" + names});
  }
  const auto request = [&](agent::v1::Resolve resolve, const std::vector<std::string>& mailboxes) {
    agent::v1::PushRequest request;
    request.set_dry_run(options.dry_run);
    request.set_allow_mass_delete(options.allow_mass_delete);
    request.set_resolve(resolve);
    for (const auto& mailbox : mailboxes) {
      request.add_mailboxes(topology::internal_name(mailbox, running->topology.spec.namespace_.hierarchy_separator));
    }
    return request;
  };
  int code = kDone;
  if (!options.local_is_right.empty()) {
    code = push_once(options, *running, request(agent::v1::RESOLVE_LOCAL, options.local_is_right));
  }
  if (!options.master_is_right.empty() && code != kFailed) {
    code = push_once(options, *running, request(agent::v1::RESOLVE_MASTER, options.master_is_right));
  }
  if (options.local_is_right.empty() && options.master_is_right.empty()) {
    code = push_once(options, *running, request(agent::v1::RESOLVE_UNSPECIFIED, {}));
  }
  return code;
}

}  // namespace

void add_push(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("push", "Make the master right about what a backend holds; deletes no mail unless told so");
  add_running(*command, options->running);
  command->add_option("backend", options->backend, "Name of the backend")->required();
  command->add_flag("--dry-run", options->dry_run, "Only say what would be done");
  command
      ->add_option("--local-is-right", options->local_is_right,
                   "Of a conflict: this backend's copy of MAILBOX is right")
      ->type_name("MAILBOX");
  command
      ->add_option("--master-is-right", options->master_is_right,
                   "Of a conflict: the other backend's copy is right; the one here goes to DELETED.*")
      ->type_name("MAILBOX");
  command->add_flag("--allow-mass-delete", options->allow_mass_delete,
                    "Do what was held because it would delete many entries");
  command->add_option("--timeout", options->timeout, "Seconds to wait for the agent")->capture_default_str();
  add_format(*command, options->format);
  command->callback([options, &code] { code = push(*options); });
}

}  // namespace murder::cli
