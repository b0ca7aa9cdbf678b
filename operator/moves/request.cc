#include "operator/moves/request.h"

#include <algorithm>

#include "operator/api/common.h"
#include "operator/api/schema/pattern.h"

namespace murder::moves {
namespace {

constexpr std::size_t longest_name = 510;  // MailboxMove's spec.mailbox
constexpr std::size_t longest_word = 63;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// At the commas that are outside of modified UTF-7. There "&" is written "&-", so a shift that is open has more.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> entries;
  std::size_t begin = 0;
  bool shifted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '&') {
      // Only one that is ended: a stray '&' takes no more than its own entry.
      const auto end =
          text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,", i + 1);
      shifted = end != std::string_view::npos && text[end] == '-';
    } else if (c == '-') {
      shifted = false;
    } else if (c == ',' && !shifted) {
      entries.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  entries.push_back(text.substr(begin));
  return entries;
}

Error wrong(std::string message) { return Error{std::move(message)}; }

}  // namespace

Status check_mailbox_name(std::string_view name) {
  const auto shown = "\"" + std::string(name.substr(0, 80)) + "\"";
  if (name.empty()) return wrong("no mailbox is named: write MAILBOX=BACKEND, such as user.fred=be2");
  if (name.size() > longest_name) {
    return wrong(shown + " is too long for the name of a mailbox: at most " + std::to_string(longest_name));
  }
  if (!api::matches(api::kMailbox, name)) {
    return wrong(shown + " is no mailbox: write " + api::kMailbox.words);
  }
  if (name.front() == '.' || name.back() == '.' || name.find("..") != std::string_view::npos) {
    return wrong(shown + " has an empty level: write it as in user.fred");
  }
  if (name == "user" || name == "DELETED") {
    return wrong(shown + " is where others are kept: name one of them, such as " + std::string(name) + ".fred");
  }
  return ok();
}

Result<Destination> parse_destination(std::string_view text) {
  const auto bang = text.find('!');
  Destination destination{std::string(text.substr(0, bang)),
                          bang == std::string_view::npos ? "" : std::string(text.substr(bang + 1))};
  const auto shown = "\"" + std::string(text.substr(0, 80)) + "\"";
  if (destination.backend.size() > longest_word || !api::matches(api::kName, destination.backend)) {
    return wrong(shown + " names no backend: write BACKEND or BACKEND!PARTITION, where BACKEND is " + api::kName.words);
  }
  if (bang == std::string_view::npos) return destination;
  if (destination.partition.empty()) {
    return wrong(shown + " ends in '!': name a partition behind it, or leave it out for the default one");
  }
  if (destination.partition.size() > longest_word || !api::matches(api::kPartition, destination.partition)) {
    return wrong(shown + ": \"" + destination.partition.substr(0, 80) + "\" is not " + api::kPartition.words);
  }
  return destination;
}

std::variant<std::vector<Request>, Mistakes> parse_requests(std::string_view text) {
  std::vector<Request> requests;
  Mistakes mistakes;
  const auto blame = [&](std::string_view entry, std::string message) {
    mistakes.push_back({std::string(entry), std::move(message)});
  };
  if (trimmed(text).empty()) {
    blame("", "nothing is asked for: write MAILBOX=BACKEND[!PARTITION], such as user.fred=be2");
    return mistakes;
  }
  for (const auto part : split(text)) {
    const auto entry = trimmed(part);
    if (entry.empty()) {
      blame(entry, "there is nothing between two commas, or at an end: leave the comma out");
      continue;
    }
    const auto equals = entry.rfind('=');
    if (equals == std::string_view::npos) {
      blame(entry, "it is not said where to: write " + std::string(entry.substr(0, 80)) + "=BACKEND");
      continue;
    }
    Request request{std::string(trimmed(entry.substr(0, equals))), {}};
    const auto named = check_mailbox_name(request.mailbox);
    if (!named) blame(entry, named.error().message);
    auto destination = parse_destination(trimmed(entry.substr(equals + 1)));
    if (!destination) blame(entry, std::move(destination).error().message);
    if (!named || !destination) continue;
    request.destination = *std::move(destination);
    if (std::any_of(requests.begin(), requests.end(), [&](const Request& r) { return r.mailbox == request.mailbox; })) {
      blame(entry, request.mailbox + " is there twice: leave one out");
      continue;
    }
    requests.push_back(std::move(request));
  }
  if (!mistakes.empty()) return mistakes;
  return requests;
}

std::string to_string(const std::vector<Request>& requests) {
  std::string text;
  for (const auto& request : requests) {
    if (!text.empty()) text += ",";
    text += request.mailbox + "=" + request.destination.backend;
    if (!request.destination.partition.empty()) text += "!" + request.destination.partition;
  }
  return text;
}

}  // namespace murder::moves
