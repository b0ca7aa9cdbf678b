#include "mupdate/protocol/response.h"

#include <array>

#include "mupdate/protocol/ascii.h"

namespace murder::mupdate {
namespace {

constexpr std::array<std::string_view, 4> code_names = {"OK", "NO", "BAD", "BYE"};

std::optional<Completion::Code> code_of(std::string_view name) {
  for (std::size_t i = 0; i < code_names.size(); ++i) {
    if (is_word(name, code_names[i])) return static_cast<Completion::Code>(i);
  }
  return {};
}

Error unexpected(const Lexer::Line& line, std::string_view problem) {
  std::string message = printable(line.tag);
  message.append(" ").append(printable(line.name)).append(" ").append(problem);
  return Error{std::move(message)}.in("unexpected response");
}

Error wrong_count(const Lexer::Line& line, std::size_t expected) {
  return unexpected(
      line, "with " + std::to_string(line.arguments.size()) + " strings instead of " + std::to_string(expected));
}

Result<Response> to_greeting(const Lexer::Line& line) {
  const auto strings = line.arguments.subspan(1);
  const auto at = [&](std::size_t i) { return i < strings.size() ? strings[i] : std::string_view(); };
  if (strings.empty()) return unexpected(line, "MUPDATE without a host");
  return Response(Greeting{.host = at(0), .software = at(1), .version = at(2), .role = at(3)});
}

Result<Response> to_completion(const Lexer::Line& line, Completion::Code code) {
  // RFC 3656 wants a text; a client has no reason to insist.
  if (line.arguments.empty()) return Response(Completion{.tag = line.tag, .code = code, .text = {}});
  auto text = line.arguments[0];
  if (line.arguments.size() > 1) {
    if (line.tag != "*") return wrong_count(line, 1);
    // An untagged OK may be the banner, so it was read as words. It is none: the words are a text again.
    const auto last = line.arguments.back();
    text = std::string_view(text.data(), static_cast<std::size_t>(last.data() + last.size() - text.data()));
  }
  return Response(Completion{.tag = line.tag, .code = code, .text = text});
}

}  // namespace

bool Capability::is(std::string_view capital_name) const { return is_word(name, capital_name); }

std::string_view to_string(Completion::Code code) { return code_names[static_cast<std::size_t>(code)]; }

Result<Response> to_response(const Lexer::Line& line) {
  const auto& [tag, name, arguments] = line;
  const bool is_untagged = tag == "*";
  if (tag == "+") return Response(GoAhead{});
  if (is_untagged && is_word(name, "OK") && !arguments.empty() && is_word(arguments[0], "MUPDATE")) {
    return to_greeting(line);
  }
  if (const auto code = code_of(name)) return to_completion(line, *code);
  if (is_untagged) return Response(Capability{name, arguments});
  if (is_word(name, "MAILBOX")) {
    if (arguments.size() != 3) return wrong_count(line, 3);
    return Response(MailboxLine{.tag = tag, .name = arguments[0], .location = arguments[1], .acl = arguments[2]});
  }
  if (is_word(name, "RESERVE")) {
    if (arguments.size() != 2) return wrong_count(line, 2);
    return Response(ReserveLine{.tag = tag, .name = arguments[0], .location = arguments[1]});
  }
  if (is_word(name, "DELETE")) {
    if (arguments.size() != 1) return wrong_count(line, 1);
    return Response(DeleteLine{.tag = tag, .name = arguments[0]});
  }
  return unexpected(line, "is no response of MUPDATE");
}

Result<std::optional<Response>> ResponseReader::next() {
  while (true) {
    const auto next = lexer_.next();
    if (std::holds_alternative<Lexer::NeedMore>(next)) return std::optional<Response>();
    if (const auto* line = std::get_if<Lexer::Line>(&next)) {
      auto response = to_response(*line);
      if (!response) return std::move(response).error();
      return std::optional(*std::move(response));
    }
    if (const auto* data = std::get_if<Lexer::Data>(&next)) return std::optional<Response>(Challenge{data->text});
    if (const auto* wrong = std::get_if<Lexer::Malformed>(&next)) {
      return Error{"malformed response '" + printable(wrong->tag) + "': " + std::string(wrong->what)};
    }
    if (std::holds_alternative<Lexer::LiteralAnnounced>(next)) return std::optional<Response>(LiteralWaits{});
  }
}

std::string printable(std::string_view text, std::size_t longest) {
  constexpr char digits[] = "0123456789abcdef";
  std::string shown;
  for (const char byte : text.substr(0, longest)) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= 0x20 && code < 0x7f) {
      shown += byte;
    } else {
      shown += {'\\', 'x', digits[code >> 4], digits[code & 15]};
    }
  }
  if (text.size() > longest) shown += "...";
  return shown;
}

}  // namespace murder::mupdate
