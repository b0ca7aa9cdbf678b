// A connection to a line- or byte-oriented server, for one thread that can wait: probes, clients, tests.
//
// Every operation has a deadline, and none can raise SIGPIPE. Errors begin with the peer and say what was waited for,
// in the caller's words: "127.0.0.1:143: no answer within 2 s while waiting for the banner". A stream that reported an
// error other than a deadline is of no further use. A read that ran into its deadline has lost nothing: what arrived
// stays for the next read. A write that ran into its deadline may have sent a part.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/net/deadline.h"
#include "base/net/endpoint.h"
#include "base/net/tls.h"
#include "base/net/unique_fd.h"
#include "base/result.h"

namespace murder::net {

class TlsSession;

class Stream {
 public:
  // Tries every address of the endpoint in turn; the error is that of the last one.
  static Result<Stream> connect(const Endpoint& endpoint, Deadline deadline);
  // Takes over a connected socket, as accept(2) returns it. `peer` is what errors name.
  static Result<Stream> adopt(UniqueFd socket, std::string peer);

  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  // One line without its end (LF or CRLF). At most `longest` bytes are kept for it; a longer line is an error, as is
  // the end of the stream before the end of the line.
  Result<std::string> read_line(Deadline deadline, std::size_t longest, std::string_view awaited);
  // Exactly `size` bytes.
  Result<std::string> read_exact(std::size_t size, Deadline deadline, std::string_view awaited);
  // At least one byte, at most `into.size()`; 0 at the end of the stream.
  Result<std::size_t> read_some(std::span<char> into, Deadline deadline, std::string_view awaited);
  // The same for those to whom silence is no error: nothing when the deadline passes.
  Result<std::optional<std::size_t>> try_read_some(std::span<char> into, Deadline deadline);

  Status write_all(std::string_view bytes, Deadline deadline, std::string_view what);

  // Negotiates TLS on the connection; fails unless the server's certificate is signed by the CA and names the server.
  // Bytes that arrived in clear before (an injected response) are an error, never taken for the server's.
  Status start_tls(const TlsClient& client, Deadline deadline);
  bool is_tls() const { return tls_ != nullptr; }

  // Ends our direction only: the peer reads the end of the stream, and can still answer. Not within TLS.
  Status shut_down_writing();
  void close();

  const std::string& peer() const { return peer_; }

 private:
  Stream(UniqueFd socket, std::string peer);

  Result<std::optional<std::size_t>> receive(std::span<char> into, Deadline deadline);
  // Reads more into the buffer: false at the end of the stream.
  Result<bool> fill(Deadline deadline, std::string_view awaited);
  std::string take(std::size_t size);
  std::size_t buffered() const { return buffer_.size() - begin_; }

  Error fault(std::string_view what) const { return Error{peer_ + ": " + std::string(what)}; }
  static Error broken(const Error& error, std::string_view awaited);
  Error late(Deadline deadline, std::string_view awaited) const;
  Error ended(std::string_view awaited) const;

  UniqueFd socket_;
  std::unique_ptr<TlsSession> tls_;
  std::string peer_;
  std::string buffer_;  // what was received and not yet taken begins at begin_
  std::size_t begin_ = 0;
};

}  // namespace murder::net
