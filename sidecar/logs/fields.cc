#include "sidecar/logs/fields.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace murder::logs {
namespace {

constexpr auto npos = std::string_view::npos;

// The value of `name=<value>` where the name stands at the start of a word: `mailbox=<` is not found in `oldmailbox=<`.
std::string_view bracketed(std::string_view text, std::string_view name) {
  for (auto at = text.find(name); at != npos; at = text.find(name, at + 1)) {
    if (at > 0 && text[at - 1] != ' ') continue;
    const auto from = at + name.size();
    const auto to = text.find('>', from);
    return to == npos ? std::string_view{} : text.substr(from, to - from);
  }
  return {};
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

// What follows `before`, up to `end` or all of it when `end` is empty; the text must begin with `start`.
std::string_view between(std::string_view text, std::string_view start, std::string_view before, std::string_view end) {
  if (!text.starts_with(start)) return {};
  const auto at = text.find(before, start.size());
  if (at == npos) return {};
  text.remove_prefix(at + before.size());
  if (end.empty()) return text;
  const auto length = text.find(end);
  return length == npos ? std::string_view{} : text.substr(0, length);
}

// What follows `start`, with which the text must begin, up to `end`.
std::string_view after(std::string_view text, std::string_view start, std::string_view end) {
  if (!text.starts_with(start)) return {};
  text.remove_prefix(start.size());
  const auto at = text.find(end);
  return at == npos ? std::string_view{} : text.substr(0, at);
}

// A frontend opens a mailbox "on" a backend: "INBOX.a b on be1.murder.test". Not told from a name that ends like that.
std::string_view without_server(std::string_view text) {
  const auto at = text.rfind(" on ");
  return at != npos && text.find(' ', at + 4) == npos ? text.substr(0, at) : text;
}

// One way in which Cyrus writes one field. In the order in which they are tried; the first that finds something wins.
struct Rule {
  std::string_view Fields::*field;
  std::string_view (*find)(std::string_view text);
};

using Text = std::string_view;
constexpr std::array bracket_rules = {
    Rule{&Fields::session, [](Text text) { return bracketed(text, "sessionid=<"); }},
    Rule{&Fields::session, [](Text text) { return bracketed(text, "SESSIONID=<"); }},
    Rule{&Fields::user, [](Text text) { return bracketed(text, "userid=<"); }},
    Rule{&Fields::user, [](Text text) { return bracketed(text, "user=<"); }},
    Rule{&Fields::mailbox, [](Text text) { return bracketed(text, "mailbox=<"); }},
    Rule{&Fields::mailbox, [](Text text) { return bracketed(text, "mboxname=<"); }},
};
constexpr std::array prose_rules = {
    // login: localhost [127.0.0.1] u1 PLAIN User logged in SESSIONID=<...>
    Rule{&Fields::user, [](Text text) { return first_word(between(text, "login: ", "] ", "")); }},
    // badlogin: localhost [127.0.0.1] plaintext (u1) [SASL(-13): authentication failure: checkpass failed]
    Rule{&Fields::user, [](Text text) { return between(between(text, "badlogin: ", "] ", ""), "", " (", ")"); }},
    // open: user u1 opened INBOX.a b
    Rule{&Fields::user, [](Text text) { return after(text, "open: user ", " "); }},
    Rule{&Fields::mailbox, [](Text text) { return without_server(between(text, "open: user ", " opened ", "")); }},
    Rule{&Fields::mailbox, [](Text text) { return between(text, "open: user ", " failed to open ", ""); }},
    // USAGE u1 user: 0.018760 sys: 0.006253
    Rule{&Fields::user, [](Text text) { return after(text, "USAGE ", " user: "); }},
    // Delivered: <m1@x> to mailbox: user.u1
    Rule{&Fields::mailbox, [](Text text) { return between(text, "Delivered: ", " to mailbox: ", ""); }},
    // Expunged 1 messages from user.u1
    Rule{&Fields::mailbox, [](Text text) { return between(text, "Expunged ", " messages from ", ""); }},
    // Rename: user.u1.a -> user.u1.b
    Rule{&Fields::mailbox, [](Text text) { return after(text, "Rename: ", " -> "); }},
    // XFER: user 'u1' -> be2.murder.test!p1, XFER: mailbox 'shared.team' -> be2.murder.test!p1
    Rule{&Fields::user, [](Text text) { return after(text, "XFER: user '", "'"); }},
    Rule{&Fields::mailbox, [](Text text) { return after(text, "XFER: mailbox '", "'"); }},
};

void apply(std::span<const Rule> rules, std::string_view text, Fields& fields) {
  for (const auto& [field, find] : rules) {
    if ((fields.*field).empty()) fields.*field = find(text);
  }
}

bool equal_ignoring_case(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

bool is_base64(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/' || c == '='; }

}  // namespace

Fields extract_fields(std::string_view text) {
  Fields fields;
  if (text.find('<') != npos) apply(bracket_rules, text, fields);
  apply(prose_rules, text, fields);
  return fields;
}

std::string_view find_secret(std::string_view text) {
  static constexpr std::string_view verb = "auth";
  auto at = text.begin();
  while (true) {
    at = std::search(at, text.end(), verb.begin(), verb.end(), equal_ignoring_case);
    if (at == text.end()) return {};
    at += static_cast<std::ptrdiff_t>(verb.size());
    auto rest = std::string_view{at, text.end()};
    const auto next_word = [&](std::string_view wanted) {
      if (rest.size() < wanted.size() || !std::equal(wanted.begin(), wanted.end(), rest.begin(), equal_ignoring_case)) {
        return false;
      }
      rest.remove_prefix(wanted.size());
      return true;
    };
    const auto skip = [&](std::string_view characters) {
      rest.remove_prefix(std::min(rest.find_first_not_of(characters), rest.size()));
    };
    next_word("enticate");
    if (!rest.starts_with(' ')) continue;
    skip(" \"");
    if (!next_word("PLAIN") && !next_word("LOGIN")) continue;
    if (!rest.starts_with(' ') && !rest.starts_with("\" ")) continue;
    skip(" \"");
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_base64);
    const std::string_view secret{rest.begin(), end};
    // "=" alone is an empty response, and what is shorter than four characters is no base64.
    if (secret.size() >= 4) return secret;
  }
}

}  // namespace murder::logs
