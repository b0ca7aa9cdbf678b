// The client side of a SASL exchange (RFC 4422), by Cyrus SASL and whatever mechanisms are installed for it: PLAIN,
// LOGIN, SCRAM-*, GSSAPI, ...
//
// Security layers are never negotiated; TLS is what protects a connection here.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace murder::sasl {

struct Credentials {
  std::string username;  // whose password it is
  std::string password;
  std::string authorize_as;  // act as another user; empty: as `username`
};

class Client {
 public:
  // `service` as registered ("mupdate", "imap"), `host` as the server's certificate or ticket names it.
  static Result<Client> create(const std::string& service, const std::string& host, Credentials credentials);

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  struct Start {
    std::string mechanism;
    std::optional<std::string> initial_response;  // in base64; nothing is not the same as empty
  };
  // Chooses the strongest of `mechanisms` that this side has too.
  Result<Start> start(std::span<const std::string> mechanisms);
  // Challenge and answer are in base64, as all our protocols carry them.
  Result<std::string> step(std::string_view challenge);
  // The server has proved what the mechanism demands of it. A success that comes before is none.
  bool is_complete() const { return complete_; }

 private:
  struct Session;
  explicit Client(std::unique_ptr<Session> session);

  std::unique_ptr<Session> session_;
  bool complete_ = false;
};

}  // namespace murder::sasl
