#include "sidecar/logs/receiver.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "sidecar/logs/preload/wire.h"

namespace murder::logs {
namespace {

// As many datagrams as one system call fetches; the kernel queues no more than net.unix.max_dgram_qlen, 10 by default.
constexpr std::size_t batch = 16;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Error{"log socket " + path + ": a path of 1 to " + std::to_string(sizeof address.sun_path - 1) +
                 " bytes is needed"};
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// Whether somebody has the socket at `address` open. A file left behind by a dead receiver refuses.
bool is_alive(const sockaddr_un& address) {
  Descriptor probe{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  return probe && ::connect(probe.get(), generic(address), sizeof address) == 0;
}

// A bound socket under `path` + ".new": with its mode set, but not yet where senders look.
//
// There is no SO_RCVBUF to enlarge: a unix datagram is charged to its sender, and the length of the queue is fixed by
// net.unix.max_dgram_qlen when the socket is made. The sender waits a little for that reason (preload/syslog.c).
Result<Descriptor> bind_unpublished(const std::string& path) {
  const auto birth_name = path + ".new";
  auto address = address_of(birth_name);
  if (!address) return std::move(address).error();
  Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket) return system_error("socket", birth_name);
  if (::unlink(birth_name.c_str()) != 0 && errno != ENOENT) return system_error("unlink", birth_name);
  if (::bind(socket.get(), generic(*address), sizeof *address) != 0) return system_error("bind", birth_name);
  // Cyrus writes as root at first and as its own user later; who may reach the socket is the directory's affair.
  if (::chmod(birth_name.c_str(), 0622) != 0) return system_error("chmod", birth_name);
  return socket;
}

}  // namespace

Result<std::unique_ptr<LogReceiver>> LogReceiver::start(ReceiverOptions options, LogSink sink) {
  auto address = address_of(options.socket_path);
  if (!address) return std::move(address).error();
  if (is_alive(*address)) return Error{"log socket " + options.socket_path + ": another receiver listens there"};
  auto socket = bind_unpublished(options.socket_path);
  if (!socket) return std::move(socket).error().in("log socket");
  Descriptor wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!wake) return system_error("eventfd", "log receiver");

  std::unique_ptr<LogReceiver> receiver{
      new LogReceiver{std::move(options), std::move(sink), std::move(*socket), std::move(wake)}};
  // Before senders see the socket: the older messages first.
  receiver->drain_spill_file();
  const auto& path = receiver->options_.socket_path;
  if (::rename((path + ".new").c_str(), path.c_str()) != 0) return system_error("rename", path + ".new");
  receiver->thread_ = std::jthread{[raw = receiver.get()] { raw->run(); }};
  return receiver;
}

LogReceiver::LogReceiver(ReceiverOptions options, LogSink sink, Descriptor socket, Descriptor wake)
    : options_(std::move(options)), sink_(std::move(sink)), socket_(std::move(socket)), wake_(std::move(wake)) {}

LogReceiver::~LogReceiver() { stop(); }

void LogReceiver::stop() {
  if (!thread_.joinable()) return;
  // The name first, then the ear: a sender that looked the name up a moment ago gets EPIPE and spills.
  if (::unlink(options_.socket_path.c_str()) != 0 && errno != ENOENT) {
    options_.on_error(system_error("unlink", options_.socket_path));
  }
  ::shutdown(socket_.get(), SHUT_RD);
  const std::uint64_t one = 1;
  // An eventfd takes a write of 8 bytes unless its counter is about to overflow.
  if (::write(wake_.get(), &one, sizeof one) != sizeof one) std::terminate();
  thread_.join();
}

ReceiverCounters LogReceiver::counters() const {
  return {.received = received_,
          .spilled = spilled_,
          .malformed = malformed_,
          .damaged_bytes = damaged_bytes_,
          .dropped = dropped_};
}

void LogReceiver::run() {
  using Clock = std::chrono::steady_clock;
  drain_spill_file();  // what was spilled while start() read the rest
  auto next_look = Clock::now() + options_.spill_interval;
  std::array<pollfd, 2> fds = {{{socket_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
  while (true) {
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(options_.quiet.count()));
    if (ready < 0 && errno != EINTR) {
      options_.on_error(system_error("poll", options_.socket_path));
      return;
    }
    if (fds[0].revents != 0 && ready > 0) receive();
    if (fds[1].revents != 0 && ready > 0) break;
    if (ready == 0 || Clock::now() >= next_look) {
      drain_spill_file();
      next_look = Clock::now() + options_.spill_interval;
    }
  }
  while (receive()) {
  }
  drain_spill_file();
}

bool LogReceiver::receive() {
  thread_local std::array<std::array<char, MURDER_LOG_MAX + 1>, batch> buffers;  // one more: what is too long shows
  std::array<iovec, batch> parts;
  std::array<mmsghdr, batch> messages{};
  for (std::size_t i = 0; i < batch; ++i) {
    parts[i] = {buffers[i].data(), buffers[i].size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int got = ::recvmmsg(socket_.get(), messages.data(), batch, MSG_DONTWAIT, nullptr);
  if (got < 0) {
    if (errno == EINTR) return true;
    if (errno != EAGAIN) options_.on_error(system_error("receive", options_.socket_path));
    return false;
  }
  bool any = false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
    if (messages[i].msg_len == 0) continue;  // a datagram without bytes, or the end after shutdown
    any = true;
    auto record = decode_record({buffers[i].data(), messages[i].msg_len});
    if (!record) {
      ++malformed_;
      continue;
    }
    ++received_;
    hand_on(*record);
  }
  if (any) sink_.flush();
  return any;
}

void LogReceiver::drain_spill_file() {
  if (options_.spill_path.empty()) return;
  bool any = false;
  const auto report = drain_spill(options_.spill_path, [&](const LogRecord& record) {
    any = true;
    ++spilled_;
    hand_on(record);
  });
  if (any) sink_.flush();
  if (report) {
    damaged_bytes_ += report->damaged_bytes;
    last_spill_error_.clear();
  } else if (report.error().message != std::exchange(last_spill_error_, report.error().message)) {
    options_.on_error(report.error().in("log spill file"));  // once, not at every look
  }
}

void LogReceiver::hand_on(const LogRecord& record) {
  dropped_ += record.dropped;
  sink_.record(record);
}

}  // namespace murder::logs
