// A model of two backends and their master, in which Cyrus can end between any two steps of a move, an agent can be
// restarted, a backend can push by itself, and the operator can end before or after what it does, while mail goes on
// arriving and its user reads in a shared mailbox at the source. Whatever comes in whatever order: no message is ever
// without a copy, what is said at the end is true, and what was read is known.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <utility>

#include "operator/moves/decide.h"

namespace murder::moves {
namespace {

using Messages = std::set<int>;

struct Copy {
  Holding holding = Holding::Gone;
  Messages messages = {};
};

const std::vector<std::string> names = {"user.x", "user.x.A", "user.x.B"};
const Route route{"move-1", "user.x", "u1", "u1.test", "u2", "u2.test"};

class World {
 public:
  explicit World(unsigned seed) : random_(seed) {
    if (below(2) == 0) reserved_for_ = route.destination_host;
    for (const auto& name : names) {
      Copy copy{Holding::Held, {}};
      for (int i = below(3); i >= 0; --i) copy.messages.insert(++uid_);
      accepted_[name] = copy.messages;
      source_[name] = std::move(copy);
      master_[name] = {Place::State::Active, route.source_host + "!p1"};
    }
  }

  int below(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  // What happens by itself between two looks of the operator.
  void live() {
    for (int i = below(4); i > 0; --i) {
      deliver(names[static_cast<std::size_t>(below(static_cast<int>(names.size())))]);
      read();
      for (int steps = below(5); steps > 0 && xfer_; --steps) step_of_xfer();
      if (disturbances_ == 0) continue;
      switch (below(12)) {
        case 0:  // Cyrus is killed
          --disturbances_;
          if (xfer_) end_xfer({.state = AgentSays::State::Ended, .error = "closed"});
          break;
        case 1:  // the agent is restarted; Cyrus goes on
          --disturbances_;
          reports_.clear();
          id_.clear();
          break;
        case 2:
          --disturbances_;
          if (!xfer_) push_source();
          break;
        case 3:
          --disturbances_;
          if (!xfer_) push_destination();
          break;
        default:
          break;
      }
    }
  }

  void start(const std::string& id) {
    if (xfer_ || reports_.contains(id)) return;
    id_ = id;
    xfer_.emplace(plan());
    if (xfer_->empty()) end_xfer({.state = AgentSays::State::Ended, .refused = true, .answer = {"NO Invalid"}});
  }

  // ctl_mboxlist -m, as the agent lets it: never a local copy deleted.
  void push_source() { push(source_, route.source_host); }
  void push_destination() { push(destination_, route.destination_host); }

  void return_seen() { seen_at_source_.insert(seen_at_destination_.begin(), seen_at_destination_.end()); }

  Observed observe(const std::string& id, const api::MailboxMoveStatus& status, bool of_source, bool of_destination) {
    Observed now{"2026-01-01T00:00:00Z", 1, AgentSays{}, Listing{}, Listing{}, master_, {{"fe1", master_}}};
    if (xfer_) {
      now.agent->state = id == id_ ? AgentSays::State::Running : AgentSays::State::Busy;
    } else if (reports_.contains(id)) {
      now.agent = reports_.at(id);
    }
    now.source = listing(source_, of_source, {});
    now.destination = listing(destination_, of_destination, status.before);
    return now;
  }

  // Every message that was accepted has a copy that is not given up.
  void expect_nothing_lost() const {
    for (const auto& [name, messages] : accepted_) {
      Messages there;
      for (const auto* side : {&source_, &destination_}) {
        const auto copy = side->find(name);
        if (copy != side->end() && copy->second.holding != Holding::Gone) {
          there.insert(copy->second.messages.begin(), copy->second.messages.end());
        }
      }
      for (const int message : messages) ASSERT_TRUE(there.contains(message)) << name << " has lost " << message;
    }
  }

  bool all_at(const std::string& host) const {
    const auto& side = host == route.source_host ? source_ : destination_;
    for (const auto& name : names) {
      const auto copy = side.find(name);
      if (copy == side.end() || copy->second.holding != Holding::Held) return false;
      if (copy->second.messages != accepted_.at(name)) return false;
      if (master_.at(name).state != Place::State::Active || master_.at(name).server() != host) return false;
    }
    return true;
  }
  bool knows_what_was_read() const { return seen_at_source_ == read_; }
  bool is_busy() const { return xfer_.has_value(); }
  void calm_down() { disturbances_ = 0; }

 private:
  using Side = std::map<std::string, Copy>;
  using XferStep = std::function<void()>;

  // xfer_user: all are copied, then for all: deactivate, copy what came since, delete, activate.
  std::deque<XferStep> plan() {
    std::deque<XferStep> steps;
    std::vector<std::string> moving;
    for (const auto& name : names) {
      const auto copy = source_.find(name);
      if (copy != source_.end() && copy->second.holding == Holding::Held) moving.push_back(name);
    }
    if (moving.empty() || moving.front() != route.mailbox) return steps;
    const auto for_all = [&](const std::function<void(const std::string&)>& step) {
      for (const auto& name : moving) steps.emplace_back([step, name] { step(name); });
    };
    for_all([this](const std::string& name) { destination_[name] = {Holding::Held, source_[name].messages}; });
    for_all([this](const std::string& name) { master_[name] = {Place::State::Reserved, reserved_for_ + "!p1"}; });
    for_all([this](const std::string& name) { source_[name].holding = Holding::Moving; });
    for_all([this](const std::string& name) { destination_[name].messages = source_[name].messages; });
    for_all([this](const std::string& name) { source_[name] = {}; });
    // Of 3.12. Nobody reads between the two in this model: that is lost by Cyrus alone.
    steps.emplace_back([this] { seen_at_destination_ = std::exchange(seen_at_source_, {}); });
    for_all([this](const std::string& name) {
      master_[name] = {Place::State::Active, route.destination_host + "!p1"};
    });
    return steps;
  }

  void step_of_xfer() {
    xfer_->front()();
    xfer_->pop_front();
    if (xfer_->empty()) end_xfer({.state = AgentSays::State::Ended, .answer = {"* OK USER x", "OK Completed"}});
  }

  void end_xfer(AgentSays says) {
    xfer_.reset();
    if (!id_.empty()) reports_[id_] = std::move(says);
  }

  void deliver(const std::string& name) {
    const auto entry = master_.find(name);
    if (entry == master_.end() || entry->second.state != Place::State::Active) return;
    auto& side = entry->second.server() == route.source_host ? source_ : destination_;
    const auto copy = side.find(name);
    if (copy == side.end() || copy->second.holding != Holding::Held) return;
    copy->second.messages.insert(++uid_);
    accepted_[name].insert(uid_);
  }

  // In a mailbox that stays at the source.
  void read() {
    read_.insert(++uid_);
    seen_at_source_.insert(uid_);
  }

  void push(Side& side, const std::string& host) {
    for (const auto& name : names) {
      const auto copy = side.find(name);
      const bool here = copy != side.end() && copy->second.holding != Holding::Gone;
      const auto entry = master_.find(name);
      const bool elsewhere =
          entry != master_.end() && entry->second.state == Place::State::Active && entry->second.server() != host;
      if (here && !elsewhere) {
        copy->second.holding = Holding::Held;
        master_[name] = {Place::State::Active, host + "!p1"};
      } else if (!here && entry != master_.end() && entry->second.server() == host) {
        master_.erase(entry);
      }
    }
  }

  static Listing listing(const Side& side, bool contents, const std::vector<api::MailboxInventory>& before) {
    Listing listing;
    for (const auto& [name, copy] : side) {
      auto& held = listing[name];
      held.holding = copy.holding;
      if (!contents || copy.holding != Holding::Held) continue;
      auto& seen = held.contents.emplace();
      seen.uid_validity = 1;
      seen.uid_next = copy.messages.empty() ? 1 : *copy.messages.rbegin() + 1;
      seen.messages = static_cast<std::int64_t>(copy.messages.size());
      seen.digest = digest(copy.messages, 1 << 30);
      for (const auto& mark : before) {
        if (mark.name != name) continue;
        const auto last = copy.messages.lower_bound(static_cast<int>(mark.uid_next));
        auto& kept = seen.kept.emplace();
        kept.messages = std::distance(copy.messages.begin(), last);
        kept.digest = digest(copy.messages, static_cast<int>(mark.uid_next));
      }
    }
    return listing;
  }

  static std::string digest(const Messages& messages, int below) {
    std::string text;
    for (const int message : messages) {
      if (message < below) text += std::to_string(message) + " ";
    }
    return text;
  }

  std::mt19937 random_;
  int uid_ = 0;
  std::string reserved_for_ = route.source_host;  // what DEACTIVATE names
  int disturbances_ = 4;
  Side source_, destination_;
  Places master_;
  std::map<std::string, Messages> accepted_;
  Messages read_, seen_at_source_, seen_at_destination_;
  std::optional<std::deque<XferStep>> xfer_;
  std::string id_;  // of the move under way or the last; empty when the agent has been restarted
  std::map<std::string, AgentSays> reports_;
};

// One pass of an operator, which may end before it has stored, before it has acted, or after.
api::MailboxMoveStatus pass(World& world, const api::MailboxMoveStatus& status, bool may_crash) {
  std::optional<Status> returned;
  const auto decide = [&](bool of_source, bool of_destination) {
    auto now = world.observe(move_id(route, status), status, of_source, of_destination);
    now.returned = returned;
    return decide_move(route, status, now);
  };
  auto decision = decide(false, false);
  if (decision.step == Step::TakeInventory) {
    decision = decide(true, false);
  }
  if (decision.step == Step::ReturnSeen) {
    const bool fails = may_crash && world.below(8) == 0;
    if (!fails) world.return_seen();
    returned = fails ? Status(Error{"no answer in time"}) : ok();
    decision = decide(false, false);
  }
  if (decision.step == Step::Verify) decision = decide(false, true);
  if (may_crash && world.below(8) == 0) return status;
  if (may_crash && world.below(8) == 0) return decision.status;
  switch (decision.step) {
    case Step::Start:
      world.start(move_id(route, decision.status));
      break;
    case Step::PushSource:
      world.push_source();
      break;
    case Step::PushDestination:
      world.push_destination();
      break;
    default:
      break;
  }
  return decision.status;
}

TEST(Crash, NothingIsLostAndTheEndIsTrue) {
  std::map<std::string, int> ends;
  for (unsigned seed = 0; seed < 30'000; ++seed) {
    World world(seed);
    api::MailboxMoveStatus status;
    for (int passes = 0; !has_ended(status); ++passes) {
      ASSERT_LT(passes, 400) << "no end, seed " << seed << ": " << status.reason << ": " << status.message;
      if (passes == 60) world.calm_down();
      world.live();
      ASSERT_NO_FATAL_FAILURE(world.expect_nothing_lost()) << "seed " << seed;
      status = pass(world, status, passes < 60);
      ASSERT_NO_FATAL_FAILURE(world.expect_nothing_lost()) << "seed " << seed << ": " << status.message;
    }
    ++ends[std::string(api::name_of(status.phase)) + " " + status.reason];
    ASSERT_FALSE(world.is_busy()) << "seed " << seed << ": ended while Cyrus moves: " << status.message;
    if (status.phase == api::MovePhase::Completed) {
      ASSERT_TRUE(world.all_at(route.destination_host)) << "seed " << seed;
      ASSERT_TRUE(world.knows_what_was_read()) << "seed " << seed;
    }
    if (status.phase == api::MovePhase::RolledBack) {
      ASSERT_TRUE(world.all_at(route.source_host)) << "seed " << seed << ": " << status.message;
    }
  }
  // The model does reach what it is about.
  EXPECT_GT(ends["Completed Moved"], 10'000);
  EXPECT_GT(ends["RolledBack Interrupted"], 100);
  for (const auto& [end, count] : ends) std::cout << "  " << end << ": " << count << "\n";
}

}  // namespace
}  // namespace murder::moves
