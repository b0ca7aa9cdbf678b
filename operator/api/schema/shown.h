// What messages show of a text that somebody wrote.
#pragma once

#include <string>
#include <string_view>

namespace murder::api {

// On one line, without control characters, and cut off after some 64 octets: an alias can repeat a long text thousands
// of times.
std::string shown(std::string_view text);
std::string in_quotes(std::string_view text);

}  // namespace murder::api
