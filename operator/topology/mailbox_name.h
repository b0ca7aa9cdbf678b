// Names of mailboxes as people write them, and as Cyrus keeps them and MUPDATE says them.
#pragma once

#include <string>
#include <string_view>

#include "operator/api/murder_cluster.h"

namespace murder::topology {

// With the separator slash, "user/fred.smith/Work" is "user.fred^smith.Work" inside; with dot, names are as they are.
inline std::string internal_name(std::string_view name, api::HierarchySeparator separator) {
  std::string internal(name);
  if (separator == api::HierarchySeparator::Dot || internal.find('/') == std::string::npos) return internal;
  for (char& c : internal) {
    if (c == '.') c = '^';
    if (c == '/') c = '.';
  }
  return internal;
}

}  // namespace murder::topology
