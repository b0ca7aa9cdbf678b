#include "operator/kubernetes/watcher.h"

#include <algorithm>

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

// client-go's reflector: 0.8 s doubling to 30 s, each with up to as much again, forgotten after 2 minutes of health.
constexpr Seconds first_pause{0.8};
constexpr Seconds longest_pause{30};
constexpr auto health_resets_after = 2min;
// A watch that ends sooner than this, and without a word, is as good as refused.
constexpr auto too_short = 1s;

bool has_expired(const ApiError& error) {
  return error.failure == Failure::Expired || error.failure == Failure::VersionTooLarge || error.reason == "Expired" ||
         error.reason == "Gone";
}

}  // namespace

Watcher::Watcher(std::function<double()> chance, WatchTimes times) : chance_(std::move(chance)), times_(times) {}

Watcher::Step Watcher::next(Clock::time_point now) {
  if (now < not_before_) return WaitUntil{not_before_};
  switch (state_) {
    case State::Empty:
      // From the server's watch cache: cheap, and no older than what a restarted watch would begin with.
      return ListPage{{.resource_version = "0"}};
    case State::Relisting:
      return ListPage{{.resource_version = ""}};
    case State::Paging:
      return ListPage{{.continue_ = continue_}};
    case State::Watching:
      break;
  }
  watch_opened_ = now;
  events_of_watch_ = 0;
  // Spread, so that not all watches of all clients of a restarted server end together for ever.
  const auto timeout = std::chrono::duration_cast<std::chrono::seconds>(times_.shortest * (1 + chance_()));
  return OpenWatch{{.resource_version = version_, .timeout = timeout, .grace = times_.grace}};
}

std::optional<WatchChange> Watcher::listed(Client::Page page, Clock::time_point now) {
  std::ranges::move(page.items, std::back_inserter(pages_));
  if (!page.continue_.empty()) {
    continue_ = std::move(page.continue_);
    state_ = State::Paging;
    return {};
  }
  version_ = std::move(page.resource_version);
  state_ = State::Watching;
  healthy_since_ = now;
  continue_.clear();
  return Replaced{std::exchange(pages_, {})};
}

void Watcher::listing_failed(const ApiError& error, Clock::time_point now) {
  const bool expired = has_expired(error);
  const auto began = state_;
  pages_.clear();
  continue_.clear();
  // A list that cannot be continued is begun anew; so is one from a cache that lags behind. A server that was merely
  // not there is asked for its cache again: all its clients come back at once.
  state_ = began == State::Empty && !expired ? State::Empty : State::Relisting;
  if (expired && began != State::Relisting) return;
  fail(now, error.retry_after);
}

Watcher::Received Watcher::received(Json event, Clock::time_point now) {
  const auto type = text_at(event, {"type"});
  const auto object = event.is_object() ? event.find("object") : event.end();
  if (type.empty() || object == event.end() || !object->is_object()) {
    fail(now);
    return {.ended = true, .problem = "what came is no watch event"};
  }
  if (type == "ERROR") {
    const auto error = decode_status(*object);
    if (has_expired(error)) {
      // Part of life: the server's history is shorter than our absence was.
      state_ = State::Relisting;
      return {.ended = true};
    }
    fail(now, error.retry_after);
    return {.ended = true, .problem = error.text()};
  }

  auto version = resource_version_of(*object);
  if (version.empty()) {
    fail(now);
    return {.ended = true, .problem = type + " without a resourceVersion"};
  }
  version_ = std::move(version);
  ++events_of_watch_;
  if (type == "BOOKMARK") return {};
  if (type == "ADDED" || type == "MODIFIED") return {.change = Applied{std::move(*object)}};
  if (type == "DELETED") return {.change = Deleted{std::move(*object)}};
  // A kind of event that is not known yet may say anything: only a new list tells what is true.
  state_ = State::Relisting;
  fail(now);
  return {.ended = true, .problem = "an event of unknown type " + type};
}

void Watcher::ended(const std::optional<ApiError>& error, Clock::time_point now) {
  if (error && has_expired(*error)) {
    state_ = State::Relisting;
    return;
  }
  if (error) {
    // The connection, the server's load, or our credentials: what was seen is still true up to `version_`.
    fail(now, error->retry_after);
    return;
  }
  if (events_of_watch_ == 0 && now - watch_opened_ < too_short) fail(now);
}

void Watcher::fail(Clock::time_point now, std::optional<std::chrono::seconds> at_least) {
  if (pause_ == Seconds::zero() || now - healthy_since_ > health_resets_after) pause_ = first_pause;
  Seconds length = pause_ * (1 + chance_());
  pause_ = std::min<Seconds>(pause_ * 2, longest_pause);
  if (at_least) length = std::max<Seconds>(length, *at_least);
  not_before_ = now + std::chrono::round<std::chrono::milliseconds>(length);
  healthy_since_ = not_before_;
}

}  // namespace murder::kubernetes
