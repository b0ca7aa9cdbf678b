#include "operator/kubernetes/watch_decoder.h"

namespace murder::kubernetes {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

void WatchDecoder::feed(std::string_view bytes) {
  // Frames that were handed out are gone from here on; what is left is the part of one value.
  buffer_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  buffer_.insert(size(), bytes);
}

WatchDecoder::Next WatchDecoder::next() {
  if (!broken_.empty()) return Malformed{broken_};
  const char* const data = buffer_.data();
  const std::size_t end = size();
  if (!scanner_.inside()) {
    while (scanned_ < end && is_space(data[scanned_])) ++scanned_;
    start_ = scanned_;
    if (scanned_ == end) return NeedMore{};
    if (data[scanned_] != '{') return broken(std::string("a watch event begins with '") + data[scanned_] + "'");
    ++scanned_;
    scanner_.begin();
  }
  scanned_ = scanner_.scan(data, scanned_, end);
  const std::string_view frame(data + start_, scanned_ - start_);
  if (frame.size() > largest_) return broken("a watch event of more than " + std::to_string(largest_) + " bytes");
  if (scanner_.inside()) return NeedMore{};
  start_ = scanned_;
  return Frame{frame};
}

WatchDecoder::Malformed WatchDecoder::broken(std::string what) {
  broken_ = std::move(what);
  return Malformed{broken_};
}

}  // namespace murder::kubernetes
