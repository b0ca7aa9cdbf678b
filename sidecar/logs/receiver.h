// Receives what the preloaded syslog(3) sends: its own thread, a datagram socket, and the spill file for the times when
// nobody listened.
//
// Nothing is lost over a restart of the receiver: stop() first takes the name away (senders spill from then on), then
// refuses new datagrams, then hands on what is queued. Only a receiver killed outright loses what the kernel had queued
// for it, net.unix.max_dgram_qlen (10) messages at most. Records of one process keep their order, except that what it
// had to spill comes after what it could send meanwhile; `LogRecord::time` tells.
//
// The directory of socket and spill file must belong to the user that Cyrus runs as and be writable by nobody else:
// who can write there can write into the log.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"
#include "sidecar/logs/descriptor.h"
#include "sidecar/logs/record.h"
#include "sidecar/logs/spill.h"

namespace murder::logs {

// Called by one thread at a time: start()'s caller until it returns, the receiver's own from then on. Must not throw.
struct LogSink {
  std::function<void(const LogRecord&)> record{};
  std::function<void()> flush = [] {};  // after each batch of records: nothing more is waiting right now
};

struct ReceiverOptions {
  std::string
      socket_path;  // MURDER_LOG_SOCKET of Cyrus's environment; at most 107 bytes, and 4 less for its birth name
  std::string spill_path{};  // MURDER_LOG_SPILL; empty for none
  // The spill file is looked at when no datagram came for `quiet`, and at least every `spill_interval` when busy.
  std::chrono::milliseconds quiet{1000};
  std::chrono::milliseconds spill_interval{5000};
  std::function<void(const Error&)> on_error = [](const Error&) {};  // as the sink
};

// Counters since the start, for metrics.
struct ReceiverCounters {
  std::uint64_t received = 0;       // by the socket
  std::uint64_t spilled = 0;        // by the spill file
  std::uint64_t malformed = 0;      // datagrams that were no log records
  std::uint64_t damaged_bytes = 0;  // of the spill file
  std::uint64_t dropped = 0;        // lost by the senders, by their own account
};

class LogReceiver {
 public:
  // Hands on what was spilled, then binds the socket (replacing one that nobody listens on). Fails when another
  // receiver is alive there.
  static Result<std::unique_ptr<LogReceiver>> start(ReceiverOptions options, LogSink sink);

  ~LogReceiver();
  LogReceiver(const LogReceiver&) = delete;
  LogReceiver& operator=(const LogReceiver&) = delete;

  // Hands on what was sent so far and ends the thread. Not from the sink.
  void stop();

  ReceiverCounters counters() const;

 private:
  LogReceiver(ReceiverOptions options, LogSink sink, Descriptor socket, Descriptor wake);

  void run();
  bool receive();  // everything queued; false once the socket is shut down and empty
  void drain_spill_file();
  void hand_on(const LogRecord& record);

  const ReceiverOptions options_;
  const LogSink sink_;
  const Descriptor socket_;
  const Descriptor wake_;  // eventfd: stop
  std::string last_spill_error_;
  std::atomic<std::uint64_t> received_ = 0;
  std::atomic<std::uint64_t> spilled_ = 0;
  std::atomic<std::uint64_t> malformed_ = 0;
  std::atomic<std::uint64_t> damaged_bytes_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace murder::logs
