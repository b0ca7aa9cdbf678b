#include "mupdate/protocol/mailbox_order.h"

#include <algorithm>

namespace murder::mupdate {
namespace {

// Bytes as they stand in a database key.
class Key {
 public:
  explicit Key(std::string_view name) : name_(name), domain_end_(name.find('!')) {}

  unsigned char operator[](std::size_t i) const {
    const char byte = name_[i];
    if (i == domain_end_) return 0x1d;
    const bool in_domain = domain_end_ != std::string_view::npos && i < domain_end_;
    if (byte == '.' && !in_domain) return 0x1f;
    if (byte == '^' && !in_domain) return '.';
    return static_cast<unsigned char>(byte);
  }

 private:
  std::string_view name_;
  std::size_t domain_end_;  // npos: no domain
};

}  // namespace

std::strong_ordering compare_mailboxes(std::string_view a, std::string_view b) {
  const Key key_a(a);
  const Key key_b(b);
  const auto both = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (const auto order = key_a[i] <=> key_b[i]; order != 0) return order;
  }
  return a.size() <=> b.size();
}

}  // namespace murder::mupdate
