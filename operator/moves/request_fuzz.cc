// Whatever an annotation holds ends in requests or mistakes, and what is taken is read back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "operator/moves/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace murder::moves;
  const auto parsed = parse_requests({reinterpret_cast<const char*>(data), size});
  if (const auto* requests = std::get_if<std::vector<Request>>(&parsed)) {
    if (requests->empty()) std::abort();
    const auto again = parse_requests(to_string(*requests));
    const auto* same = std::get_if<std::vector<Request>>(&again);
    if (same == nullptr || *same != *requests) std::abort();
  } else if (std::get<Mistakes>(parsed).empty()) {
    std::abort();
  }
  return 0;
}
