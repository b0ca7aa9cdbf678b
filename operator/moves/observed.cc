#include "operator/moves/observed.h"

namespace murder::moves {

bool is_user(std::string_view mailbox) { return mailbox.starts_with("user."); }

bool belongs_to(std::string_view mailbox, std::string_view name) {
  if (name == mailbox) return true;
  return is_user(mailbox) && name.size() > mailbox.size() && name.starts_with(mailbox) && name[mailbox.size()] == '.';
}

bool has_deleted_copy(const Listing& listing, std::string_view name) {
  const auto prefix = "DELETED." + std::string(name) + ".";
  for (auto found = listing.lower_bound(prefix); found != listing.end() && found->first.starts_with(prefix); ++found) {
    const auto rest = std::string_view(found->first).substr(prefix.size());
    if (found->second.holding == Holding::Held && rest.find('.') == std::string_view::npos &&
        rest.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace murder::moves
