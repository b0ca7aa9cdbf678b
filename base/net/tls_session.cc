#include "base/net/tls_session.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace murder::net {

// OpenSSL's own socket BIO uses write(2), which raises SIGPIPE; this one sends with MSG_NOSIGNAL.
struct SocketBio {
  static TlsSession::Socket& socket(BIO* bio) { return *static_cast<TlsSession::Socket*>(BIO_get_data(bio)); }

  static bool is_temporary(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(socket(bio).fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(sent);
    socket(bio).error = errno;
    if (is_temporary(errno)) BIO_set_retry_write(bio);
    return -1;
  }

  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const auto received = ::recv(socket(bio).fd, into, static_cast<std::size_t>(size), 0);
    if (received > 0) return static_cast<int>(received);
    if (received == 0) {
      socket(bio).ended = true;
      return 0;
    }
    socket(bio).error = errno;
    if (is_temporary(errno)) BIO_set_retry_read(bio);
    return -1;
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return socket(bio).ended ? 1 : 0;
    return 0;
  }

  static BIO_METHOD* make_method() {
    auto* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    if (method == nullptr) return nullptr;
    BIO_meth_set_write(method, &write);
    BIO_meth_set_read(method, &read);
    BIO_meth_set_ctrl(method, &control);
    return method;
  }
};

namespace {

const BIO_METHOD* socket_bio() {
  static BIO_METHOD* const method = SocketBio::make_method();
  return method;
}

bool is_address(const std::string& name) {
  unsigned char buffer[sizeof(in6_addr)];
  return inet_pton(AF_INET, name.c_str(), buffer) == 1 || inet_pton(AF_INET6, name.c_str(), buffer) == 1;
}

// An address is compared with the certificate's addresses, a name with its names; only a name goes into SNI.
bool expect_server(SSL* ssl, const std::string& name) {
  if (is_address(name)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  return SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

}  // namespace

Result<std::unique_ptr<TlsSession>> TlsSession::create(const TlsClient& client, int socket) {
  ERR_clear_error();
  std::unique_ptr<TlsSession> session(new TlsSession(socket, client.server_name()));
  session->ssl_ = {SSL_new(client.context()), &SSL_free};
  auto* ssl = session->ssl_.get();
  if (ssl == nullptr || socket_bio() == nullptr) return Error{"TLS: " + take_openssl_error()};
  if (!expect_server(ssl, client.server_name())) return Error{"TLS: bad server name '" + client.server_name() + "'"};
  auto* bio = BIO_new(socket_bio());
  if (bio == nullptr) return Error{"TLS: " + take_openssl_error()};
  BIO_set_data(bio, &session->socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);  // owns it from here
  SSL_set_connect_state(ssl);
  return session;
}

TlsSession::~TlsSession() = default;

Result<Progress> TlsSession::handshake() {
  ERR_clear_error();
  return outcome(SSL_do_handshake(ssl_.get()));
}

Result<Progress> TlsSession::read(std::span<char> into) {
  ERR_clear_error();
  std::size_t received = 0;
  if (SSL_read_ex(ssl_.get(), into.data(), into.size(), &received) == 1) {
    return Progress{Progress::Kind::Done, received};
  }
  return outcome(0);
}

Result<Progress> TlsSession::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t sent = 0;
  if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent) == 1) return Progress{Progress::Kind::Done, sent};
  return outcome(0);
}

Result<Progress> TlsSession::outcome(int returned) {
  if (returned == 1) return Progress{};
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return Progress{Progress::Kind::WantRead, 0};
    case SSL_ERROR_WANT_WRITE:
      return Progress{Progress::Kind::WantWrite, 0};
    case SSL_ERROR_ZERO_RETURN:
      return Progress{Progress::Kind::End, 0};
    default:
      break;
  }
  failed_ = true;
  // A stream that is cut is not a stream that ended: RFC 8446 section 6.1.
  if (socket_.ended) return Error{"TLS: the connection was cut"};
  if (const auto verdict = SSL_get_verify_result(ssl_.get()); verdict != X509_V_OK) {
    return Error{"TLS: the certificate does not prove to be that of '" + server_name_ +
                 "': " + X509_verify_cert_error_string(verdict)};
  }
  if (ERR_peek_error() != 0) return Error{"TLS: " + take_openssl_error()};
  return Error{std::string("TLS: ") + std::strerror(socket_.error)};
}

void TlsSession::say_goodbye() {
  if (failed_ || SSL_is_init_finished(ssl_.get()) == 0) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // the socket is closed next, so its answer would not be read anyway
  ERR_clear_error();
}

}  // namespace murder::net
