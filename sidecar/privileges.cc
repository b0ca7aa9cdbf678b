#include "sidecar/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace murder::agent {

Status drop_root() {
  umask(077);
  if (geteuid() != 0) return ok();
  errno = 0;
  const passwd* user = getpwnam("cyrus");
  if (!user) {
    return errno ? system_error("look up user", "cyrus") : Status(Error{"started as root, and there is no user cyrus"});
  }
  if (initgroups(user->pw_name, user->pw_gid) != 0) return system_error("initgroups", "cyrus");
  if (setgid(user->pw_gid) != 0) return system_error("setgid", "mail");
  if (setuid(user->pw_uid) != 0) return system_error("setuid", "cyrus");
  return ok();
}

}  // namespace murder::agent
