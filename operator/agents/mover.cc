#include "operator/agents/mover.h"

#include <array>
#include <ctime>
#include <set>
#include <utility>

namespace murder::agents {
namespace {

namespace v1 = agent::v1;

using namespace std::chrono_literals;

constexpr auto quick = 10s;
// Of names alone; and of messages, where a mailbox may be locked by what goes on with it.
constexpr auto listing_patience = 60s;
constexpr auto contents_patience = 900s;
constexpr auto push_patience = 900s;
constexpr auto seen_patience = 70s;
// Asked for anew with each look; when nobody looks any more, mail is let in after so long.
constexpr auto delivery_hold = 60s;

moves::Holding from_proto(v1::HeldMailbox::State state) {
  switch (state) {
    case v1::HeldMailbox::HELD:
      return moves::Holding::Held;
    case v1::HeldMailbox::MOVING:
      return moves::Holding::Moving;
    case v1::HeldMailbox::REMOTE:
      return moves::Holding::Remote;
    default:
      return moves::Holding::Gone;
  }
}

moves::Held from_proto(const v1::HeldMailbox& mailbox) {
  moves::Held held{from_proto(mailbox.state()), mailbox.partition(), {}};
  if (mailbox.digest().empty()) return held;
  auto& contents = held.contents.emplace();
  contents.uid_validity = mailbox.uid_validity();
  contents.uid_next = mailbox.uid_next();
  contents.highest_mod_seq = static_cast<std::int64_t>(mailbox.highest_modseq());
  contents.messages = mailbox.messages();
  contents.digest = mailbox.digest();
  contents.flags_digest = mailbox.flags_digest();
  if (!mailbox.has_kept()) return held;
  auto& kept = contents.kept.emplace();
  kept.messages = mailbox.kept().messages();
  kept.digest = mailbox.kept().digest();
  kept.flags_digest = mailbox.kept().flags_digest();
  kept.changed = mailbox.kept().changed();
  return held;
}

Result<moves::Listing> from_proto(const Result<v1::InventoryReply>& reply) {
  if (!reply) return reply.error();
  moves::Listing listing;
  for (const auto& mailbox : reply->mailboxes()) listing.emplace(mailbox.name(), from_proto(mailbox));
  return listing;
}

std::optional<moves::Place> from_proto(const v1::WhereReply& reply) {
  switch (reply.state()) {
    case v1::WhereReply::ACTIVE:
      return moves::Place{moves::Place::State::Active, reply.location()};
    case v1::WhereReply::RESERVED:
      return moves::Place{moves::Place::State::Reserved, reply.location()};
    default:
      return {};
  }
}

Result<moves::Places> from_proto(const std::string& node, const Result<v1::WhereReply>& reply,
                                 const std::vector<std::string>& names) {
  if (!reply) return reply.error();
  if (static_cast<std::size_t>(reply->places_size()) != names.size()) {
    return Error{"agent of " + node + ": answered for " + std::to_string(reply->places_size()) + " of " +
                 std::to_string(names.size()) + " names (is it of an older release?)"};
  }
  moves::Places places;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (auto place = from_proto(reply->places(static_cast<int>(i)))) places.emplace(names[i], *std::move(place));
  }
  return places;
}

Result<moves::AgentSays> from_proto(const Result<v1::MoveReport>& report) {
  if (!report) return report.error();
  moves::AgentSays says;
  switch (report->state()) {
    case v1::MoveReport::RUNNING:
      says.state = moves::AgentSays::State::Running;
      break;
    case v1::MoveReport::ENDED:
      says.state = moves::AgentSays::State::Ended;
      break;
    case v1::MoveReport::BUSY:
      says.state = moves::AgentSays::State::Busy;
      says.busy_with = report->mailbox();
      break;
    case v1::MoveReport::UNKNOWN:
      says.state = moves::AgentSays::State::Unknown;
      break;
    default:
      return Error{"an agent's word on a move is not understood (is it of a newer release?)"};
  }
  says.refused = report->refused();
  says.answer.assign(report->untagged().begin(), report->untagged().end());
  if (!report->tagged().empty()) says.answer.push_back(report->tagged());
  says.error = report->error();
  return says;
}

moves::BackendFacts from_proto(const v1::NodeStatus& status) {
  moves::BackendFacts facts;
  facts.ready = status.ready();
  for (const auto& check : status.checks()) {
    if (check.state() == v1::CHECK_STATE_OK) continue;
    facts.not_ready += (facts.not_ready.empty() ? "" : "; ") + check.name() + ": " +
                       (check.message().empty() ? "not known yet" : check.message());
  }
  if (!status.has_last_push()) {
    facts.not_synced = "no push has ended yet";
  } else {
    const auto& push = status.last_push();
    const bool held_for_conflicts = push.outcome() == v1::PUSH_OUTCOME_HELD && push.reason() == "MailboxConflict";
    if (push.outcome() != v1::PUSH_OUTCOME_IN_SYNC && push.outcome() != v1::PUSH_OUTCOME_PUSHED &&
        !held_for_conflicts) {
      facts.not_synced = push.error().empty() ? "the last push did not end well" : push.error();
    }
    for (const auto& conflict : push.conflicts()) facts.conflicts.push_back(conflict.mailbox());
  }
  facts.cyrus_version = status.cyrus_version();
  return facts;
}

template <typename Reply>
Result<Reply> reply_of(Replies<Reply>& replies, const std::string& node) {
  const auto found = replies.find(node);
  if (found == replies.end()) return Error{"agent of " + node + ": has not been asked"};
  return std::move(found->second);
}

}  // namespace

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

Mover::Mover(const Agents& agents, const topology::Topology& topology, std::string master,
             std::vector<std::string> frontends)
    : agents_(agents), topology_(topology), master_(std::move(master)), frontends_(std::move(frontends)) {}

moves::Situation Mover::look(const std::string& mailbox, std::vector<moves::OtherMove> others) const {
  auto places = agents_.where({master_}, {mailbox}, quick);
  auto states = agents_.status(/*fresh=*/false, quick);
  std::map<std::string, v1::InventoryRequest> requests;
  for (const auto* backend : topology_.with_role(Role::Backend)) requests[backend->name].set_mailbox(mailbox);
  auto listings = agents_.inventory(requests, listing_patience);

  const auto master = from_proto(master_, reply_of(places, master_), {mailbox});
  moves::Situation situation{&topology_, Error{""}, {}, {}, std::move(others)};
  if (!master) {
    situation.master = master.error();
  } else {
    const auto place = master->find(mailbox);
    situation.master = place == master->end() ? std::nullopt : std::optional(place->second);
  }
  for (const auto* backend : topology_.with_role(Role::Backend)) {
    const auto& name = backend->name;
    const auto listing = from_proto(reply_of(listings, name));
    if (!listing) {
      situation.holds.emplace(name, listing.error());
    } else {
      const auto held = listing->find(mailbox);
      situation.holds.emplace(name, held != listing->end() && held->second.holding == moves::Holding::Held);
    }
    const auto state = reply_of(states, name);
    if (state) {
      situation.backends.emplace(name, from_proto(*state));
    } else {
      situation.backends.emplace(name, state.error());
    }
  }
  return situation;
}

moves::Observed Mover::observe(const moves::Route& route, const api::MailboxMoveStatus& status,
                               Contents contents) const {
  moves::Observed now{utc_now(), 0, Error{"not asked"}, Error{"not asked"}, Error{"not asked"}, Error{"not asked"}, {}};

  v1::MoveRequest asked;
  asked.set_id(moves::move_id(route, status));
  asked.set_mailbox(route.mailbox);
  asked.set_destination(route.destination_host);
  now.agent = from_proto(agents_.move(route.source, asked, quick));

  std::map<std::string, v1::InventoryRequest> requests;
  auto& source = requests[route.source];
  source.set_mailbox(route.mailbox);
  source.set_contents(contents == Contents::OfSource);
  auto& destination = requests[route.destination];
  destination.set_mailbox(route.mailbox);
  destination.set_contents(contents == Contents::OfDestination);
  if (contents == Contents::OfDestination) {
    for (const auto& mailbox : status.before) {
      auto& mark = *destination.add_since();
      mark.set_name(mailbox.name);
      mark.set_uid_next(static_cast<std::uint32_t>(mailbox.uid_next));
      mark.set_highest_modseq(static_cast<std::uint64_t>(mailbox.highest_mod_seq));
    }
  }
  auto listings = agents_.inventory(requests, contents == Contents::None ? listing_patience : contents_patience);
  now.source = from_proto(reply_of(listings, route.source));
  now.destination = from_proto(reply_of(listings, route.destination));

  std::set<std::string> names{route.mailbox};
  for (const auto& mailbox : status.before) names.insert(mailbox.name);
  for (const auto* listing : {&now.source, &now.destination}) {
    if (!*listing) continue;
    for (const auto& [name, held] : **listing) {
      if (moves::belongs_to(route.mailbox, name)) names.insert(name);
    }
  }
  const std::vector<std::string> wanted(names.begin(), names.end());
  auto nodes = frontends_;
  nodes.push_back(master_);
  auto places = agents_.where(nodes, wanted, listing_patience);
  now.master = from_proto(master_, reply_of(places, master_), wanted);
  for (const auto& frontend : frontends_) {
    now.frontends.emplace(frontend, from_proto(frontend, reply_of(places, frontend), wanted));
  }
  return now;
}

Status Mover::copy_seen(const std::string& mailbox, const std::string& from, const std::string& to,
                        bool returning) const {
  v1::GetSeenRequest wanted;
  wanted.set_mailbox(mailbox);
  wanted.set_of_this_backend_only(!returning);
  auto found = agents_.get_seen(from, wanted, seen_patience);
  if (!found) return std::move(found).error();
  v1::PutSeenRequest request;
  request.set_mailbox(mailbox);
  request.mutable_records()->Swap(found->mutable_records());
  request.set_keep(returning);
  const auto put = agents_.put_seen(to, request, seen_patience);
  if (!put) return put.error();
  return ok();
}

// A user brings its record along, which hides the one at the destination; so what that says goes into it first.
// Everybody's record of a shared mailbox is beside the mailbox, and stays.
Status Mover::carry_seen(const moves::Route& route) const {
  if (moves::is_user(route.mailbox)) return copy_seen(route.mailbox, route.destination, route.source, false);
  const auto carried = agents_.carry_seen(route.source, route.mailbox, route.destination_host, contents_patience);
  if (!carried) return carried.error();
  return ok();
}

Status Mover::return_seen(const moves::Route& route) const {
  return copy_seen(route.mailbox, route.destination, route.source, true);
}

// For users only: there is no way to hold back what is posted to a shared mailbox.
Status Mover::hold_deliveries(const moves::Route& route, std::chrono::seconds duration) const {
  if (!moves::is_user(route.mailbox)) return ok();
  const auto failed = agents_.hold_deliveries(frontends_, route.mailbox, duration, quick);
  if (failed.empty()) return ok();
  return failed.begin()->second;
}

Status Mover::act(moves::Step step, const moves::Route& route, const std::string& partition,
                  const api::MailboxMoveStatus& status) const {
  const auto push = [&](const std::string& backend) -> Status {
    const auto report = agents_.push(backend, {}, push_patience);
    if (!report) return report.error();
    if (report->outcome() == v1::PUSH_OUTCOME_IN_SYNC || report->outcome() == v1::PUSH_OUTCOME_PUSHED) return ok();
    return Error{"push of " + backend + ": " + report->error()};
  };
  switch (step) {
    case moves::Step::Start: {
      // With the inventory all of them did; of another attempt a frontend that is away is no reason to wait.
      static_cast<void>(hold_deliveries(route, delivery_hold));
      if (!moves::is_user(route.mailbox)) MURDER_TRY(agents_.make_way(route.destination, route.mailbox, seen_patience));
      v1::MoveRequest request;
      request.set_id(moves::move_id(route, status));
      request.set_start(true);
      request.set_mailbox(route.mailbox);
      request.set_destination(route.destination_host);
      request.set_partition(partition);
      const auto report = agents_.move(route.source, request, std::chrono::seconds(30));
      if (!report) return report.error();
      return ok();
    }
    case moves::Step::PushSource:
      return push(route.source);
    case moves::Step::PushDestination:
      return push(route.destination);
    case moves::Step::Wait:
    case moves::Step::ReturnSeen:
    case moves::Step::Verify:
      // A frontend that does not answer lets nothing through that matters, or gives up its hold by itself.
      if (moves::has_begun(status)) static_cast<void>(hold_deliveries(route, delivery_hold));
      return ok();
    case moves::Step::End:
      if (moves::has_begun(status)) static_cast<void>(hold_deliveries(route, std::chrono::seconds(0)));
      return ok();
    case moves::Step::TakeInventory:
      return ok();
  }
  return ok();
}

api::MailboxMoveStatus Mover::foresee(const moves::Route& route) const {
  return moves::decide_move(route, {}, observe(route, {}, Contents::OfSource)).status;
}

Result<Mover::Pass> Mover::advance(const moves::Route& route, const std::string& partition,
                                   const api::MailboxMoveStatus& status, std::int64_t generation,
                                   const std::optional<moves::Refusal>& refusal, const Store& store) const {
  std::optional<Status> seen;
  std::optional<Status> held;
  std::optional<Status> returned;
  const auto decide = [&](Contents contents) {
    auto now = observe(route, status, contents);
    now.seen = seen;
    now.held = held;
    now.returned = returned;
    now.generation = generation;
    now.refusal = refusal;
    return moves::decide_move(route, status, now);
  };
  auto decision = decide(Contents::None);
  if (decision.step == moves::Step::TakeInventory) {
    seen = carry_seen(route);
    if (*seen) held = hold_deliveries(route, delivery_hold);
    decision = decide(Contents::OfSource);
  }
  if (decision.step == moves::Step::ReturnSeen) {
    returned = return_seen(route);
    decision = decide(Contents::None);
  }
  if (decision.step == moves::Step::Verify) decision = decide(Contents::OfDestination);
  // Not begun after all: mail is let in.
  if (held && !moves::has_begun(decision.status)) static_cast<void>(hold_deliveries(route, std::chrono::seconds(0)));
  MURDER_TRY(store(decision.status));
  Pass pass{std::move(decision), {}};
  if (const auto acted = act(pass.decision.step, route, partition, pass.decision.status); !acted) {
    pass.trouble = acted.error().message;
  }
  return pass;
}

}  // namespace murder::agents
