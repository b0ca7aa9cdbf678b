#include "sidecar/move/answer_lines.h"

#include <charconv>

namespace murder::move {
namespace {

// How many octets come behind this piece of a line.
std::optional<std::size_t> literal_behind(std::string_view piece) {
  if (!piece.ends_with('}')) return {};
  piece.remove_suffix(1);
  if (piece.ends_with('+')) piece.remove_suffix(1);
  const auto open = piece.rfind('{');
  if (open == std::string_view::npos) return {};
  const auto digits = piece.substr(open + 1);
  std::uint32_t size = 0;
  const auto [after, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (error != std::errc{} || after != digits.data() + digits.size()) return {};
  return size;
}

}  // namespace

std::optional<std::string> AnswerLines::next() {
  while (at_ <= bytes_.size()) {
    const auto end = bytes_.find('\n', at_);
    if (end == std::string::npos) return {};
    auto piece = std::string_view(bytes_).substr(at_, end - at_);
    if (piece.ends_with('\r')) piece.remove_suffix(1);
    if (const auto literal = literal_behind(piece)) {
      at_ = end + 1 + *literal;
      continue;
    }
    std::string line = bytes_.substr(0, static_cast<std::size_t>(piece.data() - bytes_.data()) + piece.size());
    bytes_.erase(0, end + 1);
    at_ = 0;
    return line;
  }
  return {};
}

}  // namespace murder::move
