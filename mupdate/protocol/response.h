// What a MUPDATE server says (RFC 3656 sections 3 and 4), as values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "mupdate/protocol/lexer.h"

namespace murder::mupdate {

// Of the banner: "* AUTH", "* STARTTLS", "* COMPRESS", "* PARTIAL-UPDATE", and whatever else a server can do. Untagged
// lines that are no results are all of this kind, as a client has to pass over those it does not know.
struct Capability {
  std::string_view name;
  std::span<const std::string_view> arguments;

  bool is(std::string_view capital_name) const;
};

// "* OK MUPDATE ...", the end of the banner.
struct Greeting {
  std::string_view host;
  std::string_view software;
  std::string_view version;
  std::string_view role;  // "(master)", or of a slave the URL of its master

  bool is_master() const { return role == "(master)"; }
};

struct MailboxLine {
  std::string_view tag;
  std::string_view name;
  std::string_view location;
  std::string_view acl;
};

struct ReserveLine {
  std::string_view tag;
  std::string_view name;
  std::string_view location;
};

// Of an UPDATE stream only.
struct DeleteLine {
  std::string_view tag;
  std::string_view name;
};

// The end of a command; with the tag "*", a word of the server on its own account.
struct Completion {
  enum class Code { Ok, No, Bad, Bye };
  std::string_view tag;
  Code code;
  std::string_view text;
};
std::string_view to_string(Completion::Code code);

// A SASL challenge in base64, or empty.
struct Challenge {
  std::string_view base64;
};

// "+ go ahead": the server is ready for the literal that was announced to it.
struct GoAhead {};

// The server waits for "+ go ahead" before it sends the literal that comes next. RFC 3656 section 2 advises servers
// against it; no Cyrus does it.
struct LiteralWaits {};

using Response = std::variant<Capability, Greeting, MailboxLine, ReserveLine, DeleteLine, Completion, Challenge,
                              GoAhead, LiteralWaits>;

// Turns the bytes of a server into responses. The views are valid until the next call of feed() or next().
class ResponseReader {
 public:
  explicit ResponseReader(Limits limits = {}) : lexer_(Lexer::Reading::Responses, limits) {}

  void feed(std::string_view bytes) { lexer_.feed(bytes); }
  // Nothing until more is fed. An error is a server that does not speak MUPDATE: the connection is of no further use.
  Result<std::optional<Response>> next();
  bool is_drained() const { return lexer_.is_drained(); }

 private:
  Lexer lexer_;
};

Result<Response> to_response(const Lexer::Line& line);

// For messages: what is not printable ASCII is written as \xNN, and what is long is cut.
std::string printable(std::string_view text, std::size_t longest = 200);

}  // namespace murder::mupdate
