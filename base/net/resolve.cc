#include "base/net/resolve.h"

#include <netdb.h>
#include <sys/un.h>

#include <cstring>
#include <future>
#include <memory>
#include <system_error>
#include <thread>

namespace murder::net {
namespace {

Address unix_address(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  // Endpoint::parse has measured it; one that was made by hand is cut rather than written past the end.
  std::strncpy(name.sun_path, path.c_str(), sizeof name.sun_path - 1);
  Address address;
  std::memcpy(&address.storage, &name, sizeof name);
  address.size = sizeof name;
  return address;
}

struct Answer {
  int code = 0;
  std::vector<Address> addresses;
};

Answer look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  Answer answer;
  answer.code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (answer.code != 0) return answer;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
    Address address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    answer.addresses.push_back(address);
  }
  return answer;
}

Result<std::vector<Address>> taken(Answer answer) {
  if (answer.code != 0) return Error{std::string("resolve: ") + gai_strerror(answer.code)};
  if (answer.addresses.empty()) return Error{"resolve: no address"};
  return std::move(answer.addresses);
}

}  // namespace

Result<std::vector<Address>> resolve(const Endpoint& endpoint, Deadline deadline) {
  if (endpoint.is_unix()) return std::vector<Address>{unix_address(endpoint.path)};

  auto numeric = look_up(endpoint.host, endpoint.port, AI_NUMERICHOST);
  if (numeric.code == 0) return taken(std::move(numeric));

  auto promise = std::make_shared<std::promise<Answer>>();
  auto future = promise->get_future();
  try {
    std::thread([promise, host = endpoint.host, port = endpoint.port] {
      promise->set_value(look_up(host, port, AI_ADDRCONFIG));
    }).detach();
  } catch (const std::system_error& error) {
    return Error{std::string("resolve: start a thread: ") + error.what()};
  }
  if (!deadline.is_bounded()) {
    future.wait();
  } else if (future.wait_for(deadline.remaining()) != std::future_status::ready) {
    return Error{"resolve: no answer within " + deadline.allowed()};
  }
  return taken(future.get());
}

}  // namespace murder::net
