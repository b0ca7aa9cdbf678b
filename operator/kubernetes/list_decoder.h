// Splits the bytes of a list into its items and what is around them, so that a list of thousands, which the server
// sends in one piece, is never held in full. Fed whatever arrives, in pieces of any size.
//
//   {"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[{…},{…}]}
//                                                                 Item Item     envelope(): the same with "items":[]
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "operator/kubernetes/object_scanner.h"
#include "operator/kubernetes/parse.h"

namespace murder::kubernetes {

class ListDecoder {
 public:
  struct NeedMore {};
  struct Item {
    std::string_view json;  // padded; valid until the next call of feed()
  };
  // What follows is of no use.
  struct Malformed {
    std::string what;
  };
  using Next = std::variant<NeedMore, Item, Malformed>;

  explicit ListDecoder(std::size_t largest_item = 16 << 20) : largest_(largest_item) {}

  void feed(std::string_view bytes);
  Next next();

  // Everything but the items, padded; asked for once, at the end. Whether it is JSON, and so whether the list has come
  // to its end, who parses it finds out.
  std::string_view envelope();

 private:
  enum class State {
    Envelope,        // outside of the items
    EnvelopeString,  // in a string there
    EnvelopeEscape,  // behind a backslash in it
    FirstItem,       // an item, or the end of the items
    Item,            // in an item
    BehindItem,      // a comma, or the end of the items
    NextItem,        // an item
    Broken,
  };

  std::size_t size() const { return buffer_.size() - LeanParser::padding; }
  void look_at_envelope(char c);
  void begin_item(char c);
  void broken(std::string what);

  std::size_t largest_;
  std::string buffer_ = std::string(LeanParser::padding, '\0');  // which stays at the end
  std::size_t start_ = 0;                                        // of the item
  std::size_t scanned_ = 0;
  State state_ = State::Envelope;
  ObjectScanner scanner_;
  std::string broken_;

  std::string envelope_;
  std::size_t depth_ = 0;         // in the envelope
  std::size_t string_begin_ = 0;  // of the last string in it
  bool is_items_ = false;         // the last string was the name of the items
};

}  // namespace murder::kubernetes
