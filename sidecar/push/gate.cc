#include "sidecar/push/gate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/net/stream.h"
#include "mupdate/protocol/ascii.h"
#include "mupdate/protocol/encode.h"
#include "mupdate/protocol/lexer.h"
#include "sidecar/push/gate_rules.h"

namespace murder::push {
namespace {

using mupdate::Lexer;
using std::chrono::seconds;

// Cyrus's client waits 10 s for each answer: a master that is slower than this has to be told as a NO before.
constexpr auto client_patience = seconds(9);

// A client that takes nothing is a process of this node that hangs.
constexpr auto write_timeout = seconds(30);

std::string from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return {};
  bytes.resize(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < 2 && text.ends_with('='); ++i) {
    text.remove_suffix(1);
    bytes.pop_back();
  }
  return bytes;
}

}  // namespace

// The conversation with the one client.
class Gate::Session {
 public:
  Session(mupdate::Client master, std::string username, std::string password, GateRules rules)
      : master_(std::move(master)),
        username_(std::move(username)),
        password_(std::move(password)),
        rules_(std::move(rules)) {}

  void serve(net::Stream client, int stop);
  GateReport report;

 private:
  enum class Go { On, End };
  Go answer(net::Stream& client, const Lexer::Line& line);
  Go authenticate(const Lexer::Line& line);
  void list(net::Stream& client, const Lexer::Line& line);
  void find(const Lexer::Line& line);
  void activate(const Lexer::Line& line);
  void remove(const Lexer::Line& line);

  void say(std::string_view tag, std::string_view result, std::string_view text) {
    out_.append(tag).append(" ").append(result).append(" ");
    mupdate::append_quoted(out_, text);
    out_.append("\r\n");
  }
  void refuse(std::string_view tag, const Error& error) {
    if (report.error.empty()) report.error = error.message;
    say(tag, "NO", error.message);
  }
  void append_entry(std::string_view tag, const mupdate::EntryView& entry) {
    if (entry.state == mupdate::State::Active) {
      const std::string_view arguments[] = {entry.name, entry.location, entry.acl};
      mupdate::append_command(out_, tag, "MAILBOX", arguments);
    } else {
      const std::string_view arguments[] = {entry.name, entry.location};
      mupdate::append_command(out_, tag, "RESERVE", arguments);
    }
  }
  bool flush(net::Stream& client) {
    const auto written = client.write_all(out_, net::Deadline::in(write_timeout), "an answer");
    if (!written && report.error.empty()) report.error = written.error().message;
    out_.clear();
    return static_cast<bool>(written);
  }
  net::Deadline patience() const { return net::Deadline::in(client_patience); }

  mupdate::Client master_;
  std::string username_;
  std::string password_;
  GateRules rules_;
  bool authenticated_ = false;
  std::string out_;
};

void Gate::Session::serve(net::Stream client, int stop) {
  out_ = "* AUTH \"PLAIN\"\r\n* PARTIAL-UPDATE\r\n* OK MUPDATE \"gate\" \"murder-agent\" \"1\" \"(master)\"\r\n";
  if (!flush(client)) return;
  Lexer lexer(Lexer::Reading::Commands);
  std::array<char, 16384> bytes;
  while (true) {
    auto next = lexer.next();
    if (const auto* line = std::get_if<Lexer::Line>(&next)) {
      const Go go = answer(client, *line);
      if (!flush(client) || go == Go::End) return;
    } else if (const auto* malformed = std::get_if<Lexer::Malformed>(&next)) {
      say(malformed->tag, "BAD", malformed->what);
      if (!flush(client) || malformed->fatal) return;
    } else if (std::holds_alternative<Lexer::LiteralAnnounced>(next)) {
      out_ += "+ go ahead\r\n";
      if (!flush(client)) return;
    } else {
      // Nothing that it could say ends this wait; that it ends does, and so does close().
      pollfd stopped{stop, POLLIN, 0};
      const auto got = client.try_read_some(bytes, net::Deadline::in(std::chrono::milliseconds(250)));
      if (!got || (*got && **got == 0)) return;
      if (*got) {
        lexer.feed(std::string_view(bytes.data(), **got));
      } else if (poll(&stopped, 1, 0) > 0) {
        return;
      }
    }
  }
}

Gate::Session::Go Gate::Session::answer(net::Stream& client, const Lexer::Line& line) {
  const auto is = [&](std::string_view name, std::size_t arguments) {
    return mupdate::is_word(line.name, name) && line.name.size() == name.size() && line.arguments.size() == arguments;
  };
  if (is("LOGOUT", 0)) {
    say(line.tag, "OK", "bye-bye");
    return Go::End;
  }
  if (is("AUTHENTICATE", 2)) return authenticate(line);
  if (!authenticated_) {
    say(line.tag, "BAD", "Please login first");
    return Go::End;
  }
  if (is("NOOP", 0)) {
    say(line.tag, "OK", "Noop done");
  } else if (is("LIST", 1)) {
    list(client, line);
  } else if (is("FIND", 1)) {
    find(line);
  } else if (is("ACTIVATE", 3)) {
    activate(line);
  } else if (is("DELETE", 1)) {
    remove(line);
  } else {
    if (report.error.empty()) report.error = "ctl_mboxlist sent " + std::string(line.name) + ", which -m never did";
    say(line.tag, "BAD", "Unrecognized command");
  }
  return Go::On;
}

Gate::Session::Go Gate::Session::authenticate(const Lexer::Line& line) {
  // authorisation NUL user NUL password (RFC 4616)
  const std::string given = from_base64(line.arguments[1]);
  const auto first = given.find('\0');
  const std::string wanted = username_ + '\0' + password_;
  const std::string login = first == std::string::npos ? "" : given.substr(first + 1);
  authenticated_ = login.size() == wanted.size() && CRYPTO_memcmp(login.data(), wanted.data(), wanted.size()) == 0;
  if (!authenticated_) {
    if (report.error.empty()) report.error = "somebody else than this node's ctl_mboxlist connected";
    say(line.tag, "NO", "authentication failed");
    return Go::End;
  }
  say(line.tag, "OK", "Authenticated");
  return Go::On;
}

void Gate::Session::list(net::Stream& client, const Lexer::Line& line) {
  bool alive = true;
  const auto listed = master_.list(line.arguments[0], [&](const mupdate::EntryView& entry) {
    append_entry(line.tag, entry);
    if (alive && out_.size() > 64 * 1024) alive = flush(client);
    if (!alive) out_.clear();
  });
  if (!listed) return refuse(line.tag, listed.error());
  say(line.tag, "OK", "list complete");
}

void Gate::Session::find(const Lexer::Line& line) {
  const auto entry = master_.find(line.arguments[0], patience());
  if (!entry) return refuse(line.tag, entry.error());
  if (*entry && rules_.on_find(line.arguments[0], *entry) == GateRules::Show::AsItIs) {
    append_entry(line.tag, (*entry)->view());
  }
  say(line.tag, "OK", "Search completed");
}

void Gate::Session::activate(const Lexer::Line& line) {
  const auto& name = line.arguments[0];
  const auto listed = master_.find(name, patience());
  if (!listed) return refuse(line.tag, listed.error());
  if (rules_.on_activate(name, *listed) == GateRules::Pass::Drop) {
    report.shielded.emplace_back(name);
  } else {
    const auto done = master_.activate(name, line.arguments[1], line.arguments[2], patience());
    if (!done) return refuse(line.tag, done.error());
    ++report.activated;
  }
  say(line.tag, "OK", "done");
}

void Gate::Session::remove(const Lexer::Line& line) {
  const auto& name = line.arguments[0];
  const auto listed = master_.find(name, patience());
  if (!listed) return refuse(line.tag, listed.error());
  if (rules_.on_remove(*listed) == GateRules::Pass::Drop) {
    if (*listed) report.kept.emplace_back(name);
  } else {
    const auto done = master_.remove(name, patience());
    if (!done) return refuse(line.tag, done.error());
    ++report.removed;
  }
  say(line.tag, "OK", "done");
}

Gate::Gate(net::UniqueFd socket, net::UniqueFd stop, std::string endpoint, std::unique_ptr<Session> session)
    : socket_(std::move(socket)), stop_(std::move(stop)), endpoint_(std::move(endpoint)), session_(std::move(session)) {
  thread_ = std::jthread([this] {
    std::array<pollfd, 2> watched{{{socket_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
    while (poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
    }
    if (watched[1].revents) return;
    net::UniqueFd accepted(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted) {
      session_->report.error = system_error("accept", endpoint_).message;
      return;
    }
    auto client = net::Stream::adopt(std::move(accepted), "ctl_mboxlist");
    if (client) {
      session_->serve(*std::move(client), stop_.get());
    } else {
      session_->report.error = client.error().message;
    }
  });
}

Gate::~Gate() { static_cast<void>(close()); }

GateReport Gate::close() {
  if (thread_.joinable()) {
    eventfd_write(stop_.get(), 1);
    thread_.join();
  }
  return std::exchange(session_->report, {});
}

Result<std::unique_ptr<Gate>> Gate::open(mupdate::Options options, std::string server_name, Plan plan) {
  const std::string username = options.username;
  const std::string password = options.password;
  auto master = mupdate::Client::connect(std::move(options));
  if (!master) return std::move(master).error();

  net::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (!socket || bind(socket.get(), generic, size) != 0 || listen(socket.get(), 1) != 0 ||
      getsockname(socket.get(), generic, &size) != 0) {
    return system_error("listen on", "127.0.0.1");
  }
  net::UniqueFd stop(eventfd(0, EFD_CLOEXEC));
  if (!stop) return system_error("eventfd", "");
  auto session = std::make_unique<Session>(*std::move(master), username, password,
                                           GateRules(std::move(server_name), std::move(plan)));
  return std::unique_ptr<Gate>(new Gate(std::move(socket), std::move(stop),
                                        "127.0.0.1:" + std::to_string(ntohs(address.sin_port)), std::move(session)));
}

}  // namespace murder::push
