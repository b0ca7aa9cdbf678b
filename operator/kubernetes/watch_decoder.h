// Splits the bytes of a watch into JSON values. Fed whatever arrives, in pieces of any size; each byte is looked at
// once, and nothing is copied twice.
//
// JSON values are self-delimiting, so no line ends are needed: an object ends where its brackets close outside a
// string. The API server sends objects only; whatever else begins a value is malformed. The contents are checked by who
// parses the frame.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace murder::kubernetes {

class WatchDecoder {
 public:
  // The largest object that Kubernetes's own clients accept (apimachinery, serializer/streaming).
  static constexpr std::size_t max_frame = 16 << 20;

  struct NeedMore {};
  struct Frame {
    std::string_view json;  // valid until the next call of feed()
  };
  // There is no way to find the next value: the connection is of no further use.
  struct Malformed {
    std::string what;
  };
  using Next = std::variant<NeedMore, Frame, Malformed>;

  explicit WatchDecoder(std::size_t largest_frame = max_frame) : largest_(largest_frame) {}

  void feed(std::string_view bytes);
  Next next();

  // Whether a value has begun and not ended: a stream that ends here was cut off.
  bool inside_value() const { return depth_ > 0; }
  std::size_t buffered() const { return buffer_.size() - start_; }

 private:
  enum class State { Between, Value, String, Escape, Broken };

  std::size_t largest_;
  std::string buffer_;
  std::size_t start_ = 0;    // of the value that is being read
  std::size_t scanned_ = 0;  // everything before has been looked at
  std::size_t depth_ = 0;
  State state_ = State::Between;
  std::string broken_;
};

}  // namespace murder::kubernetes
