// Compares a frontend's mailbox list with the master's, again and again, on a thread of its own: a list of a million
// entries takes its time, and probes must not wait for it. On the master and on backends it only counts.
//
// Never more than about a hundredth of the time goes into it, on whichever side.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/agent_config.h"
#include "base/result.h"
#include "mupdate/client/client.h"
#include "sidecar/health/state.h"

namespace murder::health {

class ListWatch {
 public:
  // The list of a frontend or master is read as `own`; a backend's needs none. `on_change` is called when the lists
  // were found equal or unequal after having been the other.
  ListWatch(const AgentConfig& config, std::optional<mupdate::Options> own, State& state,
            std::function<void()> on_change);
  ~ListWatch() { stop(); }
  ListWatch(const ListWatch&) = delete;
  ListWatch& operator=(const ListWatch&) = delete;

  void start();
  void stop();
  void look_soon();
  // Returns when a look that began after this call has ended, or at the deadline: a long list takes its time.
  void look_now(net::Deadline deadline);

 private:
  void run(std::stop_token stop);
  bool count(const std::stop_token& stop);  // false: try again soon
  bool look();                              // true: equal
  Result<ListSync> compare();
  Result<ListSync> compare_once();

  const AgentConfig config_;
  const std::optional<mupdate::Options> own_;
  State& state_;
  const std::function<void()> on_change_;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::uint64_t looks_begun_ = 0;
  std::uint64_t looks_done_ = 0;
  std::uint64_t looks_wanted_ = 0;
  std::jthread thread_;
};

// Makes the slave mupdate ask the master for what is new, and waits until it has it; at most until the deadline.
// Through <configdirectory>/socket/mupdate.target, as Cyrus's own processes do (MUPDATE.md 1.10). Best effort: the
// socket is not there while the slave has no master.
void kick_slave(const std::string& config_directory, net::Deadline deadline);

}  // namespace murder::health
