// Starts a program that is to live on by itself, in a view of the file system of its own.
//
// The child leads a session (setsid): signals to its process group reach nobody else, and its session number tells its
// descendants for as long as one of them lives. Its mount namespace is private, so what is mounted for it is seen by no
// one else and is gone with its last process. It inherits no descriptor but 0 (/dev/null), 1 and 2, no blocked and no
// ignored signal, and exactly the environment given.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace murder::process {

struct BindMount {
  std::string source;  // a file
  std::string target;  // a file that exists, such as /etc/hosts
};

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups = {};
  bool operator==(const Identity&) const = default;
};

struct Spawn {
  std::vector<std::string> argv;
  std::vector<std::string> environment;  // "NAME=value"
  std::string directory = "/";
  std::string output = "/dev/null";  // stdout and stderr are appended here; made with mode 0640 when absent

  std::vector<BindMount> binds = {};
  // For root: who the program runs as. Mounts are made before.
  std::optional<Identity> run_as = {};
  // For everybody else: a user namespace in which the caller's own uid and gid are these (user_namespaces(7)); it is
  // what permits an ordinary user to mount.
  std::optional<Identity> seen_as = {};
  // Become a child of init instead of the caller's, which then need not wait for it.
  bool daemon = false;
};

// The process id, once the program runs: a program that cannot be executed, or any step before, is an Error that names
// the step ("mount /x over /etc/hosts: Permission denied").
Result<pid_t> spawn(const Spawn& what);

// A user and its groups (passwd(5), group(5)).
Result<Identity> identity_of(const std::string& user);

}  // namespace murder::process
