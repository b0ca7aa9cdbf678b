#include "sidecar/logs/record.h"

#include <algorithm>
#include <concepts>
#include <limits>
#include <utility>

#include "sidecar/logs/preload/wire.h"

namespace murder::logs {
namespace {

constexpr std::string_view magic{MURDER_LOG_MAGIC, 4};

template <std::unsigned_integral Number>
Number get(std::string_view bytes, std::size_t at) {
  Number value = 0;
  for (std::size_t i = sizeof(Number); i-- > 0;) {
    value = static_cast<Number>(value << 8 | static_cast<unsigned char>(bytes[at + i]));
  }
  return value;
}

template <std::unsigned_integral Number>
void put(std::string& bytes, std::size_t at, Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    bytes[at + i] = static_cast<char>(value & 0xff);
    value = static_cast<Number>(value >> 8);
  }
}

// syslog(3) keeps the severity in the low three bits.
constexpr std::uint32_t severity_bits = 7;
constexpr std::uint32_t priority_limit = 1 << 10;

}  // namespace

Result<LogRecord> decode_record(std::string_view datagram) {
  if (datagram.size() < MURDER_LOG_HEADER) return Error{"datagram shorter than its header"};
  if (datagram.size() > MURDER_LOG_MAX) return Error{"datagram too long"};
  if (!datagram.starts_with(magic)) return Error{"not a log datagram: wrong magic"};
  if (get<std::uint32_t>(datagram, MURDER_LOG_AT_SIZE) != datagram.size()) {
    return Error{"datagram of another size than it says"};
  }
  const auto priority = get<std::uint32_t>(datagram, MURDER_LOG_AT_PRIORITY);
  const auto pid = get<std::uint32_t>(datagram, MURDER_LOG_AT_PID);
  const auto time = get<std::uint64_t>(datagram, MURDER_LOG_AT_TIME);
  const std::size_t ident_size = get<std::uint16_t>(datagram, MURDER_LOG_AT_IDENT_SIZE);
  if (priority >= priority_limit) return Error{"impossible priority"};
  if (pid > static_cast<std::uint32_t>(std::numeric_limits<pid_t>::max())) return Error{"impossible process id"};
  if (time > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return Error{"impossible time"};
  if (ident_size > MURDER_LOG_IDENT_MAX || MURDER_LOG_HEADER + ident_size > datagram.size()) {
    return Error{"ident longer than its datagram"};
  }
  const auto text = datagram.substr(MURDER_LOG_HEADER + ident_size);
  if (text.size() > MURDER_LOG_TEXT_MAX) return Error{"text too long"};
  // C strings hold none. In a spill file it is the sign of a record cut short, with the next one's header behind it.
  if (datagram.substr(MURDER_LOG_HEADER).find('\0') != std::string_view::npos) return Error{"NUL in ident or text"};

  LogRecord record;
  record.time = LogTime{std::chrono::nanoseconds{static_cast<std::int64_t>(time)}};
  record.severity = static_cast<Severity>(priority & severity_bits);
  record.facility = static_cast<int>(priority >> 3);
  record.pid = static_cast<pid_t>(pid);
  record.dropped = get<std::uint32_t>(datagram, MURDER_LOG_AT_DROPPED);
  record.truncated = get<std::uint16_t>(datagram, MURDER_LOG_AT_FLAGS) & MURDER_LOG_FLAG_TRUNCATED;
  record.text = text;
  // syslog_prefix may hold a slash, the name of a program cannot.
  const auto ident = datagram.substr(MURDER_LOG_HEADER, ident_size);
  if (const auto slash = ident.rfind('/'); slash != std::string_view::npos) {
    record.node = ident.substr(0, slash);
    record.program = ident.substr(slash + 1);
  } else {
    record.program = ident;
  }
  return record;
}

std::string encode_record(const LogRecord& record) {
  std::string ident = record.node.empty() ? record.program : record.node + "/" + record.program;
  ident.resize(std::min<std::size_t>(ident.size(), MURDER_LOG_IDENT_MAX));
  const auto text = std::string_view{record.text}.substr(0, MURDER_LOG_TEXT_MAX);

  std::string datagram(MURDER_LOG_HEADER, '\0');
  datagram.append(ident).append(text);
  std::ranges::copy(magic, datagram.begin());
  put(datagram, MURDER_LOG_AT_SIZE, static_cast<std::uint32_t>(datagram.size()));
  put(datagram, MURDER_LOG_AT_PRIORITY,
      static_cast<std::uint32_t>(record.facility << 3 | static_cast<int>(record.severity)));
  put(datagram, MURDER_LOG_AT_PID, static_cast<std::uint32_t>(record.pid));
  put(datagram, MURDER_LOG_AT_TIME, static_cast<std::uint64_t>(record.time.time_since_epoch().count()));
  put(datagram, MURDER_LOG_AT_DROPPED, record.dropped);
  put(datagram, MURDER_LOG_AT_FLAGS, static_cast<std::uint16_t>(record.truncated ? MURDER_LOG_FLAG_TRUNCATED : 0));
  put(datagram, MURDER_LOG_AT_IDENT_SIZE, static_cast<std::uint16_t>(ident.size()));
  return datagram;
}

}  // namespace murder::logs
