#include "sidecar/agent.h"

#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "base/net/endpoint.h"
#include "base/net/stream.h"
#include "mupdate/client/forget.h"
#include "sidecar/health/cyrmaster.h"
#include "sidecar/layout/directories.h"
#include "sidecar/layout/told.h"
#include "sidecar/memory.h"
#include "sidecar/move/inventory.h"
#include "sidecar/move/make_way.h"
#include "sidecar/move/seen.h"
#include "sidecar/move/seen_of_user.h"
#include "sidecar/push/pusher.h"

namespace murder::agent {
namespace {

sigset_t awaited_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

// A list of a million entries takes half a minute to compare: who asks for a status does not wait that long.
constexpr std::chrono::seconds fresh_list_patience(5);
constexpr std::chrono::seconds slave_patience(2);

// From the start of cyrmaster until its first processes wait for clients.
constexpr std::chrono::seconds cyrus_starts(10);

void say(const std::string& text) { std::cerr << "murder-agent: " << text << std::endl; }

}  // namespace

Result<AgentConfig> read_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return system_error("read", path);
  auto config = parse_agent_config(text.view());
  if (!config) return std::move(config).error().in(path);
  return config;
}

void block_signals() {
  const sigset_t signals = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Agent::Agent(AgentConfig config, std::string own_password)
    : config_(std::move(config)),
      own_password_(std::move(own_password)),
      sasldb_(config_.paths.sasldb, config_.server_name),
      pusher_(
          config_.push,
          [this](const push::Choice& choice, bool dry_run, std::stop_token stop) {
            return push::Pusher(config_, stop).push(choice, dry_run);
          },
          [this](const push::Report& report) { take_report(report); }),
      mover_([this](const move::MoveRequest& request,
                    std::stop_token stop) { return move::rename(config_, own_login(), request, std::move(stop)); },
             [this] { return move::is_move_under_way(config_, own_login()); }),
      monitor_(config_, own_login(), state_, [this] {
        pusher_.push_soon();
        if (list_watch_) list_watch_->look_soon();
      }) {}

health::Login Agent::own_login() const { return {std::string(layout::agent_user), own_password_}; }

Result<std::unique_ptr<Agent>> Agent::start(AgentConfig config) {
  auto password = layout::make_password();
  if (!password) return std::move(password).error();
  std::unique_ptr<Agent> agent(new Agent(std::move(config), *std::move(password)));
  const auto& settings = agent->config_;

  agent->files_stamp_ = layout::stamp_of_generated_files(settings);
  auto files = layout::read_generated_files(settings);
  if (!files) return std::move(files).error().in("generated files");
  agent->files_ = *std::move(files);
  if (auto laid_out = agent->lay_out(); !laid_out) return std::move(laid_out).error().in("layout");
  auto logs = LogOutput::start(settings, [agent = agent.get()](const logs::LogEvent& event) {
    if (const auto* disabled = std::get_if<logs::ServiceDisabled>(&event)) {
      // From 3.10 on cyrmaster tries again by itself.
      if (!disabled->retry) agent->monitor_.service_lost(disabled->service);
    } else if (const auto* unbound = std::get_if<logs::ServiceUnbound>(&event)) {
      agent->monitor_.service_lost(unbound->service);
    }
  });
  if (!logs) return std::move(logs).error().in("logs");
  agent->logs_ = *std::move(logs);
  agent->state_.update([&](health::Snapshot& now) {
    now.laid_out = true;
    now.files_digest = agent->files_.digest();
  });
  MURDER_TRY(agent->look_at_what_cyrus_knows());
  std::optional<mupdate::Options> own_list;
  if (settings.role == Role::Backend) {
    agent->pusher_.start();
  } else {
    if (settings.role == Role::Frontend) agent->delivery_hold_.emplace(move::deny_commands(settings)).start();
    auto own = health::own_mupdate(settings, agent->own_login());
    if (!own) return std::move(own).error();
    own_list = *std::move(own);
  }
  agent->list_watch_.emplace(settings, std::move(own_list), agent->state_,
                             [agent = agent.get()] { agent->monitor_.look_soon(); });
  agent->list_watch_->start();
  agent->monitor_.start();
  agent->wait_for_master();
  // Last, so that whoever sees it answer knows that Cyrus may start.
  auto http = http::Server::start(settings, agent->state_, [logs = agent->logs_.get()] { return logs->counts(); });
  if (!http) return std::move(http).error();
  agent->http_ = *std::move(http);
  if (!settings.listen.grpc.empty()) {
    auto served = agent->serve_grpc();
    if (!served) return std::move(served).error().in("listen.grpc");
  }
  return agent;
}

Status Agent::serve_grpc() {
  auto server = grpc::Server::start(
      config_,
      {
          .status = [this](bool fresh) { return status(fresh); },
          .push =
              [this](const push::Choice& choice, bool dry_run) {
                if (config_.role == Role::Backend) return pusher_.push_now(choice, dry_run);
                push::Report report;
                report.error = "only a backend has mailboxes to push";
                return report;
              },
          .where = [this](const std::string& mailbox) -> Result<where::Place> {
            if (config_.role == Role::Backend) return where::ask_mailboxes_db(config_, mailbox);
            const auto own = health::own_mupdate(config_, own_login());
            if (!own) return own.error();
            return where::ask_mupdate(*own, mailbox);
          },
          .where_all = [this](const std::vector<std::string>& mailboxes) { return where(mailboxes); },
          .inventory =
              [this](const move::InventoryRequest& request) {
                return move::take_inventory(config_, own_login(), request);
              },
          .move = [this](const move::MoveRequest& request, bool start) { return move(request, start); },
          .carry_seen = [this](const std::string& mailbox,
                               const std::string& to) { return move::carry_seen(config_, mailbox, to); },
          .make_way = [this](const std::string& mailbox) { return move::make_way(config_, mailbox); },
          .get_seen = [this](const std::string& mailbox,
                             move::Mailboxes which) { return move::read_seen(config_, own_login(), mailbox, which); },
          .put_seen = [this](
                          const move::SeenOfUser& seen,
                          move::Existing existing) { return move::write_seen(config_, own_login(), seen, existing); },
          .hold_deliveries = [this](const std::string& mailbox,
                                    std::chrono::seconds duration) { return hold_deliveries(mailbox, duration); },
          .forget = [this](const std::string& server,
                           const std::function<bool()>& stopped) { return forget(server, stopped); },
          .reload = [this] { return reload(); },
      });
  if (!server) return std::move(server).error();
  grpc_ = *std::move(server);
  return ok();
}

Result<std::vector<where::Place>> Agent::where(const std::vector<std::string>& mailboxes) {
  if (config_.role == Role::Backend) {
    std::vector<where::Place> places;
    for (const auto& mailbox : mailboxes) {
      auto place = where::ask_mailboxes_db(config_, mailbox);
      if (!place) return std::move(place).error();
      places.push_back(*std::move(place));
    }
    return places;
  }
  // A frontend hears of a change within five seconds, and sends clients and mail to the wrong backend until then: who
  // asks wants to know whether it has heard, and it may as well now.
  if (config_.role == Role::Frontend) {
    health::kick_slave(config_.paths.config_directory, net::Deadline::in(slave_patience));
  }
  const auto own = health::own_mupdate(config_, own_login());
  if (!own) return own.error();
  return where::ask_mupdate(*own, mailboxes);
}

Result<std::size_t> Agent::forget(const std::string& server, const std::function<bool()>& stopped) {
  auto own = health::own_mupdate(config_, own_login());
  if (!own) return std::move(own).error();
  auto client = mupdate::Client::connect(*std::move(own));
  if (!client) return std::move(client).error();
  auto removed = mupdate::forget(*client, server, stopped);
  if (!removed) return std::move(removed).error().in("forget " + server);
  say("forgot " + std::to_string(*removed) + " mailboxes of " + server);
  static_cast<void>(std::move(*client).logout());
  return removed;
}

Result<move::Report> Agent::move(const move::MoveRequest& request, bool start) {
  auto report = mover_.move(request, start);
  if (report && start && report->progress == move::Progress::Running) {
    say("move " + request.id + ": " + request.mailbox + " to " + request.destination);
  }
  return report;
}

Status Agent::hold_deliveries(const std::string& mailbox, std::chrono::seconds duration) {
  const auto user = move::user_of(mailbox);
  if (user.empty()) return Error{mailbox + " is no user's"};
  if (duration.count() == 0) return delivery_hold_->release(user);
  return delivery_hold_->hold(user, duration);
}

health::Snapshot Agent::status(bool fresh) {
  asked_ = true;
  const auto asked = std::chrono::steady_clock::now();
  if (fresh) {
    list_watch_->look_now(net::Deadline::in(fresh_list_patience));
    monitor_.check_now();
  }
  auto now = state_.read();
  now.counted = fresh && now.count_begun >= asked;
  return now;
}

void Agent::take_report(const push::Report& report) {
  std::string text = "push: " + std::string(to_string(report.outcome));
  if (!report.error.empty()) text += ": " + report.error;
  say(text);
  state_.update([&](health::Snapshot& now) {
    now.last_push = report;
    if (report.outcome != push::Outcome::Failed) now.mailboxes = report.mailboxes;
  });
  monitor_.look_soon();
}

Status Agent::lay_out() {
  const std::lock_guard lock(layout_mutex_);
  MURDER_TRY(layout::make_directories(layout::directories(config_)));
  if (config_.paths.sasldb.empty()) return ok();
  auto accounts = layout::read_accounts(config_.paths.accounts);
  if (!accounts) return std::move(accounts).error();
  accounts->push_back({std::string(layout::agent_user), own_password_});
  const auto written = sasldb_.update(*std::move(accounts));
  if (!written) return written.error();
  return ok();
}

void Agent::wait_for_master() const {
  if (config_.mupdate.wait_seconds == 0) return;
  const auto deadline = net::Deadline::in(std::chrono::seconds(config_.mupdate.wait_seconds));
  const auto endpoint = net::Endpoint::parse(config_.mupdate.endpoint, 3905);
  if (!endpoint) return;  // said by whoever dials it
  const auto asked_to_end = [&] {
    // They are blocked, and taken by run_until_stopped().
    sigset_t pending;
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
  };
  std::string error;
  while (!deadline.passed()) {
    if (asked_to_end()) return;
    // The time of one try, so that a name that does not resolve yet is asked for again.
    const auto connected = net::Stream::connect(*endpoint, net::Deadline::in(std::chrono::seconds(2)));
    if (connected) return;
    error = connected.error().message;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  say("the MUPDATE master cannot be reached, and Cyrus starts without it: " + error);
}

Status Agent::reload() {
  if (auto laid_out = lay_out(); !laid_out) return std::move(laid_out).error().in("layout");
  return health::signal_cyrmaster(config_.paths.master_pid, SIGHUP);
}

// A Cyrus that runs was started, and told, in the time of an earlier agent. When that was of other files, none count as
// taken up, and the next look tells it.
Status Agent::look_at_what_cyrus_knows() {
  const auto cyrmaster = health::look_at_cyrmaster(config_.paths.master_pid);
  if (!cyrmaster) return cyrmaster.error();
  if (!cyrmaster->running) return layout::remember_told(config_, files_);
  if (layout::was_told(config_, files_)) return ok();
  files_ = files_.of_others();
  files_stamp_.clear();
  state_.update([&](health::Snapshot& now) { now.files_digest = files_.digest(); });
  return ok();
}

bool Agent::look_at_files() {
  const std::lock_guard lock(files_mutex_);
  const std::string stamp = layout::stamp_of_generated_files(config_);
  // Empty while they are exchanged.
  if (stamp.empty() || stamp == files_stamp_) return true;
  auto files = layout::read_generated_files(config_);
  if (!files) {
    say("generated files: " + files.error().message);
    return true;
  }
  if (layout::concerned_by(files_, *files).agent) {
    say("its own files have changed: starts anew");
    return false;
  }
  if (const auto taken = take_up(*files); !taken) {
    // The stamp stays: tried again at the next look.
    if (taken.error().message != reload_trouble_) say("reload: " + taken.error().message);
    reload_trouble_ = taken.error().message;
    return true;
  }
  reload_trouble_.clear();
  files_stamp_ = stamp;
  files_ = *std::move(files);
  state_.update([&](health::Snapshot& now) { now.files_digest = files_.digest(); });
  monitor_.look_soon();
  return true;
}

Status Agent::take_up(const layout::GeneratedFiles& files) {
  const auto concerned = layout::concerned_by(files_, files);
  if (concerned.accounts || concerned.cyrus) MURDER_TRY(lay_out());
  if (!concerned.cyrus) return ok();
  const auto cyrmaster = health::look_at_cyrmaster(config_.paths.master_pid);
  if (!cyrmaster) return cyrmaster.error();
  // One that does not run reads them when it starts.
  if (!cyrmaster->running) return layout::remember_told(config_, files);
  // A process that has just been started has no handler yet and dies; five of those, and cyrmaster disables the
  // service.
  if (std::chrono::system_clock::now() - cyrmaster->since < cyrus_starts) {
    return Error{"Cyrus is starting; it is told in a few seconds"};
  }
  say("the files of Cyrus have changed: reload");
  MURDER_TRY(health::signal_cyrmaster(config_.paths.master_pid, SIGHUP));
  return layout::remember_told(config_, files);
}

void Agent::run_until_stopped() {
  const sigset_t signals = awaited_signals();
  constexpr int quiet_seconds = 30;
  const int watch = config_.reload.watch_seconds;
  const timespec pause{.tv_sec = watch > 0 ? watch : quiet_seconds, .tv_nsec = 0};
  int waited = 0;
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &pause);
    if (signal < 0) {
      if (watch > 0 && !look_at_files()) break;
      // What answering took is given back when nobody has asked for a while.
      waited += static_cast<int>(pause.tv_sec);
      if (waited >= quiet_seconds) {
        waited = 0;
        if (asked_.exchange(false)) give_back_memory();
      }
      continue;
    }
    if (signal != SIGHUP || !look_at_files()) break;
  }
  // Whoever waits for a push is told that it ends before the server that would tell them does.
  pusher_.stop();
  mover_.stop();
  if (delivery_hold_) delivery_hold_->stop();
  monitor_.stop();
  grpc_.reset();
  http_.reset();
  list_watch_.reset();
  logs_.reset();
}

}  // namespace murder::agent
