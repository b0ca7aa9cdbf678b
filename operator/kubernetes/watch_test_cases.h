// A watch's bytes, and the values in it: for tests and as seeds of the fuzz target.
#pragma once

#include <array>
#include <string_view>

namespace murder::kubernetes {

inline constexpr std::array<std::string_view, 7> watch_values = {
    R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}})",
    R"({"type":"MODIFIED","object":{"a":"}{][\"","b":[{"c":"\\"},[]],"d":"\\\""}})",
    R"({"a":"\"}"})",
    R"({"a":"\\"})",
    R"({})",
    R"({"type":"BOOKMARK","object":{"note":"ünïcode 🙂 \u007d"}})",
    R"({"type":"ERROR","object":{"kind":"Status","code":410}})",
};

}  // namespace murder::kubernetes
