// The thread that pushes: by itself when Cyrus has started, until that has worked, and whenever somebody asks. Never
// two pushes at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "base/agent_config.h"
#include "sidecar/push/decide.h"
#include "sidecar/push/report.h"

namespace murder::push {

class Worker {
 public:
  using Push = std::function<Report(const Choice&, bool dry_run, std::stop_token stop)>;
  using OnReport = std::function<void(const Report&)>;

  // `on_report` is called by the worker's thread for each push that was no dry run.
  Worker(AgentConfig::Push settings, Push push, OnReport on_report)
      : settings_(settings), push_(std::move(push)), on_report_(std::move(on_report)) {}
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  // Ends a push that runs: the master and the local list are both whole after it, and the next one goes on.
  void stop();

  // Cyrus has (re)started: push, and again after retry_seconds, doubled up to max_retry_seconds, until one has not
  // failed. A held push has not failed: only a person ends a hold.
  void push_soon();

  // Waits for its turn and its end.
  Report push_now(Choice choice, bool dry_run);

 private:
  struct Request {
    Choice choice;
    bool dry_run = false;
    std::promise<Report> done;
  };

  void run(std::stop_token stop);

  const AgentConfig::Push settings_;
  const Push push_;
  const OnReport on_report_;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Request> requests_;
  bool push_wanted_ = false;
  bool stopped_ = false;
  std::jthread thread_;
};

}  // namespace murder::push
