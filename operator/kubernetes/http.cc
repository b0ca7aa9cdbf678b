#include "operator/kubernetes/http.h"

#include <strings.h>

namespace murder::kubernetes {

std::string HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) return value;
  }
  return {};
}

}  // namespace murder::kubernetes
