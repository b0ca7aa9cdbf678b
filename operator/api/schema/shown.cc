#include "operator/api/schema/shown.h"

namespace murder::api {
namespace {

constexpr std::size_t kShown = 64;

}  // namespace

std::string shown(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins_character = (text[i] & 0xC0) != 0x80;
    if (begins_character && shown.size() >= kShown) return shown + "…";
    if (text[i] == '\n') {
      shown += "\\n";
    } else if (text[i] == '\r') {
      shown += "\\r";
    } else if (text[i] == '\t') {
      shown += "\\t";
    } else if (static_cast<unsigned char>(text[i]) < ' ' || text[i] == '\x7f') {
      shown += "\\?";  // only an escape in the YAML can have made it
    } else {
      shown += text[i];
    }
  }
  return shown;
}

std::string in_quotes(std::string_view text) { return "\"" + shown(text) + "\""; }

}  // namespace murder::api
