// The annotation murder.cyrus.dev/move of a MurderCluster, answered: a MailboxMove each, or what is wrong with it; then
// it is taken away. Answered twice it makes no second move: of a mailbox that is on its way there, none is made.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "operator/controller/report.h"
#include "operator/controller/snapshot.h"
#include "operator/kubernetes/client.h"
#include "operator/moves/request.h"

namespace murder::controller {

// "mail-user-fred-3f2a…": says what it is about, and is another one for each request.
std::string move_name(const std::string& cluster, const moves::Request& request, const std::string& version);
Json move_object(const Json& cluster, const moves::Request& request);

// Nothing to do without the annotation. What it says ends in `outcome`: moves made as changes, mistakes as failures
// that are told once.
Status answer_move_annotation(kubernetes::Client& client, const Snapshot& snapshot, Outcome& outcome,
                              std::vector<std::string>& complaints);

}  // namespace murder::controller
