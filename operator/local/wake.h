// Waits for what can happen to a supervising process: a signal, the end of one of the processes it watches, or the
// time.
#pragma once

#include <vector>

#include "base/net/unique_fd.h"
#include "base/result.h"
#include "operator/local/process_table.h"

namespace murder::local {

class Wake {
 public:
  enum class Cause { Time, ProcessEnded, Hangup, Terminate };

  // From here on SIGHUP, SIGTERM, SIGINT and SIGCHLD are received by wait() alone.
  static Result<Wake> make();

  // Any of `processes` (handles) has ended, or a signal came, or the time is over.
  Cause wait(const std::vector<int>& processes, Moment at_most);

 private:
  explicit Wake(net::UniqueFd signals) : signals_(std::move(signals)) {}
  net::UniqueFd signals_;
};

}  // namespace murder::local
