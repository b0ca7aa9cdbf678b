#include "base/sasl/client.h"

#include <sasl/sasl.h>
#include <sasl/saslutil.h>
#include <string.h>

#include <array>
#include <cstring>
#include <vector>

namespace murder::sasl {
namespace {

// The library writes to syslog by itself; whatever it has to say also comes back as an error.
int say_nothing(void*, int, const char*) { return SASL_OK; }

// The library keeps callbacks of every kind under one type.
template <typename Function>
int (*callback(Function* function))() {
  return reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(function));
}

// Once a process, whichever thread comes first; the library's own state is never torn down.
int initialize() {
  static const std::array<sasl_callback_t, 2> callbacks = {
      {{SASL_CB_LOG, callback(&say_nothing), nullptr}, {SASL_CB_LIST_END, nullptr, nullptr}}};
  static const int result = sasl_client_init(callbacks.data());
  return result;
}

std::string encode(const char* bytes, unsigned size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');
  unsigned written = 0;
  // It cannot fail: there is room.
  sasl_encode64(bytes, size, text.data(), static_cast<unsigned>(text.size()), &written);
  text.resize(written);
  return text;
}

Result<std::string> decode(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 4, '\0');
  unsigned written = 0;
  if (sasl_decode64(text.data(), static_cast<unsigned>(text.size()), bytes.data(), static_cast<unsigned>(bytes.size()),
                    &written) != SASL_OK) {
    return Error{"the challenge is not base64"};
  }
  bytes.resize(written);
  return bytes;
}

}  // namespace

// Has one address for life: the library keeps pointers into it.
struct Client::Session {
  Credentials credentials;
  std::vector<unsigned char> secret;  // a sasl_secret_t and its bytes
  std::array<sasl_callback_t, 5> callbacks{};
  sasl_conn_t* connection = nullptr;

  ~Session() {
    if (connection != nullptr) sasl_dispose(&connection);
    explicit_bzero(secret.data(), secret.size());
    explicit_bzero(credentials.password.data(), credentials.password.size());
  }

  static int give_name(void* context, int id, const char** result, unsigned* size) {
    const auto& credentials = static_cast<Session*>(context)->credentials;
    const auto& name = id == SASL_CB_USER ? credentials.authorize_as : credentials.username;
    *result = name.c_str();
    if (size != nullptr) *size = static_cast<unsigned>(name.size());
    return SASL_OK;
  }

  static int give_secret(sasl_conn_t*, void* context, int, sasl_secret_t** result) {
    *result = reinterpret_cast<sasl_secret_t*>(static_cast<Session*>(context)->secret.data());
    return SASL_OK;
  }

  Error fault() const { return Error{sasl_errdetail(connection)}; }
};

Client::Client(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::create(const std::string& service, const std::string& host, Credentials credentials) {
  if (const int result = initialize(); result != SASL_OK) {
    return Error{std::string("SASL: ") + sasl_errstring(result, nullptr, nullptr)};
  }
  auto session = std::make_unique<Session>();
  session->credentials = std::move(credentials);
  const auto& password = session->credentials.password;
  session->secret.resize(sizeof(sasl_secret_t) + password.size());
  auto* secret = reinterpret_cast<sasl_secret_t*>(session->secret.data());
  secret->len = password.size();
  std::memcpy(secret->data, password.data(), password.size());
  session->callbacks = {{{SASL_CB_USER, callback(&Session::give_name), session.get()},
                         {SASL_CB_AUTHNAME, callback(&Session::give_name), session.get()},
                         {SASL_CB_PASS, callback(&Session::give_secret), session.get()},
                         {SASL_CB_LOG, callback(&say_nothing), nullptr},
                         {SASL_CB_LIST_END, nullptr, nullptr}}};
  const int made = sasl_client_new(service.c_str(), host.c_str(), nullptr, nullptr, session->callbacks.data(), 0,
                                   &session->connection);
  if (made != SASL_OK) return Error{std::string("SASL: ") + sasl_errstring(made, nullptr, nullptr)};

  sasl_security_properties_t properties{};  // max_ssf 0: no security layer
  properties.security_flags = SASL_SEC_NOANONYMOUS;
  if (sasl_setprop(session->connection, SASL_SEC_PROPS, &properties) != SASL_OK) {
    return session->fault().in("SASL");
  }
  return Client(std::move(session));
}

Result<Client::Start> Client::start(std::span<const std::string> mechanisms) {
  std::string list;
  for (const auto& mechanism : mechanisms) list.append(list.empty() ? "" : " ").append(mechanism);
  const char* output = nullptr;
  unsigned size = 0;
  const char* chosen = nullptr;
  const int result = sasl_client_start(session_->connection, list.c_str(), nullptr, &output, &size, &chosen);
  if (result != SASL_OK && result != SASL_CONTINUE) return session_->fault().in("SASL: none of '" + list + "'");
  complete_ = result == SASL_OK;
  Start start{.mechanism = chosen, .initial_response = {}};
  if (output != nullptr) start.initial_response = encode(output, size);
  return start;
}

Result<std::string> Client::step(std::string_view challenge) {
  const auto bytes = decode(challenge);
  if (!bytes) return bytes.error().in("SASL");
  const char* output = nullptr;
  unsigned size = 0;
  const int result = sasl_client_step(session_->connection, bytes->data(), static_cast<unsigned>(bytes->size()),
                                      nullptr, &output, &size);
  if (result != SASL_OK && result != SASL_CONTINUE) return session_->fault().in("SASL");
  complete_ = result == SASL_OK;
  return output == nullptr ? std::string() : encode(output, size);
}

}  // namespace murder::sasl
