// For the fuzz targets: the vectors of the tests as seeds, and the property that all of them check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

#include "mupdate/protocol/transcript.h"
#include "mupdate/protocol/vectors.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t longest);

namespace murder::mupdate {

// The first byte says where the rest is cut: in two, or byte by byte. However it is cut, the same has to come out.
inline int fuzz(const std::uint8_t* data, std::size_t size, std::string (*transcribe)(Pieces, Limits), Limits limits) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view whole[] = {bytes};
  const auto expected = transcribe(whole, limits);
  const std::size_t cut = bytes.empty() ? 0 : data[0] % bytes.size();
  const std::string_view halves[] = {bytes.substr(0, cut), bytes.substr(cut)};
  if (transcribe(halves, limits) != expected) std::abort();
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
  if (transcribe(single, limits) != expected) std::abort();
  return 0;
}

// Mutates as libFuzzer does; now and then begins anew from a vector.
inline std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t longest, unsigned seed,
                          std::span<const Vector> vectors) {
  if (seed % 16 == 0 || size < 2) {
    const auto bytes = vectors[(seed / 16) % vectors.size()].bytes;
    if (bytes.size() + 1 <= longest) {
      data[0] = static_cast<std::uint8_t>(seed >> 16);
      std::memcpy(data + 1, bytes.data(), bytes.size());
      size = bytes.size() + 1;
    }
  }
  return LLVMFuzzerMutate(data, size, longest);
}

}  // namespace murder::mupdate
