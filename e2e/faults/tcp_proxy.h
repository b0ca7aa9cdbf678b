// A TCP proxy that can do to a connection what networks do: pass it on, hold everything back while the connection stays
// (a half-open peer), or cut it. For tests.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/net/unique_fd.h"
#include "base/result.h"

namespace murder::faults {

class TcpProxy {
 public:
  // Listens on a free port of 127.0.0.1 and passes on to `target_port` there.
  static Result<std::unique_ptr<TcpProxy>> start(int target_port);
  ~TcpProxy();

  int port() const { return port_; }
  // From now on nothing passes on the connections that there are; the kernels at both ends keep them. New ones work.
  void freeze();
  // Both ends of all connections are reset.
  void cut();
  int accepted() const { return accepted_; }

 private:
  struct Pair;
  TcpProxy() = default;
  void accept_all(const std::stop_token& stop);
  void wake();

  int port_ = 0;
  int target_port_ = 0;
  net::UniqueFd listener_;
  net::UniqueFd wake_read_;
  net::UniqueFd wake_write_;
  std::atomic<int> accepted_ = 0;
  std::atomic<bool> freeze_ = false;
  std::atomic<bool> cut_ = false;
  std::jthread thread_;
};

}  // namespace murder::faults
