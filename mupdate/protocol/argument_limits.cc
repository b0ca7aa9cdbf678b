#include "mupdate/protocol/argument_limits.h"

namespace murder::mupdate {
namespace {

constexpr std::string_view deleted = "DELETED.";

std::string_view without_domain(std::string_view name) {
  const auto mark = name.find('!');
  return mark == std::string_view::npos ? name : name.substr(mark + 1);
}

// The component after "user.", wherever that stands: "user.fred.x", "example.org!user.fred", "DELETED.user.fred.5f00".
std::string_view user_id(std::string_view name) {
  constexpr std::string_view user = "user.";
  name = without_domain(name);
  if (name.starts_with(deleted)) name.remove_prefix(deleted.size());
  if (!name.starts_with(user)) return {};
  name.remove_prefix(user.size());
  return name.substr(0, name.find('.'));
}

bool has_bad_time_of_deletion(std::string_view name) {
  name = without_domain(name);
  if (!name.starts_with(deleted)) return false;
  const auto time = name.substr(name.rfind('.') + 1);
  return time.empty() || time.size() > 8 || time.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos;
}

Error longer(std::string_view what, std::size_t longest) {
  return Error{std::string(what) + " has more than " + std::to_string(longest) +
               " bytes, of which a Cyrus master may die"};
}

}  // namespace

Status check_mailbox_name(std::string_view name) {
  if (name.empty()) return Error{"the mailbox name is empty"};
  if (name.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) {
    return Error{"the mailbox name holds NUL, CR or LF"};
  }
  if (name.size() > longest_mailbox_name) return longer("the mailbox name", longest_mailbox_name);
  if (user_id(name).size() > longest_user_id) return longer("the user id", longest_user_id);
  if (has_bad_time_of_deletion(name)) {
    return Error{
        "the name of a deleted mailbox does not end in a hexadecimal time; a Cyrus master would take it for "
        "the mailbox itself"};
  }
  return ok();
}

Status check_argument(std::string_view what, std::string_view argument) {
  if (argument.size() > longest_argument) return longer(what, longest_argument);
  if (argument.find('\0') != std::string_view::npos) return Error{std::string(what) + " holds NUL"};
  return ok();
}

}  // namespace murder::mupdate
