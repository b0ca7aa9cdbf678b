#include "operator/kubernetes/watch_decoder.h"

#include <array>

namespace murder::kubernetes {
namespace {

enum class Kind : unsigned char { Other, Open, Close, Quote };

constexpr std::array<Kind, 256> kinds = [] {
  std::array<Kind, 256> table{};
  table['{'] = table['['] = Kind::Open;
  table['}'] = table[']'] = Kind::Close;
  table['"'] = Kind::Quote;
  return table;
}();

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

void WatchDecoder::feed(std::string_view bytes) {
  // Frames that were handed out are gone from here on; what is left is the part of one value.
  buffer_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  buffer_.append(bytes);
}

WatchDecoder::Next WatchDecoder::next() {
  const char* const data = buffer_.data();
  const std::size_t size = buffer_.size();
  std::size_t at = scanned_;

  while (at < size && state_ != State::Broken) {
    switch (state_) {
      case State::Between:
        if (is_space(data[at])) {
          start_ = ++at;
        } else if (data[at] == '{') {
          start_ = at++;
          depth_ = 1;
          state_ = State::Value;
        } else {
          state_ = State::Broken;
          broken_ = std::string("a watch event begins with '") + data[at] + "'";
        }
        break;

      case State::Value:
        while (at < size && state_ == State::Value) {
          switch (kinds[static_cast<unsigned char>(data[at++])]) {
            case Kind::Other:
              break;
            case Kind::Open:
              ++depth_;
              break;
            case Kind::Quote:
              state_ = State::String;
              break;
            case Kind::Close:
              if (--depth_ > 0) break;
              state_ = State::Between;
              const std::string_view frame(data + start_, at - start_);
              start_ = scanned_ = at;
              if (frame.size() <= largest_) return Frame{frame};
              state_ = State::Broken;
              broken_ = "a watch event of more than " + std::to_string(largest_) + " bytes";
              return Malformed{broken_};
          }
        }
        break;

      case State::String:
        while (at < size && data[at] != '"' && data[at] != '\\') ++at;
        if (at < size) state_ = data[at++] == '"' ? State::Value : State::Escape;
        break;

      case State::Escape:
        ++at;
        state_ = State::String;
        break;

      case State::Broken:
        break;
    }
  }

  scanned_ = at;
  if (state_ != State::Broken && depth_ > 0 && at - start_ > largest_) {
    state_ = State::Broken;
    broken_ = "a watch event of more than " + std::to_string(largest_) + " bytes";
  }
  if (state_ == State::Broken) return Malformed{broken_};
  return NeedMore{};
}

}  // namespace murder::kubernetes
