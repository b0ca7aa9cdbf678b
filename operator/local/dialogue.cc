#include "operator/local/dialogue.h"

#include <charconv>
#include <optional>

#include "base/sasl/client.h"

namespace murder::local {
namespace {

constexpr std::size_t kLongestLine = 64 << 10;
constexpr std::size_t kLongestLiteral = 1 << 20;

// The size that a line announces at its end, "{123}".
std::optional<std::size_t> literal_size(const std::string& line) {
  const auto open = line.rfind('{');
  if (open == std::string::npos || !line.ends_with('}')) return {};
  std::size_t size = 0;
  const char* begin = line.data() + open + 1;
  const char* end = line.data() + line.size() - 1;
  const auto [stop, error] = std::from_chars(begin, end, size);
  if (error != std::errc() || stop != end) return {};
  return size;
}

}  // namespace

std::string quoted_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

Result<ImapDialogue> ImapDialogue::open(const net::Endpoint& endpoint, net::Deadline deadline) {
  auto stream = net::Stream::connect(endpoint, deadline);
  if (!stream) return std::move(stream).error();
  ImapDialogue dialogue(std::move(*stream));
  auto greeting = dialogue.read_response(deadline);
  if (!greeting) return std::move(greeting).error();
  if (!greeting->starts_with("* OK")) return Error{dialogue.stream_.peer() + ": greeting: " + *greeting};
  return dialogue;
}

// A line with the literals that it announces.
Result<std::string> ImapDialogue::read_response(net::Deadline deadline) {
  std::string response;
  for (;;) {
    auto line = stream_.read_line(deadline, kLongestLine, "an IMAP response");
    if (!line) return line;
    response += *line;
    const auto size = literal_size(*line);
    if (!size) return response;
    if (*size > kLongestLiteral) return Error{stream_.peer() + ": a literal of " + std::to_string(*size) + " bytes"};
    auto literal = stream_.read_exact(*size, deadline, "a literal");
    if (!literal) return literal;
    response += "\r\n" + *literal;
  }
}

Result<ImapDialogue::Reply> ImapDialogue::command(const std::string& text, net::Deadline deadline) {
  const std::string tag = "m" + std::to_string(++tag_);
  const auto sent = stream_.write_all(tag + " " + text + "\r\n", deadline, "an IMAP command");
  if (!sent) return sent.error();
  Reply reply;
  for (;;) {
    auto response = read_response(deadline);
    if (!response) return std::move(response).error();
    if (response->starts_with("* BYE")) return Error{stream_.peer() + ": " + *response};
    if (response->starts_with("* ")) {
      reply.untagged.push_back(response->substr(2));
    } else if (response->starts_with(tag + " ")) {
      const auto rest = response->substr(tag.size() + 1);
      const auto blank = rest.find(' ');
      reply.status = rest.substr(0, blank);
      reply.text = blank == std::string::npos ? "" : rest.substr(blank + 1);
      return reply;
    } else {
      return Error{stream_.peer() + ": not an answer to the command: " + *response};
    }
  }
}

Result<ImapDialogue::Reply> ImapDialogue::must(const std::string& text, const std::string& what,
                                               net::Deadline deadline) {
  auto reply = command(text, deadline);
  if (!reply) return std::move(reply).error().in(what);
  if (!reply->done()) return Error{what + ": " + stream_.peer() + ": " + reply->status + " " + reply->text};
  return reply;
}

Status ImapDialogue::login(const std::string& user, const std::string& password, net::Deadline deadline) {
  const auto reply = must("LOGIN " + quoted_string(user) + " " + quoted_string(password), "login as " + user, deadline);
  if (!reply) return reply.error();
  return ok();
}

Status ImapDialogue::start_tls(const net::TlsClient& client, net::Deadline deadline) {
  const auto reply = must("STARTTLS", "STARTTLS", deadline);
  if (!reply) return reply.error();
  return stream_.start_tls(client, deadline);
}

Result<LmtpDialogue> LmtpDialogue::open(const net::Endpoint& endpoint, net::Deadline deadline) {
  auto stream = net::Stream::connect(endpoint, deadline);
  if (!stream) return std::move(stream).error();
  LmtpDialogue dialogue(std::move(*stream));
  MURDER_TRY(dialogue.expect('2', "the greeting", deadline));
  MURDER_TRY(dialogue.step("LHLO localhost", '2', deadline));
  return dialogue;
}

// RFC 5321 section 4.2.1: the last line of a reply has a blank after its code.
Status LmtpDialogue::expect(char kind, const std::string& what, net::Deadline deadline) {
  for (;;) {
    auto line = stream_.read_line(deadline, kLongestLine, "the answer to " + what);
    if (!line) return std::move(line).error();
    if (line->size() > 3 && (*line)[3] == '-') continue;
    if (line->empty() || line->front() != kind) return Error{stream_.peer() + ": " + what + ": " + *line};
    return ok();
  }
}

Status LmtpDialogue::step(const std::string& line, char kind, net::Deadline deadline) {
  MURDER_TRY(stream_.write_all(line + "\r\n", deadline, line));
  return expect(kind, line, deadline);
}

Status LmtpDialogue::login(const std::string& user, const std::string& password, net::Deadline deadline) {
  auto sasl = sasl::Client::create("lmtp", "localhost", {.username = user, .password = password});
  if (!sasl) return std::move(sasl).error();
  const std::string plain = "PLAIN";
  auto start = sasl->start({&plain, 1});
  if (!start) return std::move(start).error();
  MURDER_TRY(stream_.write_all("AUTH PLAIN " + start->initial_response.value_or("=") + "\r\n", deadline, "AUTH PLAIN"));
  return expect('2', "AUTH PLAIN", deadline);
}

Status LmtpDialogue::start_tls(const net::TlsClient& client, net::Deadline deadline) {
  MURDER_TRY(step("STARTTLS", '2', deadline));
  MURDER_TRY(stream_.start_tls(client, deadline));
  return step("LHLO localhost", '2', deadline);
}

Status LmtpDialogue::deliver(const std::string& recipient, std::string_view message, net::Deadline deadline) {
  MURDER_TRY(step("MAIL FROM:<>", '2', deadline));
  MURDER_TRY(step("RCPT TO:<" + recipient + ">", '2', deadline));
  MURDER_TRY(step("DATA", '3', deadline));
  MURDER_TRY(stream_.write_all(dot_stuffed(message), deadline, "the message"));
  return expect('2', "the message", deadline);
}

std::string dot_stuffed(std::string_view message) {
  std::string text;
  bool at_line_begin = true;
  for (const char c : message) {
    if (at_line_begin && c == '.') text += '.';
    text += c;
    at_line_begin = c == '\n';
  }
  if (!at_line_begin) text += "\r\n";
  return text + ".\r\n";
}

}  // namespace murder::local
