// The hands of a move: asks master, backends and frontends what moves/decide.h wants to know, and does what it says.
// The same for every target; it decides nothing, and keeps nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/agents/agents.h"
#include "operator/moves/decide.h"
#include "operator/moves/refuse.h"
#include "operator/topology/topology.h"

namespace murder::agents {

class Mover {
 public:
  // `master` and `frontends` are agents' names; backends' are those of their nodes. All of them must outlive this.
  Mover(const Agents& agents, const topology::Topology& topology, std::string master,
        std::vector<std::string> frontends);

  // For refuse(), before a move has begun.
  moves::Situation look(const std::string& mailbox, std::vector<moves::OtherMove> others) const;

  // One pass: asks, decides, has the new status stored, and only then acts. From before Cyrus is asked to move a user
  // until all frontends know where it is, these hold back deliveries to it: a message that is sent where it has just
  // left would go back to its sender.
  using Store = std::function<Status(const api::MailboxMoveStatus&)>;
  struct Pass {
    moves::Decision decision;
    std::string trouble;  // why the step was not taken; the next pass will find out what is true
  };
  Result<Pass> advance(const moves::Route& route, const std::string& partition, const api::MailboxMoveStatus& status,
                       std::int64_t generation, const std::optional<moves::Refusal>& refusal, const Store& store) const;

  // The status that advance() would begin a move with; nothing is stored or done.
  api::MailboxMoveStatus foresee(const moves::Route& route) const;

 private:
  enum class Contents { None, OfSource, OfDestination };
  moves::Observed observe(const moves::Route& route, const api::MailboxMoveStatus& status, Contents contents) const;
  Status carry_seen(const moves::Route& route) const;
  Status return_seen(const moves::Route& route) const;
  Status copy_seen(const std::string& mailbox, const std::string& from, const std::string& to, bool returning) const;
  Status hold_deliveries(const moves::Route& route, std::chrono::seconds duration) const;
  Status act(moves::Step step, const moves::Route& route, const std::string& partition,
             const api::MailboxMoveStatus& status) const;

  const Agents& agents_;
  const topology::Topology& topology_;
  const std::string master_;
  const std::vector<std::string> frontends_;
};

// Now, as resources say it: RFC 3339, UTC, seconds.
std::string utc_now();

}  // namespace murder::agents
