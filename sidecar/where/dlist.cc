#include "sidecar/where/dlist.h"

#include <charconv>

namespace murder::where {
namespace {

bool is_delimiter(char c) { return c == ' ' || c == '(' || c == ')' || c == '\r' || c == '\n'; }

}  // namespace

bool DlistReader::skip(std::string_view what) {
  if (!text_.substr(at_).starts_with(what)) return false;
  at_ += what.size();
  return true;
}

void DlistReader::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\r' || text_[at_] == '\n')) ++at_;
}

bool DlistReader::string(std::string& into) {
  into.clear();
  if (peek() == '"') return quoted(into);
  if (peek() == '{') return literal(into);
  while (at_ < text_.size() && !is_delimiter(text_[at_])) into.push_back(text_[at_++]);
  return !into.empty();
}

bool DlistReader::skip_value(int depth) {
  if (depth > 16) return false;
  if (!at_list()) {
    std::string ignored;
    return string(ignored);
  }
  skip("%");
  skip("(");
  for (skip_blanks(); !skip(")"); skip_blanks()) {
    if (!skip_value(depth + 1)) return false;
  }
  return true;
}

bool DlistReader::quoted(std::string& into) {
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      ++at_;
      return true;
    }
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    into.push_back(text_[at_]);
  }
  return false;
}

bool DlistReader::literal(std::string& into) {
  std::size_t size = 0;
  const char* const end = text_.data() + text_.size();
  const auto [after, error] = std::from_chars(text_.data() + at_ + 1, end, size);
  if (error != std::errc{}) return false;
  at_ = static_cast<std::size_t>(after - text_.data());
  skip("+");
  if (!skip("}") || !(skip("\r\n") || skip("\n")) || text_.size() - at_ < size) return false;
  into = text_.substr(at_, size);
  at_ += size;
  return true;
}

}  // namespace murder::where
