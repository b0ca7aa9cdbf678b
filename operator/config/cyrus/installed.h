// Which Cyrus is installed here.
#pragma once

#include <chrono>
#include <filesystem>

#include "base/result.h"
#include "operator/config/cyrus/version.h"

namespace murder::cyrus {

// Debian's place for it, in all three releases (package cyrus-common).
inline constexpr const char* default_cyr_info = "/usr/lib/cyrus/bin/cyr_info";

// Asks `cyr_info version`, which reads no configuration. It is the Cyrus that would run that answers, whereas dpkg's
// database may be missing in an image, or know nothing of a Cyrus that was built from source.
// Errors: it is not there or cannot be run, fails, does not answer in time, or is of a release that is not supported.
Result<Version> installed_version(const std::filesystem::path& cyr_info = default_cyr_info,
                                  std::chrono::milliseconds deadline = std::chrono::seconds(10));

}  // namespace murder::cyrus
