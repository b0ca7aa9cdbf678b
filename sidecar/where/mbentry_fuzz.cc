// Whatever stands in a record ends in an entry or an error.
#include <cstddef>
#include <cstdint>

#include "sidecar/where/mbentry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto entry = murder::where::parse_mbentry({reinterpret_cast<const char*>(data), size});
  return entry && entry->is('x') ? 0 : 0;
}
