#include "sidecar/log_output.h"

#include <unistd.h>

#include <array>
#include <iostream>
#include <mutex>

#include "sidecar/logs/file_sink.h"
#include "sidecar/logs/json_line.h"

namespace murder::agent {
namespace {

// Into either sink, from the receiver's thread alone.
template <typename Sink>
class Output : public LogOutput {
 public:
  Output(const AgentConfig& config, Sink sink, std::function<void(const logs::LogEvent&)> on_event)
      : origin_{config.node, std::string(to_string(config.role))},
        sink_(std::move(sink)),
        on_event_(std::move(on_event)) {}

  Status listen(const AgentConfig& config) {
    if (config.logs.socket.empty()) return ok();
    logs::ReceiverOptions options;
    options.socket_path = config.logs.socket;
    options.spill_path = config.logs.spill;
    options.on_error = [](const Error& error) { std::cerr << "murder-agent: logs: " << error.message << std::endl; };
    auto receiver = logs::LogReceiver::start(
        std::move(options),
        {[this](const logs::LogRecord& record) { take(record); }, [this] { complain_once(sink_.flush()); }});
    if (!receiver) return std::move(receiver).error();
    receiver_ = *std::move(receiver);
    return ok();
  }

  http::LogCounts counts() const override {
    http::LogCounts counts;
    for (std::size_t i = 0; i < lines_.size(); ++i) counts.lines[i] = lines_[i];
    if (receiver_) counts.dropped = receiver_->counters().dropped;
    return counts;
  }

 private:
  void take(const logs::LogRecord& record) {
    ++lines_[static_cast<std::size_t>(record.severity) % lines_.size()];
    line_.clear();
    logs::append_json_line(record, origin_, line_);
    complain_once(sink_.write(line_));
    if (const auto event = logs::match_event(record)) on_event_(*event);
  }

  // A full disk would otherwise be told once for each line.
  void complain_once(const Status& status) {
    if (status) {
      complained_.clear();
    } else if (complained_ != status.error().message) {
      complained_ = status.error().message;
      std::cerr << "murder-agent: logs: " << complained_ << std::endl;
    }
  }

  const logs::Origin origin_;
  Sink sink_;
  const std::function<void(const logs::LogEvent&)> on_event_;
  std::string line_;
  std::string complained_;
  std::array<std::atomic<std::uint64_t>, 8> lines_{};
  std::unique_ptr<logs::LogReceiver> receiver_;  // last: its thread uses all of the above
};

template <typename Sink>
Result<std::unique_ptr<LogOutput>> start_output(const AgentConfig& config, Sink sink,
                                                std::function<void(const logs::LogEvent&)> on_event) {
  auto output = std::make_unique<Output<Sink>>(config, std::move(sink), std::move(on_event));
  MURDER_TRY(output->listen(config));
  return std::unique_ptr<LogOutput>(std::move(output));
}

}  // namespace

Result<std::unique_ptr<LogOutput>> LogOutput::start(const AgentConfig& config,
                                                    std::function<void(const logs::LogEvent&)> on_event) {
  if (config.logs.file.empty()) return start_output(config, logs::StreamSink(STDOUT_FILENO), std::move(on_event));
  auto file = logs::FileSink::open({.path = config.logs.file});
  if (!file) return std::move(file).error();
  return start_output(config, *std::move(file), std::move(on_event));
}

}  // namespace murder::agent
