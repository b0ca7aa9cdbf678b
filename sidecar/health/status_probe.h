// The deadlock probe of frontends: `STATUS` of a mailbox that does not exist makes imapd ask its slave mupdate for news
// ("kick"), and hangs for ever when the two hold each other's locks, while known mailboxes still work (CYRUS.md finding
// 3 and section 6.6). A prompt NO is the good answer.
#pragma once

#include "base/agent_config.h"
#include "base/net/deadline.h"
#include "base/result.h"
#include "sidecar/health/imap.h"

namespace murder::health {

// Logs in at an IMAP service of this node and asks for STATUS of a name that cannot be there.
Status ask_status_of_unknown(const AgentConfig::Service& service, const Login& login, net::Deadline deadline);

}  // namespace murder::health
