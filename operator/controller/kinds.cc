#include "operator/controller/kinds.h"

#include <cstdlib>

namespace murder::controller {

const Resource& owned_kind(std::string_view kind) {
  for (const auto& resource : kOwned) {
    if (resource.kind == kind) return resource;
  }
  std::abort();
}

}  // namespace murder::controller
