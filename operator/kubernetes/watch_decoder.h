// Splits the bytes of a watch into JSON values. Fed whatever arrives, in pieces of any size; each byte is looked at
// once, and nothing is copied twice. A frame can be parsed where it is (LeanParser::padding).
//
// JSON values are self-delimiting, so no line ends are needed: an object ends where its brackets close outside a
// string. The API server sends objects only; whatever else begins a value is malformed. The contents are checked by who
// parses the frame.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "operator/kubernetes/object_scanner.h"
#include "operator/kubernetes/parse.h"

namespace murder::kubernetes {

class WatchDecoder {
 public:
  // The largest object that Kubernetes's own clients accept (apimachinery, serializer/streaming).
  static constexpr std::size_t max_frame = 16 << 20;

  struct NeedMore {};
  struct Frame {
    std::string_view json;  // padded; valid until the next call of feed()
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
  bool inside_value() const { return scanner_.inside(); }
  std::size_t buffered() const { return size() - start_; }

 private:
  std::size_t size() const { return buffer_.size() - LeanParser::padding; }
  Malformed broken(std::string what);

  std::size_t largest_;
  std::string buffer_ = std::string(LeanParser::padding, '\0');  // which stays at the end
  std::size_t start_ = 0;                                        // of the value that is being read
  std::size_t scanned_ = 0;                                      // everything before has been looked at
  ObjectScanner scanner_;
  std::string broken_;
};

}  // namespace murder::kubernetes
