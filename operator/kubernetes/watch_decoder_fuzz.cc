// Whole or in pieces, the same bytes are the same values; and whatever a frame is, it is parsed or refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "operator/kubernetes/parse.h"
#include "operator/kubernetes/watch_decoder.h"
#include "operator/kubernetes/watcher.h"

namespace {

using murder::kubernetes::WatchDecoder;

// What the parser says of a text is what nlohmann::json says.
void check_parsing(std::string_view padded) {
  static murder::kubernetes::LeanParser parser;
  const auto lean = parser.parse(padded, {});
  const auto plain = nlohmann::json::parse(padded, nullptr, false);
  if (lean.has_value() == plain.is_discarded()) std::abort();
  if (lean && *lean != plain) std::abort();
}

std::vector<std::string> decode(std::string_view bytes, std::size_t piece) {
  WatchDecoder decoder(1 << 12);
  std::vector<std::string> frames;
  while (!bytes.empty()) {
    const auto now = bytes.substr(0, piece);
    bytes.remove_prefix(now.size());
    decoder.feed(now);
    while (true) {
      const auto next = decoder.next();
      if (std::holds_alternative<WatchDecoder::NeedMore>(next)) break;
      if (std::holds_alternative<WatchDecoder::Malformed>(next)) return frames;
      const auto json = std::get<WatchDecoder::Frame>(next).json;
      check_parsing(json);
      frames.emplace_back(json);
    }
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = decode(bytes, bytes.size() + 1);
  if (decode(bytes, 1 + data[0] % 64) != whole) std::abort();
  murder::kubernetes::Watcher watcher([] { return 0.5; });
  for (const auto& frame : whole) {
    auto event = nlohmann::json::parse(frame, nullptr, false);
    if (!event.is_discarded()) (void)watcher.received(std::move(event), {});
  }
  return 0;
}
