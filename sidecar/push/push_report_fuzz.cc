// Whatever ctl_mboxlist prints, whole or in two pieces, is read alike, and the counts add up.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sidecar/push/push_report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto whole = murder::push::parse_push_report(text);
  murder::push::PushReportParser pieces;
  pieces.feed(text.substr(0, size / 3));
  pieces.feed(text.substr(size / 3));
  const auto split = pieces.finish();
  if (static_cast<bool>(whole) != static_cast<bool>(split)) std::abort();
  if (whole && !(*whole == *split)) std::abort();
  if (whole && whole->actions.size() < murder::push::PushReport::max_actions &&
      whole->actions.size() != whole->total()) {
    std::abort();
  }
  return 0;
}
