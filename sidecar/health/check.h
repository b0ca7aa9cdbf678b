// One thing that was looked at, and what was seen.
#pragma once

#include <string>
#include <string_view>

namespace murder::health {

enum class CheckState { Unknown, Ok, Failed };

constexpr std::string_view to_string(CheckState state) {
  switch (state) {
    case CheckState::Unknown:
      return "unknown";
    case CheckState::Ok:
      return "ok";
    case CheckState::Failed:
      return "failed";
  }
  return "";
}

struct Check {
  std::string name;  // "cyrmaster", "service imap", "mupdate master", "push", "mailbox list", …
  CheckState state = CheckState::Unknown;
  std::string message = {};  // what was seen, when it is not ok; for ok only what is worth knowing
  double seconds = 0;        // how long the check took

  bool operator==(const Check&) const = default;
};

}  // namespace murder::health
