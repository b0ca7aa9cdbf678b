// A client's view: whatever a server sends is read the same however it arrives, within the limits.
#include "mupdate/protocol/fuzz.h"

namespace mupdate = murder::mupdate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mupdate::fuzz(data, size, mupdate::response_transcript, {});
  return mupdate::fuzz(data, size, mupdate::response_transcript, mupdate::small_limits);
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t longest,
                                               unsigned seed) {
  return mupdate::mutate(data, size, longest, seed, mupdate::response_vectors);
}
