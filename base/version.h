// The version of this build, from CMakeLists.txt.
#pragma once

#include <string_view>

namespace murder {

inline constexpr std::string_view version = MURDER_VERSION;

}  // namespace murder
