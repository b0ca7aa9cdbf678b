#include "sidecar/where/mbentry.h"

#include <charconv>

namespace murder::where {
namespace {

// Walks a dlist. Every function leaves at_ behind what it read, and says false when that is not what is there.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool skip(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\r' || text_[at_] == '\n')) ++at_;
  }
  bool at_end() const { return at_ == text_.size(); }
  bool at_list() const { return peek() == '(' || (peek() == '%' && text_.substr(at_).starts_with("%(")); }

  bool string(std::string& into) {
    into.clear();
    if (peek() == '"') return quoted(into);
    if (peek() == '{') return literal(into);
    while (at_ < text_.size() && !is_delimiter(text_[at_])) into.push_back(text_[at_++]);
    return !into.empty();
  }

  // A value of any kind, whose contents do not matter.
  bool skip_value(int depth = 0) {
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

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  static bool is_delimiter(char c) { return c == ' ' || c == '(' || c == ')' || c == '\r' || c == '\n'; }

  bool quoted(std::string& into) {
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

  bool literal(std::string& into) {
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

  std::string_view text_;
  std::size_t at_ = 0;
};

bool read_acl(Reader& reader, std::string& acl) {
  // Older records hold the text itself.
  if (!reader.at_list()) return reader.string(acl);
  if (!reader.skip("%(")) return false;
  std::string part;
  for (reader.skip_blanks(); !reader.skip(")"); reader.skip_blanks()) {
    if (!reader.string(part)) return false;
    acl += part + "\t";
  }
  return true;
}

}  // namespace

Result<Mbentry> parse_mbentry(std::string_view text) {
  const auto wrong = [&] { return Error{"not a mailbox record: " + std::string(text.substr(0, 120))}; };
  Reader reader(text);
  reader.skip_blanks();
  if (!reader.skip("%(")) return wrong();
  Mbentry entry;
  std::string key;
  for (reader.skip_blanks(); !reader.skip(")"); reader.skip_blanks()) {
    if (!reader.string(key)) return wrong();
    reader.skip_blanks();
    bool good = false;
    if (key == "T") {
      good = reader.string(entry.type);
    } else if (key == "I") {
      good = reader.string(entry.unique_id);
    } else if (key == "P") {
      good = reader.string(entry.partition);
    } else if (key == "S") {
      good = reader.string(entry.server);
    } else if (key == "A") {
      entry.acl.clear();
      good = read_acl(reader, entry.acl);
    } else {
      good = reader.skip_value();
    }
    if (!good) return wrong();
  }
  reader.skip_blanks();
  if (!reader.at_end()) return wrong();
  return entry;
}

std::string mailbox_key(std::string_view name) {
  std::string key = "N";
  if (const auto domain_end = name.find('!'); domain_end != std::string_view::npos) {
    key.append(name.substr(0, domain_end)).push_back('\x1d');
    name.remove_prefix(domain_end + 1);
  }
  for (const char c : name) key.push_back(c == '.' ? '\x1f' : c);
  return key;
}

}  // namespace murder::where
