// Names to addresses, within a deadline.
#pragma once

#include <sys/socket.h>

#include <vector>

#include "base/net/deadline.h"
#include "base/net/endpoint.h"
#include "base/result.h"

namespace murder::net {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Every address of `endpoint`, in the order in which to try them (getaddrinfo(3)); never empty. A numeric address or a
// path is answered at once. A name is looked up on a thread of its own, because getaddrinfo cannot be interrupted: when
// the deadline passes that thread is left to finish by itself.
Result<std::vector<Address>> resolve(const Endpoint& endpoint, Deadline deadline);

}  // namespace murder::net
