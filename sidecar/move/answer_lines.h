// The lines of an answer whose values can be literals: a line that ends in {N} or {N+} goes on behind N octets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace murder::move {

class AnswerLines {
 public:
  void feed(std::string_view bytes) { bytes_ += bytes; }
  // Without its line end; nothing until all of it has come.
  std::optional<std::string> next();
  std::size_t waiting() const { return bytes_.size(); }  // octets of lines that have not been taken

 private:
  std::string bytes_;
  std::size_t at_ = 0;  // where the search for the line's end goes on
};

}  // namespace murder::move
