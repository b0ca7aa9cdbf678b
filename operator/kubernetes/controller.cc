#include "operator/kubernetes/controller.h"

namespace murder::kubernetes {

Controller::Controller(ControllerOptions options, Reconcile reconcile)
    : options_(std::move(options)),
      reconcile_(std::move(reconcile)),
      queue_(options_.queue,
             options_.metrics != nullptr ? options_.metrics->queue_observer(options_.name) : QueueObserver{}) {}

Controller::~Controller() { stop(); }

void Controller::start() {
  if (!workers_.empty()) return;
  if (stopped_) queue_.reopen();
  stopped_ = false;
  for (int i = 0; i < options_.workers; ++i) {
    workers_.emplace_back([this] { work(); });
  }
}

void Controller::stop() {
  queue_.shut_down();
  workers_.clear();  // joins
  stopped_ = true;
}

void Controller::drain(std::chrono::milliseconds timeout) {
  if (!workers_.empty()) queue_.drain(timeout);
  stop();
}

bool Controller::is_live() const { return queue_.snapshot().longest_running < options_.longest_reconcile; }

void Controller::refresh_metrics() {
  if (options_.metrics == nullptr) return;
  options_.metrics->refresh(options_.name, queue_.snapshot());
  options_.metrics->active_workers(options_.name, active_);
}

void Controller::work() {
  while (const auto key = queue_.take()) {
    ++active_;
    handle(*key);
    --active_;
    queue_.done(*key);
  }
}

void Controller::handle(const ObjectKey& key) {
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = [&]() -> Result<ReconcileOutcome> {
    try {
      return reconcile_(key);
    } catch (const std::exception& exception) {
      // Of a library, not caught where it was called: a mistake of ours that must not end all other work.
      return Error{std::string("exception: ") + exception.what()};
    }
  }();
  const char* result = "success";
  if (!outcome) {
    result = "error";
    if (options_.on_error) options_.on_error(key, outcome.error());
    queue_.add_after_failure(key);
  } else {
    queue_.forget_failures(key);
    if (outcome->requeue_after) {
      result = "requeue_after";
      queue_.add_after(key, *outcome->requeue_after);
    }
  }
  if (options_.metrics != nullptr) {
    options_.metrics->reconciled(options_.name, result, std::chrono::steady_clock::now() - begin);
  }
}

}  // namespace murder::kubernetes
