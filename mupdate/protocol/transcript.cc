#include "mupdate/protocol/transcript.h"

#include "mupdate/protocol/ascii.h"

namespace murder::mupdate {
namespace {

std::string bracketed(std::string_view text) { return std::string(" [").append(printable(text)).append("]"); }

struct LexerEvent {
  std::string operator()(const Lexer::NeedMore&) const { return {}; }
  std::string operator()(const Lexer::Line& line) const {
    auto text = std::string("line ").append(line.tag).append(" ").append(line.name);
    for (const auto argument : line.arguments) text += bracketed(argument);
    return text;
  }
  std::string operator()(const Lexer::Data& data) const { return "data" + bracketed(data.text); }
  std::string operator()(const Lexer::LiteralAnnounced& literal) const {
    return "literal " + std::to_string(literal.size);
  }
  std::string operator()(const Lexer::Malformed& wrong) const {
    return std::string(wrong.fatal ? "fatal " : "malformed ").append(wrong.tag).append(" ").append(wrong.what);
  }
};

struct ResponseEvent {
  std::string operator()(const Capability& capability) const {
    auto text = std::string("capability ").append(capability.name);
    for (const auto argument : capability.arguments) text += bracketed(argument);
    return text;
  }
  std::string operator()(const Greeting& greeting) const {
    return std::string(greeting.is_master() ? "master" : "slave")
        .append(bracketed(greeting.host))
        .append(bracketed(greeting.software))
        .append(bracketed(greeting.version))
        .append(bracketed(greeting.role));
  }
  std::string operator()(const MailboxLine& line) const {
    return std::string("mailbox ").append(line.tag) + bracketed(line.name) + bracketed(line.location) +
           bracketed(line.acl);
  }
  std::string operator()(const ReserveLine& line) const {
    return std::string("reserve ").append(line.tag) + bracketed(line.name) + bracketed(line.location);
  }
  std::string operator()(const DeleteLine& line) const {
    return std::string("delete ").append(line.tag) + bracketed(line.name);
  }
  std::string operator()(const Completion& end) const {
    return std::string(to_string(end.code)).append(" ").append(end.tag) + bracketed(end.text);
  }
  std::string operator()(const Challenge& challenge) const { return "challenge" + bracketed(challenge.base64); }
  std::string operator()(const GoAhead&) const { return "go ahead"; }
  std::string operator()(const LiteralWaits&) const { return "literal waits"; }
};

}  // namespace

std::string command_transcript(Pieces pieces, Limits limits) {
  Lexer lexer(Lexer::Reading::Commands, limits);
  std::string transcript;
  for (const auto piece : pieces) {
    lexer.feed(piece);
    while (true) {
      const auto next = lexer.next();
      if (std::holds_alternative<Lexer::NeedMore>(next)) break;
      transcript += std::visit(LexerEvent{}, next) + "\n";
      if (const auto* line = std::get_if<Lexer::Line>(&next); line && is_word(line->name, "AUTHENTICATE")) {
        lexer.expect_data();
      }
      if (const auto* wrong = std::get_if<Lexer::Malformed>(&next); wrong && wrong->fatal) return transcript;
    }
  }
  return transcript;
}

std::string response_transcript(Pieces pieces, Limits limits) {
  ResponseReader reader(limits);
  std::string transcript;
  for (const auto piece : pieces) {
    reader.feed(piece);
    while (true) {
      const auto next = reader.next();
      if (!next) return transcript + "error " + next.error().message + "\n";
      if (!*next) break;
      transcript += std::visit(ResponseEvent{}, **next) + "\n";
    }
  }
  return transcript;
}

std::vector<std::vector<std::string_view>> every_split(std::string_view bytes) {
  std::vector<std::vector<std::string_view>> splits = {{bytes}, {}};
  for (std::size_t i = 0; i < bytes.size(); ++i) splits[1].push_back(bytes.substr(i, 1));
  for (std::size_t i = 1; i < bytes.size(); ++i) splits.push_back({bytes.substr(0, i), bytes.substr(i)});
  return splits;
}

}  // namespace murder::mupdate
