// What must be known of a YAML text before its documents are built: whether it has what no manifest needs and what the
// API server's own reader would not take, or would take otherwise.
#pragma once

#include <string>
#include <string_view>

#include "operator/api/schema/mistake.h"

namespace murder::api {

inline constexpr std::size_t kLargestFile = 4 << 20;  // an API server takes no larger request either
inline constexpr int kDeepest = 64;                   // objects and lists in each other
inline constexpr int kMostAliases = 1000;             // each may repeat a whole list

// Adds a mistake for a file that is too large, is not UTF-8 (or has control characters), is not YAML, is nested too
// deeply, or has tags, merge keys or more aliases than kMostAliases. Looks at every byte once and expands nothing.
void screen(const std::string& file, const std::string& text, Mistakes& mistakes);

// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without control characters other
// than tab, line feed and carriage return. On failure `line` is that of the first octet that is not, from 1.
bool is_text(std::string_view text, int& line);

}  // namespace murder::api
