// Keeps a copy of some objects in step with the API server: list, then watch, then watch on. A pure state machine,
// after client-go's reflector: it says what to do next and is told what came of it; the clock and chance are passed in.
//
//   while (running) {
//     step = watcher.next(now);   // a page to list, a watch to open, or a time to wait for
//     … do it …
//     changes = watcher.listed(page, now) / listing_failed(error, now)
//             | watcher.received(event, now) … watcher.ended(error, now)
//   }
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "operator/kubernetes/api_error.h"
#include "operator/kubernetes/client.h"

namespace murder::kubernetes {

// What happened to the copy.
struct Applied {
  Json object;
};
struct Deleted {
  Json object;  // its last state
};
// A complete list: what is not in it is gone.
struct Replaced {
  std::vector<Json> objects;
};
using WatchChange = std::variant<Applied, Deleted, Replaced>;

struct WatchTimes {
  std::chrono::seconds shortest{300};  // each watch is asked for this to twice this
  std::chrono::seconds grace{30};      // and given up when nothing has come for that much longer
};

class Watcher {
 public:
  using Clock = std::chrono::steady_clock;

  struct ListPage {
    Client::PageRequest request;
  };
  struct OpenWatch {
    Client::WatchRequest request;
  };
  struct WaitUntil {
    Clock::time_point when;
  };
  using Step = std::variant<ListPage, OpenWatch, WaitUntil>;

  enum class State {
    Empty,      // nothing is known: list from the server's cache (resourceVersion=0)
    Relisting,  // what was known has expired: list the most recent state
    Paging,     // some pages of a list are here, and the token for the next
    Watching,   // the copy was complete at `version`; each event moves it on
  };

  // `chance` gives numbers in [0, 1): it spreads the watches' ends and the pauses after failures.
  explicit Watcher(std::function<double()> chance, WatchTimes times = {});

  Step next(Clock::time_point now);

  std::optional<WatchChange> listed(Client::Page page, Clock::time_point now);
  void listing_failed(const ApiError& error, Clock::time_point now);
  // One event of the watch: {"type": "MODIFIED", "object": {…}}. An ERROR event, and what is no event at all, ends the
  // watch: close it and call nothing more but next().
  struct Received {
    std::optional<WatchChange> change;
    bool ended = false;
    std::string problem = {};  // why it ended, for the log; empty for what is part of normal life
  };
  Received received(Json event, Clock::time_point now);
  // The watch has ended by itself (no error: the server's timeout) or failed.
  void ended(const std::optional<ApiError>& error, Clock::time_point now);

  State state() const { return state_; }
  const std::string& version() const { return version_; }

 private:
  void fail(Clock::time_point now, std::optional<std::chrono::seconds> at_least = {});

  std::function<double()> chance_;
  WatchTimes times_;
  State state_ = State::Empty;
  std::string version_;

  std::string continue_;
  std::vector<Json> pages_;

  Clock::time_point not_before_{};
  std::chrono::duration<double> pause_{0};
  Clock::time_point healthy_since_{};
  Clock::time_point watch_opened_{};
  std::size_t events_of_watch_ = 0;
};

}  // namespace murder::kubernetes
