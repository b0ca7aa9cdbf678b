// A connection of a probe to a service of its own node: clear text, or TLS from the first byte.
//
// The certificate is not verified: the peer is the Cyrus beside us, reached at its own address, and what is asked is
// whether the handshake works. A certificate for clients is signed by whoever the site chose, and names what they call.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/net/deadline.h"
#include "base/net/unique_fd.h"
#include "base/result.h"

struct ssl_st;

namespace murder::health {

class Connection {
 public:
  struct Opened;
  // Of "address:port" or the path of a unix socket.
  static Opened open(const std::string& endpoint, bool tls, net::Deadline deadline);

  // Without its line end. The end of the stream and lines longer than 8 KiB are errors.
  Result<std::string> read_line(net::Deadline deadline, std::string_view awaited);
  // Whatever has come, at least one byte: for answers that are not made of lines.
  Result<std::string> read_bytes(net::Deadline deadline, std::string_view awaited);
  // False when nothing comes before the deadline. True at the end of the stream too, for the next read to say so.
  bool readable(net::Deadline deadline) const;
  Status write(std::string_view bytes, net::Deadline deadline);
  // After the server has agreed to it.
  Status start_tls(net::Deadline deadline);

 private:
  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };

  Connection(net::UniqueFd socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {}
  Result<std::size_t> read_some(char* into, std::size_t size, net::Deadline deadline, std::string_view awaited);
  Error fault(std::string_view what) const { return Error{peer_ + ": " + std::string(what)}; }

  net::UniqueFd socket_;
  std::unique_ptr<ssl_st, FreeSsl> ssl_;
  std::string peer_;
  std::string buffer_;
};

struct Connection::Opened {
  Result<Connection> connection;
  bool refused = false;  // nobody listens there: refused, or there is no such socket
};

}  // namespace murder::health
