// The supervisor's log: one JSON object a line, {"ts", "level", "reason", "node", "msg"}, in a file that is renamed to
// FILE.1 when it has grown to 4 MiB.
#pragma once

#include <string>
#include <string_view>

namespace murder::local {

class Journal {
 public:
  explicit Journal(std::string path) : path_(std::move(path)) {}

  void info(std::string_view reason, std::string_view node, std::string_view message);
  void warn(std::string_view reason, std::string_view node, std::string_view message);

 private:
  void write(std::string_view level, std::string_view reason, std::string_view node, std::string_view message);
  std::string path_;
};

}  // namespace murder::local
