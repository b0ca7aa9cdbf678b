// Comparing protocol words, whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace murder::mupdate {

inline char to_upper(char byte) { return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte; }

// `word` is written in capitals.
inline bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return to_upper(a) == b; });
}

}  // namespace murder::mupdate
