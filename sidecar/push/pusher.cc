#include "sidecar/push/pusher.h"

#include <algorithm>

#include "sidecar/push/cyrus_tool.h"
#include "sidecar/push/gate.h"
#include "sidecar/push/gated_config.h"
#include "sidecar/push/local_list.h"
#include "sidecar/push/private_file.h"

namespace murder::push {
namespace {

using std::chrono::hours;

// The first push of 100 000 mailboxes takes Cyrus 250 s (CYRUS.md section 12), a million 40 minutes.
constexpr auto push_timeout = hours(6);

std::string location_here(const AgentConfig& config, const LocalListReader& local, const std::string& mailbox) {
  const auto found = local.partitions().find(mailbox);
  return config.server_name + "!" + (found == local.partitions().end() ? "" : found->second);
}

Status read_local_list(const AgentConfig& config, std::stop_token stop, LocalListReader& into) {
  auto dump = cyrus_tool(config, config.paths.imapd_conf, "ctl_mboxlist", {"-d"});
  dump.timeout = push_timeout;
  dump.stop = std::move(stop);
  dump.on_output = [&](std::string_view bytes) { into.feed(bytes); };
  if (const auto dumped = process::run_successfully(dump); !dumped) return dumped.error();
  if (auto read = into.finish(); !read) return std::move(read).error().in("ctl_mboxlist -d");
  return ok();
}

}  // namespace

Result<std::uint64_t> count_mailboxes(const AgentConfig& config, std::stop_token stop) {
  LocalListReader list({});
  MURDER_TRY(read_local_list(config, std::move(stop), list));
  return list.count();
}

Result<mupdate::Options> master_options(const AgentConfig& config) {
  auto endpoint = net::Endpoint::parse(config.mupdate.endpoint, 3905);
  if (!endpoint) return std::move(endpoint).error().in("mupdate.endpoint");
  auto password = read_file(config.mupdate.password_file);
  if (!password) return std::move(password).error();
  password->resize(std::min(password->find_first_of("\r\n"), password->size()));
  mupdate::Options options;
  options.endpoint = *std::move(endpoint);
  options.username = config.mupdate.username;
  options.password = *std::move(password);
  return options;
}

Report Pusher::push(const Choice& choice, bool dry_run) {
  const auto begun = std::chrono::steady_clock::now();
  auto pushed = try_push(choice, dry_run);
  Report report;
  if (pushed) {
    report = *std::move(pushed);
  } else {
    report.outcome = Outcome::Failed;
    report.error = pushed.error().message;
  }
  report.dry_run = dry_run;
  report.finished_at = std::chrono::system_clock::now();
  report.elapsed = std::chrono::steady_clock::now() - begun;
  return report;
}

Result<Report> Pusher::try_push(const Choice& choice, bool dry_run) {
  auto found = look(config_.paths.imapd_conf);
  if (!found) return std::move(found).error();
  auto situation = gather(*std::move(found), choice);
  if (!situation) return std::move(situation).error();
  if (auto wrong = check_choice(*situation)) return *std::move(wrong);

  const Decision decision = decide(*situation);
  Report report;
  report.plan = situation->report;
  report.mailboxes = situation->local_mailboxes;
  report.outcome = Outcome::InSync;
  if (decision.plan) {
    report.outcome = dry_run ? Outcome::WouldPush : Outcome::Pushed;
    if (!dry_run) {
      MURDER_TRY(act(*decision.plan));
      MURDER_TRY(verify(*decision.plan, *situation));
    }
  }
  if (decision.hold) {
    report.outcome = Outcome::Held;
    report.reason = to_string(decision.hold->reason);
    report.error = decision.hold->message;
    report.conflicts = decision.plan ? decision.plan->held : situation->conflicts;
  }
  return report;
}

Result<PushReport> Pusher::look(const std::string& imapd_conf) {
  PushReportParser parser;
  auto command = cyrus_tool(config_, imapd_conf, "ctl_mboxlist", {"-mw"});
  command.timeout = push_timeout;
  command.stop = stop_;
  command.on_output = [&](std::string_view bytes) { parser.feed(bytes); };
  const auto ended = process::run_successfully(command);
  if (!ended) return ended.error();
  auto report = parser.finish();
  if (!report) return std::move(report).error().in("ctl_mboxlist -mw");
  return report;
}

Result<Situation> Pusher::gather(PushReport report, const Choice& choice) {
  Situation situation;
  situation.report = std::move(report);
  situation.max_delete_percent = config_.push.max_delete_percent;
  situation.choice = choice;

  const auto& conflicting = situation.report.remove_local;
  LocalListReader local({conflicting.begin(), conflicting.end()});
  MURDER_TRY(read_local_list(config_, stop_, local));
  situation.local_mailboxes = local.count();
  if (conflicting.empty() && situation.report.remove_from_master == 0) return situation;

  auto options = master_options(config_);
  if (!options) return std::move(options).error();
  auto master = mupdate::Client::connect(*std::move(options));
  if (!master) return std::move(master).error();
  const auto holders = master->find_all(conflicting);
  if (!holders) return holders.error();
  for (std::size_t i = 0; i < conflicting.size(); ++i) {
    const auto& holder = (*holders)[i];
    situation.conflicts.push_back(
        {conflicting[i], location_here(config_, local, conflicting[i]), holder ? holder->location : ""});
  }
  const auto counted =
      master->list(config_.server_name + "!", [&](const mupdate::EntryView&) { ++situation.master_entries; });
  if (!counted) return counted.error();
  return situation;
}

Result<PushReport> Pusher::run_gated(const Plan& plan, bool dry_run) {
  auto options = master_options(config_);
  if (!options) return std::move(options).error();
  auto gate = Gate::open(*std::move(options), config_.server_name, plan);
  if (!gate) return std::move(gate).error();
  auto original = read_file(config_.paths.imapd_conf);
  if (!original) return std::move(original).error();
  auto config =
      PrivateFile::write(config_.paths.run_directory + "/push.conf", gated_config(*original, (*gate)->endpoint()));
  if (!config) return std::move(config).error();
  if (dry_run) return look(config->path());

  auto command = cyrus_tool(config_, config->path(), "ctl_mboxlist", {"-m"});
  command.timeout = push_timeout;
  command.stop = stop_;
  const auto ended = process::run_successfully(command);
  const auto gated = (*gate)->close();
  if (!ended) {
    return gated.error.empty() ? ended.error() : Error{gated.error}.in(ended.error().message);
  }
  if (!gated.error.empty()) return Error{gated.error};
  return PushReport{};
}

Status Pusher::act(const Plan& plan) {
  if (!plan.held.empty()) {
    // A held mailbox that an unfinished move left flagged would lose its flag here, and be served beside the other
    // copy.
    const auto shown = run_gated(plan, /*dry_run=*/true);
    if (!shown) return shown.error().in("dry run behind the gate");
    for (const auto& held : plan.held) {
      if (std::find(shown->unflag.begin(), shown->unflag.end(), held.mailbox) != shown->unflag.end()) {
        return Error{held.mailbox + " is half moved (here " + held.here + ", master " + held.master +
                     "): resolve it before anything else is pushed"};
      }
    }
  }
  if (const auto done = run_gated(plan, /*dry_run=*/false); !done) return done.error();
  if (plan.give_up.empty()) return ok();
  // What was given up is here as DELETED.* now, of which the master has not been told yet.
  const auto told = run_gated({.held = plan.held}, /*dry_run=*/false);
  if (!told) return told.error();
  return ok();
}

Status Pusher::verify(const Plan& plan, const Situation& before) {
  const auto left = look(config_.paths.imapd_conf);
  if (!left) return left.error().in("look again");
  const std::uint64_t held = before.report.removes_local - plan.take_over.size() - plan.give_up.size();
  if (left->activate != 0 || left->remove_from_master != 0 || left->unflags != 0 || left->removes_local > held) {
    return Error{"the lists still differ after the push: " + std::to_string(left->activate) + " to activate, " +
                 std::to_string(left->remove_from_master) + " to remove, " + std::to_string(left->removes_local) +
                 " conflicts of which " + std::to_string(held) + " were known; somebody else changes them"};
  }
  if (plan.take_over.empty() && plan.give_up.empty()) return ok();

  auto options = master_options(config_);
  if (!options) return std::move(options).error();
  auto master = mupdate::Client::connect(*std::move(options));
  if (!master) return std::move(master).error();
  const auto expect = [&](const Conflict& resolved, std::string_view location) -> Status {
    const auto entry = master->find(resolved.mailbox);
    if (!entry) return entry.error();
    if (!*entry || !(*entry)->location.starts_with(location)) {
      return Error{resolved.mailbox + ": the master lists it at " +
                   (*entry ? (*entry)->location : std::string("no place")) + " and not at " + std::string(location)};
    }
    return ok();
  };
  for (const auto& each : plan.take_over) MURDER_TRY(expect(each, config_.server_name + "!"));
  for (const auto& each : plan.give_up) MURDER_TRY(expect(each, each.master));
  return ok();
}

}  // namespace murder::push
