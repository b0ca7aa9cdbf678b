#include "operator/api/common.h"

namespace murder::api {

int Origin::line_of(std::string_view path) const {
  while (!path.empty()) {
    if (const auto known = lines.find(path); known != lines.end()) return known->second;
    const auto end = path.find_last_of(".[");
    path = path.substr(0, end == std::string_view::npos ? 0 : end);
  }
  return line;
}

}  // namespace murder::api
