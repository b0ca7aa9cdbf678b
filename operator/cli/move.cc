// murder move MAILBOX BACKEND[!PARTITION] [--dry-run]
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <ctime>
#include <iostream>
#include <memory>
#include <thread>

#include "operator/agents/mover.h"
#include "operator/api/stored_move.h"
#include "operator/cli/exit_code.h"
#include "operator/cli/output.h"
#include "operator/cli/running.h"
#include "operator/cli/verbs.h"
#include "operator/local/moves.h"
#include "operator/topology/mailbox_name.h"

namespace murder::cli {
namespace {

struct Options {
  RunningOptions running;
  Format format = Format::Text;
  std::string mailbox;
  std::string destination;
  bool dry_run = false;
  double timeout = 24 * 3600;
};

// What is told of a move with -o json: the resource, without the inventory.
nlohmann::ordered_json to_json(const api::MailboxMove& move) {
  auto json = nlohmann::ordered_json::parse(api::write_stored_move(move));
  json["status"].erase("before");
  return json;
}

int exit_code_of(const api::MailboxMoveStatus& status) {
  if (status.phase == api::MovePhase::Completed) return kDone;
  return moves::has_ended(status) ? kFailed : kNotReady;
}

// The phases as they come, each once, with the time.
class Screen {
 public:
  explicit Screen(Format format) : format_(format) {}
  void show(const api::MailboxMoveStatus& status) {
    const auto line = std::string(api::name_of(status.phase)) + ": " + status.message;
    if (format_ != Format::Text || line == last_) return;
    last_ = line;
    const auto now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    std::array<char, 16> time;
    std::strftime(time.data(), time.size(), "%H:%M:%S", &parts);
    std::cout << time.data() << "  " << line << std::endl;
  }
  void note(const std::string& trouble) {
    if (format_ != Format::Text || trouble.empty() || trouble == trouble_) return;
    trouble_ = trouble;
    std::cout << "          " << trouble << "; trying again" << std::endl;
  }

 private:
  const Format format_;
  std::string last_;
  std::string trouble_;
};

std::string unique_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return "move-" + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) + "-" +
         std::to_string(getpid());
}

int refused(const Options& options, const moves::Refusal& refusal) {
  if (options.format != Format::Text) {
    print(options.format,
          {{"refused", std::string(to_string(refusal.reason))},
           {"message", refusal.message},
           {"temporary", refusal.temporary}},
          [](std::ostream&) {});
  }
  if (refusal.reason == moves::Reason::AlreadyThere) {
    if (options.format == Format::Text) std::cout << "Nothing to do: " << refusal.message << ".\n";
    return kDone;
  }
  std::cerr << "murder: not moved (" << to_string(refusal.reason) << "): " << refusal.message << "\n";
  if (refusal.reason == moves::Reason::InvalidRequest) return kUsage;
  return refusal.temporary || refusal.reason == moves::Reason::MailboxConflict ? kNotReady : kFailed;
}

class Command {
 public:
  Command(const Options& options, Running running, local::Moves stored)
      : options_(options), running_(std::move(running)), stored_(std::move(stored)), screen_(options.format) {
    std::vector<std::string> frontends;
    for (const auto* node : running_.topology.with_role(Role::Frontend)) frontends.push_back(node->name);
    mover_.emplace(*running_.agents, running_.topology, running_.topology.master().name, std::move(frontends));
  }

  int run() {
    auto request = wanted();
    if (!request) return refused(options_, {moves::Reason::InvalidRequest, request.error().message});
    const auto last = stored_.find(request->mailbox);
    if (!last) return fail(last.error());
    if (*last && moves::has_begun((*last)->status) && !moves::has_ended((*last)->status))
      return go_on(*request, **last);
    return begin(*request);
  }

 private:
  Result<moves::Request> wanted() const {
    auto destination = moves::parse_destination(options_.destination);
    if (!destination) return std::move(destination).error();
    moves::Request request{
        topology::internal_name(options_.mailbox, running_.topology.spec.namespace_.hierarchy_separator),
        *std::move(destination)};
    MURDER_TRY(moves::check_mailbox_name(request.mailbox));
    return request;
  }

  int begin(const moves::Request& request) {
    const auto unfinished = stored_.unfinished_others(request.mailbox);
    if (!unfinished) return fail(unfinished.error());
    std::vector<moves::OtherMove> others;
    for (const auto& move : *unfinished) {
      others.push_back({move.spec.mailbox, backend_at(move.status.source), move.spec.destination.backend});
    }
    const auto situation = mover_->look(request.mailbox, std::move(others));
    if (const auto refusal = moves::refuse(request, situation)) return refused(options_, *refusal);
    api::MailboxMove move;
    move.metadata.name = unique_name();
    move.spec = {
        {running_.topology.cluster}, request.mailbox, {request.destination.backend, request.destination.partition}};
    const auto source = moves::source_of(situation)->name;
    if (options_.dry_run) return say_what_would_be(move, source);
    return carry_out(std::move(move), source);
  }

  int go_on(const moves::Request& request, const api::MailboxMove& move) {
    const auto& to = move.spec.destination;
    const auto source = backend_at(move.status.source);
    if (to.backend != request.destination.backend || to.partition != request.destination.partition) {
      return refused(options_,
                     {moves::Reason::MoveInProgress,
                      request.mailbox + " is on its way to " + to.backend + ": `murder move " + options_.mailbox + " " +
                          to.backend + (to.partition.empty() ? "" : "!" + to.partition) + "` goes on with that",
                      true});
    }
    if (running_.topology.find(source) == nullptr || running_.topology.find(to.backend) == nullptr) {
      return fail(Error{"the move of " + request.mailbox + " from " + move.status.source + " to " + to.backend +
                        " was interrupted, and one of them is no backend any more"});
    }
    if (options_.dry_run) return say_what_would_be(move, source);
    if (options_.format == Format::Text) {
      std::cout << "Going on with the move that was begun at " << move.status.started_at << ".\n";
    }
    return carry_out(move, source);
  }

  std::string backend_at(const std::string& location) const {
    for (const auto* node : running_.topology.with_role(Role::Backend)) {
      if (location.starts_with(node->host + "!")) return node->name;
    }
    return location;
  }

  moves::Route route(const api::MailboxMove& move, const std::string& source) const {
    const auto& destination = move.spec.destination.backend;
    return {move.metadata.name,
            move.spec.mailbox,
            source,
            running_.topology.find(source)->host,
            destination,
            running_.topology.find(destination)->host};
  }

  int say_what_would_be(const api::MailboxMove& move, const std::string& source) {
    std::string text;
    if (moves::has_begun(move.status)) {
      text = "it was begun at " + move.status.started_at + "; without --dry-run it goes on";
    } else {
      const auto pass = mover_->foresee(route(move, source));
      if (pass.phase != api::MovePhase::Copying) return fail(Error{pass.message});
      text = std::to_string(pass.mailboxes) + " mailboxes with " + std::to_string(pass.messages) + " messages would go";
    }
    const auto& to = move.spec.destination;
    text = move.spec.mailbox + ", from " + source + " to " + to.backend +
           (to.partition.empty() ? "" : ", partition " + to.partition) + ": " + text;
    print(options_.format, {{"dryRun", true}, {"message", text}},
          [&](std::ostream& out) { out << text << ".\nA dry run: nothing was changed.\n"; });
    return kDone;
  }

  int carry_out(api::MailboxMove move, const std::string& source) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(options_.timeout);
    const auto way = route(move, source);
    for (;;) {
      const auto pass = mover_->advance(way, move.spec.destination.partition, move.status, 0, {},
                                        [&](const api::MailboxMoveStatus& status) {
                                          if (status.attempts == 0) return ok();  // nothing has begun
                                          move.status = status;
                                          return stored_.save(move);
                                        });
      if (!pass) return fail(pass.error());
      move.status = pass->decision.status;
      screen_.show(move.status);
      screen_.note(pass->trouble);
      if (pass->decision.step == moves::Step::End) break;
      if (std::chrono::steady_clock::now() > deadline) {
        std::cerr << "murder: it has not ended; the same command goes on with it\n";
        break;
      }
      std::this_thread::sleep_for(moves::look_again(pass->decision));
    }
    if (options_.format != Format::Text) print(options_.format, to_json(move), [](std::ostream&) {});
    return exit_code_of(move.status);
  }

  const Options& options_;
  const Running running_;
  const local::Moves stored_;
  std::optional<agents::Mover> mover_;
  Screen screen_;
};

int move(const Options& options) {
  auto running = open_running(options.running);
  if (!running) return fail(running.error());
  auto stored = local::Moves::open(running->places);
  if (!stored) return fail(stored.error());
  return Command(options, *std::move(running), *std::move(stored)).run();
}

}  // namespace

void add_move(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("move", "Move a user with all mailboxes, or a shared mailbox, to another backend");
  add_running(*command, options->running);
  command->add_option("mailbox", options->mailbox, "Its name, such as user.fred")->required();
  command->add_option("destination", options->destination, "BACKEND or BACKEND!PARTITION")->required();
  command->add_flag("--dry-run", options->dry_run, "Only say what would be moved, or why not");
  command->add_option("--timeout", options->timeout, "Seconds to wait for its end; the move goes on by itself")
      ->capture_default_str();
  add_format(*command, options->format);
  command->callback([options, &code] { code = move(*options); });
}

}  // namespace murder::cli
