// Base64 with padding (RFC 4648 section 4).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace murder {

// White space is passed over.
Result<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

}  // namespace murder
