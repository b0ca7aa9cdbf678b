#include "operator/local/ask.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/net/unique_fd.h"

namespace murder::local {
namespace {

// More than any of our agents says.
constexpr std::size_t kLongest = 1 << 20;

// One question on its way: connecting, sending, receiving, done.
class Exchange {
 public:
  explicit Exchange(const Question& question) : question_(question) { begin(); }

  bool open() const { return static_cast<bool>(socket_); }
  pollfd wanted() const { return {socket_.get(), static_cast<short>(unsent_.empty() ? POLLIN : POLLOUT), 0}; }

  void go_on() {
    if (!unsent_.empty()) {
      const auto sent = send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN ? void() : end(std::strerror(errno));
      unsent_.erase(0, static_cast<std::size_t>(sent));
      return;
    }
    char buffer[16384];
    const auto size = recv(socket_.get(), buffer, sizeof buffer, 0);
    if (size < 0) return errno == EAGAIN ? void() : end(std::strerror(errno));
    received_.append(buffer, static_cast<std::size_t>(size));
    if (question_.path.empty() && received_.find(question_.greeting) != std::string::npos) {
      answer_ = {.came = true, .text = received_};
      return socket_.reset();
    }
    if (size > 0 && received_.size() < kLongest) return;
    if (question_.path.empty()) return end("the connection was closed");
    answer_ = parse_http(received_);
    socket_.reset();
  }

  void end(const std::string& why) {
    answer_.text = question_.endpoint.to_string() + ": " + why;
    socket_.reset();
  }

  Answer take() { return std::move(answer_); }

 private:
  void begin() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(question_.endpoint.port);
    if (inet_pton(AF_INET, question_.endpoint.host.c_str(), &address.sin_addr) != 1) return end("not an IPv4 address");
    socket_.reset(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_) return end(std::strerror(errno));
    if (connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
      return end(std::strerror(errno));
    }
    if (!question_.path.empty()) {
      unsent_ =
          "GET " + question_.path + " HTTP/1.1\r\nHost: " + question_.endpoint.host + "\r\nConnection: close\r\n\r\n";
    }
  }

  const Question& question_;
  net::UniqueFd socket_;
  std::string unsent_;
  std::string received_;
  Answer answer_;
};

}  // namespace

std::vector<Answer> ask(const std::vector<Question>& questions, net::Deadline deadline) {
  std::vector<Exchange> exchanges;
  exchanges.reserve(questions.size());
  for (const auto& question : questions) exchanges.emplace_back(question);
  for (;;) {
    std::vector<pollfd> waiting;
    std::vector<Exchange*> whose;
    for (auto& exchange : exchanges) {
      if (!exchange.open()) continue;
      waiting.push_back(exchange.wanted());
      whose.push_back(&exchange);
    }
    if (waiting.empty()) break;
    const int count = poll(waiting.data(), waiting.size(), deadline.poll_timeout());
    if (count < 0 && errno == EINTR) continue;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (count <= 0) {
        whose[i]->end("no answer within " + deadline.allowed());
      } else if (waiting[i].revents != 0) {
        whose[i]->go_on();
      }
    }
  }
  std::vector<Answer> answers;
  for (auto& exchange : exchanges) answers.push_back(exchange.take());
  return answers;
}

Answer parse_http(const std::string& bytes) {
  constexpr std::string_view kVersion = "HTTP/1.";
  const auto body = bytes.find("\r\n\r\n");
  Answer answer;
  if (!bytes.starts_with(kVersion) || bytes.size() < 12 || body == std::string::npos) {
    answer.text = "not an HTTP answer";
    return answer;
  }
  const auto [end, error] = std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
  if (error != std::errc() || end != bytes.data() + 12) {
    answer.text = "not an HTTP answer";
    return answer;
  }
  answer.came = true;
  answer.text = bytes.substr(body + 4);
  return answer;
}

}  // namespace murder::local
