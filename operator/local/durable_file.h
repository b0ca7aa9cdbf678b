// Files that are whole or absent, also after a loss of power: written beside, synced, renamed, the directory synced.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace murder::local {

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
  bool operator==(const Owner&) const = default;
};

// The process's own.
Owner self();

struct Access {
  mode_t mode = 0600;
  Owner owner = self();
  bool survives_power_loss = true;  // costs two syncs; in any case the file is seen whole or not at all
};

// Never follows a symbolic link at `path` and never shows a file with fewer restrictions than `access` says.
Status write_file(const std::string& path, std::string_view bytes, const Access& access);

// Nothing when there is no such file.
Result<std::optional<std::string>> read_file(const std::string& path);

// Makes the directory and its missing parents (those with mode 0755, owned by the caller). One that is there gets the
// mode and owner; a symbolic link in its place is an error.
Status make_directory(const std::string& path, const Access& access);

}  // namespace murder::local
