#include "sidecar/health/monitor.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <future>

#include "sidecar/health/banner.h"
#include "sidecar/health/cyrmaster.h"
#include "sidecar/push/pusher.h"

namespace murder::health {
namespace {

using Clock = std::chrono::steady_clock;

// An idle service process ends after a minute without a connection (service.c, reuse_timeout of 60 s): what answers
// after twice that was started since.
constexpr auto left_over_at_most = std::chrono::minutes(2);

// A TLS handshake costs more than all greetings in clear text together: of a service that was well, one in so many
// rounds is enough.
constexpr int rounds_between_handshakes = 3;

std::vector<PartitionUsage> usage_of(const std::vector<AgentConfig::Partition>& partitions) {
  std::vector<PartitionUsage> usage;
  for (const auto& partition : partitions) {
    struct statvfs found {};
    // A partition that cannot be looked at shows as one of size 0, which every alert on free space sees.
    if (statvfs(partition.path.c_str(), &found) != 0) found = {};
    usage.push_back({partition.name, partition.path, found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize});
  }
  return usage;
}

const AgentConfig::Service* find_imap(const std::vector<AgentConfig::Service>& services) {
  const AgentConfig::Service* found = nullptr;
  for (const auto& service : services) {
    // In clear text where there is a choice: the handshake is looked at by the service's own check.
    if (service.protocol == "imap" && (!found || (found->tls && !service.tls))) found = &service;
  }
  return found;
}

Check timed(std::string name, const std::function<Status()>& look) {
  const auto begun = Clock::now();
  const auto status = look();
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  return {std::move(name), status ? CheckState::Ok : CheckState::Failed, status ? "" : status.error().message, seconds};
}

Check push_check(const std::optional<push::Report>& last) {
  if (!last) return {"push", CheckState::Unknown, "not finished yet"};
  if (last->outcome == push::Outcome::Failed) return {"push", CheckState::Failed, last->error};
  // A held push needs a person, not a node that is out of service: what is not held is pushed, and serves.
  return {"push", CheckState::Ok, last->error};
}

Check list_check(const std::optional<ListSync>& sync, Time cyrmaster_since) {
  if (!sync || !sync->compared_at) {
    return {"mailbox list", CheckState::Unknown, "not compared yet" + (sync ? ": " + sync->error : std::string())};
  }
  std::string message = sync->error;
  if (message.empty() && !sync->in_sync()) {
    message = std::to_string(sync->missing) + " missing, " + std::to_string(sync->extra) + " extra, " +
              std::to_string(sync->different) + " different, of " + std::to_string(sync->master_entries);
  }
  // Once equal since Cyrus has started is enough: a list that lags, or a master that is away, concerns all frontends
  // alike, and taking all of them out of service would help nobody.
  const bool was_equal = sync->in_sync_at && *sync->in_sync_at >= cyrmaster_since;
  return {"mailbox list", was_equal ? CheckState::Ok : CheckState::Failed,
          message.empty() && !was_equal ? "not compared since Cyrus has started" : message};
}

Status ask_master(Result<mupdate::Options> options, std::chrono::seconds timeout) {
  if (!options) return std::move(options).error();
  options->timeout = timeout;
  auto client = mupdate::Client::connect(*std::move(options));
  if (!client) return std::move(client).error();
  MURDER_TRY(client->noop());
  // It has answered; whether it hears the goodbye changes nothing.
  static_cast<void>(std::move(*client).logout());
  return ok();
}

}  // namespace

Result<mupdate::Options> own_mupdate(const AgentConfig& config, const Login& login) {
  for (const auto& service : config.services) {
    if (service.protocol != "mupdate") continue;
    auto endpoint = net::Endpoint::parse(service.endpoint, 3905);
    if (!endpoint) return std::move(endpoint).error().in("service " + service.name);
    mupdate::Options options;
    options.endpoint = *std::move(endpoint);
    options.username = login.user;
    options.password = login.password;
    return options;
  }
  return Error{"this node has no mupdate service"};
}

Monitor::Monitor(const AgentConfig& config, Login own_login, State& state, std::function<void()> on_cyrus_up)
    : config_(config), own_login_(std::move(own_login)), state_(state), on_cyrus_up_(std::move(on_cyrus_up)) {}

void Monitor::start() {
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void Monitor::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  round_done_.notify_all();
}

void Monitor::service_lost(const std::string& service) {
  {
    const std::lock_guard lock(mutex_);
    disabled_[service] = std::chrono::system_clock::now();
  }
  look_soon();
}

void Monitor::look_soon() {
  const std::lock_guard lock(mutex_);
  rounds_wanted_ = rounds_begun_ + 1;
  wake_.notify_all();
}

void Monitor::check_now() {
  std::unique_lock lock(mutex_);
  // One that has begun may have looked already at what the caller has changed since.
  const std::uint64_t wanted = rounds_begun_ + 1;
  rounds_wanted_ = std::max(rounds_wanted_, wanted);
  wake_.notify_all();
  round_done_.wait(lock, [&] { return rounds_done_ >= wanted || stopped_; });
}

void Monitor::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    {
      const std::lock_guard lock(mutex_);
      look_at_all_ = rounds_wanted_ > rounds_begun_;
      ++rounds_begun_;
    }
    round();
    std::unique_lock lock(mutex_);
    rounds_done_ = rounds_begun_;
    round_done_.notify_all();
    wake_.wait_for(lock, stop, pause(), [&] { return rounds_wanted_ > rounds_begun_; });
  }
}

// Somebody waits for a Cyrus that starts: it is looked at often until it is ready. One that does not get there is as
// little hurry as one that has.
std::chrono::milliseconds Monitor::pause() const {
  constexpr auto start_takes = std::chrono::seconds(30);
  constexpr auto often = std::chrono::milliseconds(250);
  const auto since = cyrmaster_since_.value_or(began_);
  const bool starting = std::chrono::system_clock::now() - since < start_takes;
  const auto known = state_.read();
  if (starting && !known.ready) return often;
  // A service that was given up may be served by a process that is left over, until that one ends.
  if (!known.disabled_services.empty()) return std::chrono::seconds(1);
  return std::chrono::seconds(config_.health.interval_seconds);
}

bool Monitor::is_due(const AgentConfig::Service& service) const {
  const auto last = last_seen_.find(service.name);
  return look_at_all_ || !service.tls || last == last_seen_.end() || !last->second.seen.error.empty() ||
         last->second.rounds_since >= rounds_between_handshakes - 1;
}

void Monitor::look_at_services(Observations& seen) {
  const auto deadline = net::Deadline::in(std::chrono::seconds(config_.health.timeout_seconds));
  // All at once, so that one that hangs does not keep the others from being seen.
  std::map<std::string, std::future<Greeted>> greetings;
  for (const auto& service : config_.services) {
    if (!is_due(service)) continue;
    greetings[service.name] = std::async(std::launch::async, [&service, deadline] { return greet(service, deadline); });
  }
  for (const auto& service : config_.services) {
    auto& last = last_seen_[service.name];
    ++last.rounds_since;
    if (const auto asked = greetings.find(service.name); asked != greetings.end()) {
      const Greeted greeted = asked->second.get();
      if (greeted.version && !greeted.version->empty()) cyrus_version_ = *greeted.version;
      last.seen = {service.name, greeted.version ? "" : greeted.version.error().message,
                   greeted.refused ? last.seen.refused_rounds + 1 : 0, greeted.seconds};
      last.rounds_since = 0;
    }
    seen.services.push_back(last.seen);
  }
}

Observations Monitor::observe() {
  Observations seen;
  seen.role = config_.role;
  const auto cyrmaster = look_at_cyrmaster(config_.paths.master_pid);
  if (!cyrmaster) {
    seen.cyrmaster_error = cyrmaster.error().message;
  } else if (cyrmaster->running) {
    seen.cyrmaster_running = true;
    seen.cyrmaster_age =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - cyrmaster->since);
    if (cyrmaster_since_ != cyrmaster->since) {
      // Another cyrmaster than before has disabled nothing yet. The first one that we see may have: its messages can
      // have come before our first round.
      const std::lock_guard lock(mutex_);
      if (cyrmaster_since_) disabled_.clear();
      cyrmaster_since_ = cyrmaster->since;
      last_seen_.clear();
    }
  }
  look_at_services(seen);
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::system_clock::now();
    for (const auto& service : seen.services) {
      const auto lost = disabled_.find(service.name);
      if (lost == disabled_.end()) continue;
      if (service.error.empty() && now - lost->second > left_over_at_most) {
        disabled_.erase(lost);
      } else {
        seen.disabled.insert(service.name);
      }
    }
  }

  const auto answers = [](const ServiceSeen& service) { return service.error.empty(); };
  if (seen.cyrmaster_running && told_up_since_ != cyrmaster_since_ &&
      std::any_of(seen.services.begin(), seen.services.end(), answers)) {
    told_up_since_ = cyrmaster_since_;
    on_cyrus_up_();
  }

  const auto deadline = net::Deadline::in(std::chrono::seconds(config_.health.timeout_seconds));
  const auto timeout = std::chrono::seconds(config_.health.timeout_seconds);
  if (config_.role != Role::Frontend) {
    seen.mupdate_master = timed("mupdate master", [&] {
      return ask_master(config_.role == Role::Master ? own_mupdate(config_, own_login_) : push::master_options(config_),
                        timeout);
    });
  }
  const Snapshot known = state_.read();
  if (config_.role == Role::Backend) seen.push = push_check(known.last_push);
  if (config_.role == Role::Frontend) {
    seen.mailbox_list = list_check(known.list_sync, cyrmaster_since_.value_or(Time::max()));
  }
  if (const auto* imap = find_imap(config_.services); imap && config_.role == Role::Frontend) {
    seen.status_of_unknown =
        timed("status of an unknown name", [&] { return ask_status_of_unknown(*imap, own_login_, deadline); });
  }
  return seen;
}

void Monitor::round() {
  const Observations seen = observe();
  Verdict verdict = judge(seen);
  auto partitions = usage_of(config_.partitions);
  state_.update([&](Snapshot& now) {
    now.alive = verdict.alive;
    now.ready = verdict.ready;
    now.checks = std::move(verdict.checks);
    now.cyrus_version = cyrus_version_;
    now.partitions = std::move(partitions);
    now.disabled_services = seen.disabled;
    now.checked_at = std::chrono::system_clock::now();
  });
}

}  // namespace murder::health
