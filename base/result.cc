#include "base/result.h"

#include <cerrno>
#include <cstring>

namespace murder {

Error system_error(std::string_view what, std::string_view subject, int error_number) {
  return Error{std::string(what) + " " + std::string(subject) + ": " + std::strerror(error_number)};
}

Error system_error(std::string_view what, std::string_view subject) { return system_error(what, subject, errno); }

}  // namespace murder
