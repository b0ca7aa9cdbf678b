// Bytes as they come, cut into lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace murder {

class Lines {
 public:
  explicit Lines(std::size_t longest) : longest_(longest) {}

  // Calls `take(line)` for each line that ends in `bytes`, without its line feed; a line that lies in `bytes` as a
  // whole is not copied. `take` returns whether it wants more. False when a line is longer than allowed.
  template <typename Take>
  bool feed(std::string_view bytes, Take&& take) {
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
      if (partial_.size() + end > longest_) return false;
      bool more = true;
      if (partial_.empty()) {
        more = take(bytes.substr(0, end));
      } else {
        partial_.append(bytes.substr(0, end));
        more = take(std::exchange(partial_, {}));
      }
      bytes.remove_prefix(end + 1);
      if (!more) return true;
    }
    if (partial_.size() + bytes.size() > longest_) return false;
    partial_.append(bytes);
    return true;
  }

  // What has come of a line that has not ended.
  std::string take_rest() { return std::exchange(partial_, {}); }

 private:
  const std::size_t longest_;
  std::string partial_;
};

}  // namespace murder
