// For end-to-end tests: a real Cyrus MUPDATE server, master or slave, in a directory of its own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>

#include "base/net/endpoint.h"
#include "base/result.h"

namespace murder::mupdate {

struct CyrusNodeOptions {
  std::string address;                            // 127.x.y.z; also the servername
  std::string master = {};                        // endpoint of a slave's master; empty: this is a master
  std::map<std::string, std::string> imapd = {};  // further lines of imapd.conf
};

class CyrusNode {
 public:
  static constexpr auto user = "mupdate";
  static constexpr auto password = "mu pw\"\\1";
  static constexpr std::uint16_t port = 3905;

  // Starts cyrmaster (as root; it becomes `cyrus`) and waits for the banner.
  static Result<CyrusNode> start(CyrusNodeOptions options);
  CyrusNode(CyrusNode&& other) noexcept;
  CyrusNode& operator=(CyrusNode&&) = delete;
  // Stops it, whatever it takes, and removes the directory.
  ~CyrusNode();

  net::Endpoint endpoint() const { return {.host = address_, .port = port, .path = {}}; }
  // What a crash would leave: all its processes end at once.
  void kill();
  Status wait_for_banner() const;
  // What its processes wrote to their standard error.
  std::string stderr_log() const;

 private:
  CyrusNode(std::string address, std::filesystem::path directory)
      : address_(std::move(address)), directory_(std::move(directory)) {}

  Status lay_out(const CyrusNodeOptions& options) const;
  Status set_password() const;
  Status spawn();

  std::string address_;
  std::filesystem::path directory_;
  pid_t pid_ = -1;  // of cyrmaster, and of its process group
};

}  // namespace murder::mupdate
