// Whether a text is what a Pattern asks for.
#pragma once

#include <string_view>

#include "operator/api/schema/field.h"

namespace murder::api {

// The whole of it. A pattern is compiled once a thread.
bool matches(const Pattern& pattern, std::string_view text);

}  // namespace murder::api
