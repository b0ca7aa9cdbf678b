// Cyrus's dlist notation (imap/dlist.c): records of mailboxes.db, and what its replication says.
//
//   %(KEY atom KEY "a \"quoted\" string" KEY {3+}
//   abc KEY (a list) KEY %(K of pairs))
#pragma once

#include <string>
#include <string_view>

namespace murder::where {

// Walks a dlist that is whole. Every function leaves behind what it read, and says false when that is not what is
// there.
class DlistReader {
 public:
  explicit DlistReader(std::string_view text) : text_(text) {}

  bool skip(std::string_view what);
  void skip_blanks();
  bool at_end() const { return at_ == text_.size(); }
  bool at_list() const { return peek() == '(' || (peek() == '%' && text_.substr(at_).starts_with("%(")); }
  bool string(std::string& into);
  // A value of any kind, whose contents do not matter.
  bool skip_value(int depth = 0);

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool quoted(std::string& into);
  bool literal(std::string& into);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace murder::where
