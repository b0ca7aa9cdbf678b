#include "sidecar/health/list_watch.h"

#include <algorithm>
#include <array>

#include "base/net/stream.h"
#include "sidecar/health/list_compare.h"
#include "sidecar/push/pusher.h"

namespace murder::health {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr int share_of_time = 100;  // one in so many

Status read_list(mupdate::Options of, Digest& into) {
  auto client = mupdate::Client::connect(std::move(of));
  if (!client) return std::move(client).error();
  MURDER_TRY(client->list("", [&](const mupdate::EntryView& entry) { into.add(entry); }));
  // The list is whole; whether the goodbye arrives changes nothing.
  static_cast<void>(std::move(*client).logout());
  return ok();
}

}  // namespace

ListWatch::ListWatch(const AgentConfig& config, std::optional<mupdate::Options> own, State& state,
                     std::function<void()> on_change)
    : config_(config), own_(std::move(own)), state_(state), on_change_(std::move(on_change)) {}

void ListWatch::start() {
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void ListWatch::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void ListWatch::look_soon() {
  const std::lock_guard lock(mutex_);
  looks_wanted_ = looks_begun_ + 1;
  wake_.notify_all();
}

void ListWatch::look_now(net::Deadline deadline) {
  std::unique_lock lock(mutex_);
  // One that has begun may have looked already at what the caller has changed since.
  const std::uint64_t wanted = looks_begun_ + 1;
  looks_wanted_ = std::max(looks_wanted_, wanted);
  wake_.notify_all();
  wake_.wait_for(lock, deadline.remaining(), [&] { return looks_done_ >= wanted; });
}

void ListWatch::run(std::stop_token stop) {
  if (config_.role == Role::Backend) {
    // Not beside the recovery of databases with which Cyrus starts: who sees Cyrus up says so.
    std::unique_lock lock(mutex_);
    wake_.wait(lock, stop, [&] { return looks_wanted_ > 0; });
  }
  while (!stop.stop_requested()) {
    {
      const std::lock_guard lock(mutex_);
      ++looks_begun_;
    }
    const auto begun = Clock::now();
    const bool good = config_.role == Role::Frontend ? look() : count(stop);
    const auto took = Clock::now() - begun;

    // Until the lists are equal this is what a start waits for.
    const Clock::duration pause = seconds(good ? config_.health.list_check_seconds : config_.health.interval_seconds);
    std::unique_lock lock(mutex_);
    looks_done_ = looks_begun_;
    wake_.notify_all();
    const auto due = begun + std::max(pause, took * share_of_time);
    wake_.wait_until(lock, stop, due, [&] { return looks_wanted_ > looks_begun_; });
  }
}

// The monitor's own look at the master, and the push, say what is wrong when this cannot.
bool ListWatch::count(const std::stop_token& stop) {
  std::uint64_t mailboxes = 0;
  const auto begun = Clock::now();
  if (config_.role == Role::Backend) {
    const auto counted = push::count_mailboxes(config_, stop);
    if (!counted) return false;
    mailboxes = *counted;
  } else {
    Digest list;
    if (!read_list(*own_, list)) return false;
    mailboxes = list.size();
  }
  state_.update([&](Snapshot& now) {
    now.mailboxes = mailboxes;
    now.count_begun = begun;
  });
  return true;
}

bool ListWatch::look() {
  auto compared = compare();
  bool changed = false;
  bool in_sync = false;
  state_.update([&](Snapshot& now) {
    if (!now.list_sync) now.list_sync.emplace();
    auto& sync = *now.list_sync;
    const bool was_in_sync = sync.in_sync_at && sync.in_sync();
    if (compared) {
      const auto in_sync_at = sync.in_sync_at;
      sync = *std::move(compared);
      sync.compared_at = std::chrono::system_clock::now();
      sync.in_sync_at = sync.in_sync() ? sync.compared_at : in_sync_at;
      now.mailboxes = sync.entries;
    } else {
      sync.error = compared.error().message;
    }
    in_sync = sync.in_sync();
    changed = in_sync != was_in_sync;
  });
  if (changed) on_change_();
  return in_sync;
}

// A change that is on its way shows as a difference; it is gone when looked at again behind a kick.
Result<ListSync> ListWatch::compare() {
  auto first = compare_once();
  if (!first || first->in_sync()) return first;
  return compare_once();
}

Result<ListSync> ListWatch::compare_once() {
  auto options = push::master_options(config_);
  if (!options) return std::move(options).error();
  Digest expected;
  Digest actual;
  if (auto read = read_list(*std::move(options), expected); !read)
    return std::move(read).error().in("the master's list");
  kick_slave(config_.paths.config_directory, net::Deadline::in(seconds(config_.health.timeout_seconds)));
  if (auto read = read_list(*own_, actual); !read) return std::move(read).error().in("the list here");

  ListSync sync;
  sync.master_entries = expected.size();
  sync.entries = actual.size();
  const Differences found = Digest::compare(expected, actual);
  sync.missing = found.missing;
  sync.extra = found.extra;
  sync.different = found.different;
  return sync;
}

void kick_slave(const std::string& config_directory, net::Deadline deadline) {
  const auto endpoint = net::Endpoint::parse(config_directory + "/socket/mupdate.target");
  if (!endpoint) return;
  auto stream = net::Stream::connect(*endpoint, deadline);
  if (!stream) return;
  std::array<char, 16> answer;
  static_cast<void>(stream->try_read_some(answer, deadline));
}

}  // namespace murder::health
