// Finds where a JSON object ends: where its brackets close outside a string. Whether what is inside is JSON, who parses
// it finds out.
#pragma once

#include <cstddef>

namespace murder::kubernetes {

class ObjectScanner {
 public:
  // The object's first bracket has been seen.
  void begin() { depth_ = 1; }
  bool inside() const { return depth_ > 0; }

  // Looks on from `at`; says where it stopped: right behind the object, inside() no more, or at `end`. What is behind
  // `end` must be readable (LeanParser::padding).
  std::size_t scan(const char* data, std::size_t at, std::size_t end);

 private:
  enum class State { Value, String, Escape };

  std::size_t depth_ = 0;
  State state_ = State::Value;
};

}  // namespace murder::kubernetes
