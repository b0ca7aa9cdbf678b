// A MailboxMove with its status, as it is stored between two looks: what manifests leave out.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "operator/api/mailbox_move.h"

namespace murder::api {

// JSON. Reading gives what was written; a text that is no MailboxMove is an error with all that is wrong with it.
std::string write_stored_move(const MailboxMove& move);
Result<MailboxMove> read_stored_move(std::string_view text);

}  // namespace murder::api
