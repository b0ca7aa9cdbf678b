// What may be sent to a real master without killing it. The whole process dies, and all clients are dropped, of an
// argument of more than 128 KiB and of a mailbox name with a 255-byte user id; RESERVE of the empty name leaves an
// entry named after stale memory (all seen with Cyrus 3.6.1: CYRUS.md finding 1 and section 11.1).
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace murder::mupdate {

constexpr std::size_t longest_argument = 128 * 1024;
constexpr std::size_t longest_mailbox_name = 907;  // the longest that was seen to be accepted
constexpr std::size_t longest_user_id = 245;       // likewise; 255 ends the process

// Not empty, no NUL, CR or LF, and within the limits above; and if it begins with "DELETED.", then it ends in the
// hexadecimal time of its deletion, as Cyrus writes it. Of one without, Cyrus 3.6.1 takes every command for one about
// the mailbox itself: DELETE of "DELETED.user.fred.old" removes user.fred (seen); of more than 8 digits it keeps the
// last. The error names the reason, not the mailbox.
Status check_mailbox_name(std::string_view name);
// A location or an ACL.
Status check_argument(std::string_view what, std::string_view argument);

}  // namespace murder::mupdate
