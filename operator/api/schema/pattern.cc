#include "operator/api/schema/pattern.h"

#include <re2/re2.h>

#include <unordered_map>

namespace murder::api {

// Manifests repeat the same few patterns thousands of times.
bool matches(const Pattern& pattern, std::string_view text) {
  static thread_local std::unordered_map<const char*, RE2> compiled;
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()),
                        compiled.try_emplace(pattern.regex, pattern.regex).first->second);
}

}  // namespace murder::api
