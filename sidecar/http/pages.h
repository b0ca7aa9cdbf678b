// What the HTTP endpoints say, as a function of what is known.
//
//   /startupz  200 once directories, accounts and the log receiver are there: Cyrus may start
//   /livez     200 unless a restart of Cyrus would help
//   /filesz    the digest of the generated files that are taken up (NodeStatus.files_digest)
//   /readyz    200 when this node does its job; the body says what fails, and with ?verbose all that was checked
#pragma once

#include <string>

#include "sidecar/health/state.h"

namespace murder::http {

struct Page {
  int status = 200;
  std::string body;
};

Page startup_page(const health::Snapshot& now);
// Whether the start of Cyrus is over: a service has answered, or cyrmaster has given one up. Until then its databases
// may be recovered, for as long as it takes.
Page started_page(const health::Snapshot& now);
Page files_page(const health::Snapshot& now);
Page live_page(const health::Snapshot& now, bool verbose);
Page ready_page(const health::Snapshot& now, bool verbose);

}  // namespace murder::http
