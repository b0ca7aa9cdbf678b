#include "mupdate/client/connection.h"

namespace murder::mupdate {

std::string said(const Completion& end) {
  return std::string(to_string(end.code)).append(" \"").append(printable(end.text)).append("\"");
}

Status Connection::send(std::string_view bytes, net::Deadline deadline, std::string_view what) {
  MURDER_TRY(check_alive());
  auto sent = stream_.write_all(bytes, deadline, what);
  if (!sent) return fail(std::move(sent).error());
  return ok();
}

Result<Response> Connection::receive(net::Deadline deadline, std::string_view awaited) {
  auto response = try_receive(deadline, awaited);
  if (!response) return std::move(response).error();
  if (*response) return **response;
  return fail(refusal("no answer within " + deadline.allowed() + " while waiting for " + std::string(awaited)));
}

Result<std::optional<Response>> Connection::try_receive(net::Deadline deadline, std::string_view awaited) {
  MURDER_TRY(check_alive());
  while (true) {
    auto response = reader_.next();
    if (!response) return fail(std::move(response).error().in(peer()));
    if (*response) {
      if (!std::holds_alternative<LiteralWaits>(**response)) return response;
      MURDER_TRY(send("+ go ahead\r\n", deadline, "the go-ahead for a literal"));
      continue;
    }
    const auto received = stream_.try_read_some(buffer_, deadline);
    if (!received) return fail(Error{received.error().message + " while waiting for " + std::string(awaited)});
    if (!*received) return std::optional<Response>();
    if (**received == 0) return fail(refusal("closed the connection while waiting for " + std::string(awaited)));
    reader_.feed(std::string_view(buffer_.data(), **received));
  }
}

Status Connection::start_tls(const net::TlsClient& client, net::Deadline deadline) {
  MURDER_TRY(check_alive());
  // What a stranger put behind the answer in clear must not be taken for the server's word in TLS.
  if (!reader_.is_drained()) return fail(refusal("TLS: more than the answer to STARTTLS arrived in clear"));
  auto started = stream_.start_tls(client, deadline);
  if (!started) return fail(std::move(started).error());
  return ok();
}

Error Connection::fail(Error error) {
  if (!failure_) failure_ = error;
  stream_.close();
  return error;
}

Status Connection::check_alive() const {
  if (!failure_) return ok();
  return Error{"the connection ended earlier: " + failure_->message};
}

}  // namespace murder::mupdate
