// One connection to a MUPDATE server: bytes out, responses in. Carries no command of its own; client.h and
// update_stream.h do.
//
// A connection that failed once is dead: nobody knows any more which answer belongs to what.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/net/deadline.h"
#include "base/net/stream.h"
#include "base/result.h"
#include "mupdate/protocol/response.h"

namespace murder::mupdate {

// As a message quotes a server: `NO "mailbox already exists"`.
std::string said(const Completion& end);

class Connection {
 public:
  explicit Connection(net::Stream stream, Limits limits = {}) : stream_(std::move(stream)), reader_(limits) {}

  // "X0", "X1", ...: each once.
  std::string next_tag() { return std::string("X").append(std::to_string(next_tag_++)); }

  // `what` and `awaited` end up in errors: "sending FIND", "while waiting for the answer".
  Status send(std::string_view bytes, net::Deadline deadline, std::string_view what);
  // The response's views are valid until the next call.
  Result<Response> receive(net::Deadline deadline, std::string_view awaited);
  // Nothing when the deadline passes.
  Result<std::optional<Response>> try_receive(net::Deadline deadline, std::string_view awaited);

  Status start_tls(const net::TlsClient& client, net::Deadline deadline);
  bool is_tls() const { return stream_.is_tls(); }

  // Closes, and remembers why. Returns the error, so that a caller can return it on.
  Error fail(Error error);
  // An error of this server that leaves the connection as it is: "127.0.0.1:3905: ...".
  Error refusal(std::string_view what) const { return Error{peer() + ": " + std::string(what)}; }
  void close() { stream_.close(); }
  // Why the connection is dead, if it is.
  const std::optional<Error>& failure() const { return failure_; }
  Status check_alive() const;

  const std::string& peer() const { return stream_.peer(); }

 private:
  net::Stream stream_;
  ResponseReader reader_;
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
  std::optional<Error> failure_;
  unsigned long next_tag_ = 0;
};

}  // namespace murder::mupdate
