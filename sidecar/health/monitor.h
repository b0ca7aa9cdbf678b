// The loop that looks at the node, every interval and on request, and keeps what it saw in State.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "base/agent_config.h"
#include "base/result.h"
#include "mupdate/client/client.h"
#include "sidecar/health/judge.h"
#include "sidecar/health/state.h"
#include "sidecar/health/status_probe.h"

namespace murder::health {

// The mupdate service of this node, master or slave, as the agent's own account.
Result<mupdate::Options> own_mupdate(const AgentConfig& config, const Login& login);

class Monitor {
 public:
  // `own_login` is the agent's own account on this node. `on_cyrus_up` is called once for each cyrmaster, when the
  // first of its services answers: its START section, with the recovery of the databases, is over then.
  Monitor(const AgentConfig& config, Login own_login, State& state, std::function<void()> on_cyrus_up);
  ~Monitor() { stop(); }
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  void start();
  void stop();

  // From the log: cyrmaster gave a service up, or never got it to listen. It counts until cyrmaster is restarted, or
  // the service has answered for longer than a process can have been left over that still accepts connections.
  void service_lost(const std::string& service);

  // Something has changed: makes a round as soon as can be.
  void look_soon();

  // Makes a round now, and returns when one that began after the call is in State.
  void check_now();

 private:
  void run(std::stop_token stop);
  void round();
  std::chrono::milliseconds pause() const;
  Observations observe();
  bool is_due(const AgentConfig::Service& service) const;
  void look_at_services(Observations& seen);

  // A service as of the last time that it was looked at.
  struct LastSeen {
    ServiceSeen seen;
    int rounds_since = 0;
  };

  const AgentConfig config_;
  const Login own_login_;
  State& state_;
  const std::function<void()> on_cyrus_up_;

  // Of the loop's thread alone.
  const Time began_ = std::chrono::system_clock::now();
  std::map<std::string, LastSeen> last_seen_;  // of each service
  bool look_at_all_ = false;                   // this round was asked for
  std::optional<Time> cyrmaster_since_;
  std::optional<Time> told_up_since_;  // which cyrmaster on_cyrus_up was told of
  std::string cyrus_version_;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable round_done_;
  std::uint64_t rounds_wanted_ = 0;  // a round is wanted now when more than rounds_begun_
  std::uint64_t rounds_begun_ = 0;
  std::uint64_t rounds_done_ = 0;
  bool stopped_ = false;
  std::map<std::string, Time> disabled_;  // and when we heard of it
  std::jthread thread_;
};

}  // namespace murder::health
