#include "operator/kubernetes/query.h"

namespace murder::kubernetes {

Query& Query::with(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  target_ += any_ ? '&' : '?';
  any_ = true;
  target_ += name;
  target_ += '=';
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      target_ += c;
    } else {
      target_ += '%';
      target_ += hex[byte >> 4];
      target_ += hex[byte & 15];
    }
  }
  return *this;
}

}  // namespace murder::kubernetes
