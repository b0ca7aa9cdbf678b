#include "sidecar/logs/watch.h"

#include <array>
#include <charconv>
#include <span>
#include <string_view>

namespace murder::logs {
namespace {

constexpr auto npos = std::string_view::npos;

// What stands in `text` between `before` and the next `after`; an empty `after` means up to the end.
std::optional<std::string_view> between(std::string_view text, std::string_view before, std::string_view after) {
  const auto at = text.find(before);
  if (at == npos) return {};
  text.remove_prefix(at + before.size());
  if (after.empty()) return text;
  const auto end = text.find(after);
  if (end == npos) return {};
  return text.substr(0, end);
}

std::optional<int> number_between(std::string_view text, std::string_view before, std::string_view after) {
  const auto digits = between(text, before, after);
  int value = 0;
  if (!digits) return {};
  const auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), value);
  if (error != std::errc{} || end != digits->data() + digits->size()) return {};
  return value;
}

// "too many failures for service imap/ipv4, disabling until next SIGHUP"
std::optional<LogEvent> service_disabled(std::string_view text) {
  const auto service = between(text, "too many failures for service ", "/");
  if (!service) return {};
  ServiceDisabled event{.service = std::string{*service}, .retry = {}};
  if (const auto seconds = number_between(text, "disabling for ", " seconds")) {
    event.retry = std::chrono::seconds{*seconds};
  }
  return event;
}

// "unable to bind to imap/ipv4 socket: Permission denied", and the same of "open" and "listen to"
std::optional<LogEvent> service_unbound(std::string_view text) {
  static constexpr std::array<std::string_view, 3> beginnings = {"unable to bind to ", "unable to open ",
                                                                 "unable to listen to "};
  for (const auto beginning : beginnings) {
    const auto service = between(text, beginning, "/");
    const auto reason = between(text, " socket: ", "");
    if (service && reason) return ServiceUnbound{.service = std::string{*service}, .reason = std::string{*reason}};
  }
  return {};
}

// "can't run startup"
std::optional<LogEvent> startup_failed(std::string_view text) {
  if (!text.starts_with("can't run startup")) return {};
  return StartupFailed{};
}

// "process type:SERVICE name:imap path:/usr/lib/cyrus/bin/imapd age:0.1s pid:7 signaled to death by signal 11 (...)"
std::optional<LogEvent> process_crashed(std::string_view text) {
  const auto process = between(text, "process ", " signaled to death by signal ");
  const auto signal = number_between(text, " signaled to death by signal ", " (");
  if (!process || !signal) return {};
  return ProcessCrashed{.process = std::string{*process}, .signal = *signal};
}

// "mailbox list synchronization complete", "mailbox list synchronization NOT complete (3) errors"
std::optional<LogEvent> list_synchronized(std::string_view text) {
  if (text.starts_with("mailbox list synchronization complete")) return ListSynchronized{};
  const auto errors = number_between(text, "mailbox list synchronization NOT complete (", ")");
  if (!errors) return {};
  return ListSynchronized{.errors = *errors};
}

// "successful mupdate connection to m1.murder.test:3905"
std::optional<LogEvent> list_connected(std::string_view text) {
  const auto server = between(text, "successful mupdate connection to ", "");
  if (!server) return {};
  return ListConnected{.server = std::string{*server}};
}

std::optional<LogEvent> list_disconnected(std::string_view text) {
  static constexpr std::array<std::string_view, 4> texts = {
      "couldn't connect to mupdate server",
      "mupdate_scarf: ",  // with a number: the connection broke
      "connection to master failed.",
      "connection to master timed out.",
  };
  for (const auto known : texts) {
    if (text.starts_with(known)) return ListDisconnected{.reason = std::string{text}};
  }
  return {};
}

// "retrying connection to mupdate server in 24 seconds"
std::optional<LogEvent> list_retry(std::string_view text) {
  const auto seconds = number_between(text, "retrying connection to mupdate server in ", " seconds");
  if (!seconds) return {};
  return ListRetry{.delay = std::chrono::seconds{*seconds}};
}

using Matcher = std::optional<LogEvent> (*)(std::string_view text);

constexpr std::array<Matcher, 4> cyrmaster_matchers = {service_disabled, service_unbound, startup_failed,
                                                       process_crashed};
constexpr std::array<Matcher, 4> mupdate_matchers = {list_synchronized, list_connected, list_disconnected, list_retry};

std::optional<LogEvent> first_match(std::span<const Matcher> matchers, std::string_view text) {
  for (const auto matcher : matchers) {
    if (auto event = matcher(text)) return event;
  }
  return {};
}

}  // namespace

std::optional<LogEvent> match_event(const LogRecord& record) {
  // Only their own words count: a mailbox or a user named like an event is another program's text.
  if (record.program == "master") return first_match(cyrmaster_matchers, record.text);
  if (record.program == "mupdate") return first_match(mupdate_matchers, record.text);
  return {};
}

}  // namespace murder::logs
