// Lets a shared mailbox come where there have been mailboxes below it.
//
// Cyrus keeps a record without a unique id of every level above a mailbox that is none itself, and it stays when the
// mailbox has gone. Whoever then sends a mailbox of that name here asks for what is here, gets that record, and ends
// with SIGSEGV (3.10.2 and 3.12.4: XFER, "MAILBOXES board"). Without the record the mailbox comes, and those below it
// are where they were.
#pragma once

#include <string>
#include <string_view>

#include "base/agent_config.h"
#include "base/result.h"

namespace murder::move {

// "%(T ei M 1795913361)", as `cyr_dbtool mailboxes.db twoskip get` prints it.
bool is_place_holder(std::string_view record);

// Takes a place-holder of exactly this name away. There being none is no error.
Status make_way(const AgentConfig& config, const std::string& mailbox);

}  // namespace murder::move
