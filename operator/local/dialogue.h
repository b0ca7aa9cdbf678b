// As much of IMAP and LMTP as it takes to deliver a message and to read it again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/net/stream.h"
#include "base/result.h"

namespace murder::local {

// RFC 9051 section 4.3: a quoted string. `text` has no line breaks and no NUL: what else would be a literal.
std::string quoted_string(std::string_view text);

class ImapDialogue {
 public:
  // Connects and reads the greeting.
  static Result<ImapDialogue> open(const net::Endpoint& endpoint, net::Deadline deadline);

  struct Reply {
    std::string status;                 // "OK", "NO", "BAD"
    std::string text;                   // what follows it
    std::vector<std::string> untagged;  // without "* "; literals are in their place
    bool done() const { return status == "OK"; }
  };
  Result<Reply> command(const std::string& text, net::Deadline deadline);
  // The same; what is not OK is an Error with the answer.
  Result<Reply> must(const std::string& text, const std::string& what, net::Deadline deadline);

  Status login(const std::string& user, const std::string& password, net::Deadline deadline);
  Status start_tls(const net::TlsClient& client, net::Deadline deadline);

 private:
  explicit ImapDialogue(net::Stream stream) : stream_(std::move(stream)) {}
  Result<std::string> read_response(net::Deadline deadline);

  net::Stream stream_;
  int tag_ = 0;
};

class LmtpDialogue {
 public:
  // Connects, reads the greeting and says LHLO.
  static Result<LmtpDialogue> open(const net::Endpoint& endpoint, net::Deadline deadline);

  // RFC 4954, with the mechanism PLAIN; STARTTLS (RFC 3207) before it where passwords need that.
  Status login(const std::string& user, const std::string& password, net::Deadline deadline);
  Status start_tls(const net::TlsClient& client, net::Deadline deadline);

  // To one recipient; `message` has CRLF line ends. Errors: whatever is not accepted, with the answer.
  Status deliver(const std::string& recipient, std::string_view message, net::Deadline deadline);

 private:
  explicit LmtpDialogue(net::Stream stream) : stream_(std::move(stream)) {}
  Status expect(char kind, const std::string& what, net::Deadline deadline);
  Status step(const std::string& line, char kind, net::Deadline deadline);

  net::Stream stream_;
};

// RFC 5321 section 4.5.2: a line that begins with a dot gets another one, and the end is marked.
std::string dot_stuffed(std::string_view message);

}  // namespace murder::local
