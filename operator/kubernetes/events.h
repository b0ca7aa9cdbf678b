// Tells people what happened to an object, as Events (events.k8s.io/v1): `kubectl describe` shows them.
//
// Never blocks and never fails for who records: what does not fit into the buffer is dropped and counted. What happens
// again becomes a series of one Event, updated at most each 30 minutes, and closed after 6 minutes of quiet.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "operator/kubernetes/client.h"

namespace murder::kubernetes {

struct ObjectReference {
  std::string api_version;
  std::string kind;
  ObjectKey key;
  std::string uid = {};
  std::string resource_version = {};

  bool operator==(const ObjectReference&) const = default;
};
ObjectReference reference_to(const Json& object);

struct Event {
  enum class Type { Normal, Warning };
  ObjectReference regarding;
  Type type = Type::Normal;
  std::string reason;  // CamelCase, one of a closed set: "MailboxMoved"
  std::string action;  // what the controller did or tried: "Move"
  std::string note;    // a sentence; cut to 1 kB
  std::optional<ObjectReference> related = {};
};

// Which events are the same thing again, and what to send; the clock is passed in.
class EventSeries {
 public:
  using Clock = std::chrono::system_clock;

  struct Create {
    Json event;
  };
  struct Update {
    ObjectKey event;
    Json patch;  // merge patch of `series`
  };
  using Send = std::variant<std::monostate, Create, Update>;  // monostate: nothing now

  EventSeries(std::string controller, std::string instance);

  Send record(const Event& event, Clock::time_point now);
  // Series that have something to tell: each half hour, and finally after 6 minutes of quiet.
  std::vector<Update> sweep(Clock::time_point now);
  // The same of all, before the process ends.
  std::vector<Update> finish();
  // The server has no such Event any more (it keeps them for an hour): the next one is made anew.
  void forget(const ObjectKey& event);
  std::size_t size() const { return series_.size(); }

 private:
  struct Series {
    ObjectKey event;
    std::uint32_t count = 1;
    Clock::time_point last_seen;
    Clock::time_point last_sent;
    std::uint32_t sent_count = 1;
  };
  static Update update(Series& series, Clock::time_point now);

  const std::string controller_;
  const std::string instance_;
  std::map<std::string, Series> series_;
};

struct EventRecorderOptions {
  std::string controller;  // "murder.cyrus.dev/murder-operator"
  std::string instance;    // "murder-operator-6d4f…"; at most 128 characters
  std::size_t buffer = 1000;
  std::function<void(const std::string&)> on_problem = {};
};

class EventRecorder {
 public:
  EventRecorder(Client& client, EventRecorderOptions options);
  ~EventRecorder();  // as stop(0s)

  void record(Event event);  // from any thread; never waits
  std::uint64_t dropped() const;
  // Sends what is buffered, within the time, and ends.
  void stop(std::chrono::milliseconds flush);

 private:
  void run(const std::stop_token& stop);
  void send(const EventSeries::Send& what, const std::stop_token& stop);
  void problem(const std::string& text) const;

  Client& client_;
  const EventRecorderOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Event> buffer_;
  std::uint64_t dropped_ = 0;
  bool flushing_ = false;
  bool ended_ = false;
  EventSeries series_;  // of the thread alone
  std::jthread thread_;
};

}  // namespace murder::kubernetes
