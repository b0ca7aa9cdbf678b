#include "operator/moves/decide.h"

#include <set>

#include "operator/moves/verify.h"

namespace murder::moves {
namespace {

using Phase = api::MovePhase;

// Where one mailbox is.
enum class Custody {
  Source,        // held there, and the master says so
  Destination,   // held there alone, and the master says so
  UntoldSource,  // whole at the source, and the master says something else
  UntoldDestination,
  Both,  // two copies, and the master says the destination's
  Nowhere,
  Deleted,    // by its user, meanwhile
  Elsewhere,  // the master names a third server
};

struct Facts {
  std::size_t source = 0;
  std::size_t destination = 0;
  std::string untold_source;  // the first of that kind each, or empty
  std::string untold_destination;
  std::string both;
  std::string nowhere;
  std::string elsewhere;
  std::size_t leftovers = 0;  // of those at the source: copies at the destination that nobody uses
  bool top_is_at_source = false;
};

bool holds(const Listing& listing, const std::string& name) {
  const auto found = listing.find(name);
  return found != listing.end() && found->second.holding == Holding::Held;
}

// Flagged by Cyrus in the middle of a move. The data is whole until it is Gone.
bool is_moving(const Listing& listing, const std::string& name) {
  const auto found = listing.find(name);
  return found != listing.end() && found->second.holding == Holding::Moving;
}

Custody custody(const Route& route, const std::string& name, const Listing& source, const Listing& destination,
                const Places& master) {
  const auto entry = master.find(name);
  const bool listed = entry != master.end();
  const bool active = listed && entry->second.state == Place::State::Active;
  const bool at_source = listed && entry->second.server() == route.source_host;
  const bool at_destination = listed && entry->second.server() == route.destination_host;
  if (listed && !at_source && !at_destination) return Custody::Elsewhere;

  const bool source_moving = is_moving(source, name);
  if (holds(source, name) || source_moving) {
    if (active && at_source && !source_moving) return Custody::Source;
    // The master was told last, so the source's copy had been given up.
    if (active && at_destination) return Custody::Both;
    // Nobody could write to either since the master was told of the switch, so the source's is complete.
    return Custody::UntoldSource;
  }
  if (holds(destination, name)) return active && at_destination ? Custody::Destination : Custody::UntoldDestination;
  if (!listed && (has_deleted_copy(source, name) || has_deleted_copy(destination, name))) return Custody::Deleted;
  return Custody::Nowhere;
}

std::set<std::string> all_names(const Route& route, const api::MailboxMoveStatus& status, const Listing& source,
                                const Listing& destination) {
  std::set<std::string> names{route.mailbox};
  for (const auto& mailbox : status.before) names.insert(mailbox.name);
  for (const auto* listing : {&source, &destination}) {
    for (const auto& [name, held] : *listing) {
      if (belongs_to(route.mailbox, name) && (held.holding == Holding::Held || held.holding == Holding::Moving)) {
        names.insert(name);
      }
    }
  }
  return names;
}

Facts facts_of(const Route& route, const api::MailboxMoveStatus& status, const Listing& source,
               const Listing& destination, const Places& master) {
  Facts facts;
  const auto note = [](std::string& first, const std::string& name) {
    if (first.empty()) first = name;
  };
  for (const auto& name : all_names(route, status, source, destination)) {
    switch (custody(route, name, source, destination, master)) {
      case Custody::Source:
        ++facts.source;
        if (holds(destination, name)) ++facts.leftovers;
        if (name == route.mailbox) facts.top_is_at_source = true;
        break;
      case Custody::Destination:
        ++facts.destination;
        break;
      case Custody::UntoldSource:
        note(facts.untold_source, name);
        break;
      case Custody::UntoldDestination:
        note(facts.untold_destination, name);
        break;
      case Custody::Both:
        note(facts.both, name);
        break;
      case Custody::Nowhere:
        note(facts.nowhere, name);
        break;
      case Custody::Deleted:
        break;
      case Custody::Elsewhere:
        note(facts.elsewhere, name);
        break;
    }
  }
  return facts;
}

std::string cyrus_said(const AgentSays& agent) {
  std::string text;
  for (const auto& line : agent.answer) text += (text.empty() ? "\"" : "\" \"") + line;
  if (!text.empty()) text += "\"";
  if (!agent.error.empty()) text += (text.empty() ? "" : ", then ") + agent.error;
  return text.empty() ? "nothing" : text;
}

// As long as status.message may be; Cyrus's words can be longer. Never within a character.
std::string shortened(std::string text) {
  constexpr std::size_t longest = 4000;
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

// The status of the pass before, changed to that of this one.
class Story {
 public:
  Story(const Route& route, const api::MailboxMoveStatus& status, const Observed& now)
      : route_(route), now_(now), decision_{Step::Wait, status} {
    decision_.status.observed_generation = now.generation;
  }

  Decision go(Step step, Phase phase, Reason reason, std::string message) {
    auto& status = decision_.status;
    if (status.phase != phase || status.phase_at.empty()) {
      status.phase = phase;
      status.phase_at = now_.now;
    }
    status.reason = to_string(reason);
    status.message = shortened(std::move(message));
    const bool ended = step == Step::End;
    if (ended && status.finished_at.empty()) status.finished_at = now_.now;
    set("Complete", phase == Phase::Completed);
    set("Failed", phase == Phase::Failed || phase == Phase::RolledBack);
    decision_.step = step;
    return std::move(decision_);
  }

  Decision wait(Reason reason, std::string message) {
    return go(Step::Wait, decision_.status.phase, reason, std::move(message));
  }
  Decision complete(std::string message) { return go(Step::End, Phase::Completed, Reason::Moved, std::move(message)); }
  Decision fail(Reason reason, std::string message) { return go(Step::End, Phase::Failed, reason, std::move(message)); }
  Decision rolled_back(Reason reason, std::string message, std::size_t leftovers) {
    message += "; " + route_.mailbox + " is on " + route_.source + " as before";
    if (leftovers > 0) {
      message += ". Copies that nobody uses are left on " + route_.destination +
                 ": the next move replaces them, or `murder push " + route_.destination + " --master-is-right " +
                 route_.mailbox + "` removes them";
    }
    return go(Step::End, Phase::RolledBack, reason, std::move(message));
  }

  api::MailboxMoveStatus& status() { return decision_.status; }

 private:
  void set(const char* type, bool is_true) {
    auto& conditions = decision_.status.conditions;
    auto found = conditions.begin();
    while (found != conditions.end() && found->type != type) ++found;
    if (found == conditions.end()) {
      conditions.push_back({.type = type});
      found = std::prev(conditions.end());
    }
    const auto value = is_true ? api::ConditionStatus::True : api::ConditionStatus::False;
    if (found->status != value) found->last_transition_time = now_.now;
    found->status = value;
    found->observed_generation = now_.generation;
    found->reason = decision_.status.reason;
    found->message = decision_.status.message;
  }

  const Route& route_;
  const Observed& now_;
  Decision decision_;
};

Decision begin(const Route& route, Story story, const Observed& now) {
  if (now.refusal) {
    if (now.refusal->temporary) return story.wait(now.refusal->reason, now.refusal->message);
    return story.fail(now.refusal->reason, now.refusal->message);
  }
  if (!now.agent) return story.wait(Reason::AgentUnreachable, now.agent.error().message);
  if (!now.source) return story.wait(Reason::AgentUnreachable, now.source.error().message);
  if (!now.master) return story.wait(Reason::AgentUnreachable, now.master.error().message);
  if (now.agent->state == AgentSays::State::Busy || now.agent->state == AgentSays::State::Running) {
    return story.wait(Reason::MoveInProgress,
                      route.source + " is moving " +
                          (now.agent->busy_with.empty() ? "another mailbox" : now.agent->busy_with) +
                          "; one at a time for each backend");
  }
  const auto top = now.source->find(route.mailbox);
  if (top == now.source->end() || top->second.holding != Holding::Held) {
    return story.wait(Reason::MailboxConflict, route.source + " does not hold " + route.mailbox + " any more");
  }
  if (!top->second.contents) {
    return story.go(Step::TakeInventory, Phase::Pending, Reason::TakingInventory,
                    "taking the inventory of " + route.mailbox + " on " + route.source);
  }
  if (now.seen && !*now.seen) {
    return story.wait(Reason::SeenNotCarried,
                      "what users have read cannot be sent ahead: " + now.seen->error().message);
  }
  if (now.held && !*now.held) {
    return story.wait(Reason::AgentUnreachable, "deliveries cannot be held back: " + now.held->error().message);
  }
  auto& status = story.status();
  status.before = inventory_of(route.mailbox, *now.source);
  if (status.before.size() > kMostMailboxes) {
    const auto count = status.before.size();
    status.before.clear();
    return story.fail(Reason::TooManyMailboxes, route.mailbox + " has " + std::to_string(count) +
                                                    " mailboxes; a move can verify " + std::to_string(kMostMailboxes));
  }
  const auto at = now.master->find(route.mailbox);
  status.source = at == now.master->end() ? route.source_host + "!" + top->second.partition : at->second.location;
  status.mailboxes = static_cast<std::int64_t>(status.before.size());
  status.mailboxes_done = 0;
  status.messages = 0;
  for (const auto& mailbox : status.before) status.messages += mailbox.messages;
  status.started_at = now.now;
  status.attempts = 1;
  return story.go(Step::Start, Phase::Copying, Reason::Copying,
                  "copying " + std::to_string(status.mailboxes) + " mailboxes with " + std::to_string(status.messages) +
                      " messages from " + route.source + " to " + route.destination);
}

Decision try_again(const Route& route, Story story, Reason reason, const std::string& why, std::size_t leftovers) {
  auto& status = story.status();
  if (status.attempts >= kMostAttempts) {
    return story.rolled_back(reason, why + ", " + std::to_string(status.attempts) + " times", leftovers);
  }
  ++status.attempts;
  return story.go(Step::Start, Phase::Copying, Reason::Copying,
                  "asking " + route.source + " again (attempt " + std::to_string(status.attempts) + "): " + why);
}

// The first mailbox that a frontend does not list at the destination.
std::optional<std::string> not_listed(const Route& route, const std::set<std::string>& names,
                                      const Listing& destination, const Places& frontend) {
  for (const auto& name : names) {
    if (!holds(destination, name)) continue;
    const auto place = frontend.find(name);
    if (place == frontend.end() || place->second.state != Place::State::Active ||
        place->second.server() != route.destination_host) {
      return name;
    }
  }
  return {};
}

// Cyrus 3.12 removes the user's record at the source with its mailboxes; the one that came along has all of it. As soon
// as it is there, before anything is waited for: what the user reads meanwhile is added to nothing. Phase Verifying
// says that it has been done; done twice it changes nothing more.
std::optional<Decision> return_seen(const Route& route, Story& story, const Observed& now) {
  if (!is_user(route.mailbox) || story.status().phase == Phase::Verifying) return {};
  if (!now.returned) {
    return story.go(Step::ReturnSeen, Phase::Switching, Reason::ReturningSeen,
                    "telling " + route.source + " what " + route.mailbox + " has read in mailboxes there");
  }
  if (!*now.returned)
    return story.go(Step::Wait, Phase::Switching, Reason::SeenNotReturned, now.returned->error().message);
  return {};
}

Decision verify(const Route& route, Story story, const Observed& now) {
  if (auto decision = return_seen(route, story, now)) return *std::move(decision);
  std::string behind;
  std::string unheard;
  const auto names = all_names(route, story.status(), *now.source, *now.destination);
  for (const auto& [frontend, places] : now.frontends) {
    if (!places) return story.go(Step::Wait, Phase::Verifying, Reason::AgentUnreachable, places.error().message);
    if (const auto name = not_listed(route, names, *now.destination, *places)) {
      behind = frontend;
      unheard = *name;
    }
  }
  if (!behind.empty()) {
    return story.go(Step::Wait, Phase::Verifying, Reason::FrontendsBehind,
                    behind + " does not list " + unheard + " on " + route.destination + " yet");
  }
  const auto& before = story.status().before;
  if (!was_read(before, *now.destination)) {
    return story.go(Step::Verify, Phase::Verifying, Reason::Verifying,
                    "comparing what " + route.destination + " holds with what " + route.source + " held");
  }
  if (const auto less = missing(before, *now.source, *now.destination)) {
    return story.fail(Reason::VerificationFailed,
                      "not all is on " + route.destination + ": " + *less + ". The files of " + route.source +
                          " are where they were, until cyr_expire runs there: stop it, and see docs/moves.md");
  }
  auto& status = story.status();
  status.mailboxes_done = status.mailboxes;
  const auto count = status.mailboxes;
  const auto messages = status.messages;
  return story.complete(route.mailbox + " is on " + route.destination + ": " + std::to_string(count) + " mailboxes, " +
                        std::to_string(messages) + " messages; the master, both backends and every frontend agree");
}

// Which of them is right is a person's to say, and they are told what is known.
Decision two_copies(const Route& route, Story story, const Observed& now, const std::string& name) {
  std::vector<api::MailboxInventory> before;
  for (const auto& mailbox : story.status().before) {
    if (mailbox.name == name) before.push_back(mailbox);
  }
  if (!was_read(before, *now.destination)) {
    return story.go(Step::Verify, Phase::Switching, Reason::TwoCopies,
                    "both " + route.source + " and " + route.destination + " hold " + name);
  }
  const auto less = missing(before, *now.source, *now.destination);
  const auto remedy = less ? "that copy is not whole (" + *less + "): `murder push " + route.source +
                                 " --local-is-right " + name + "` makes the one on " + route.source + " count again"
                           : "that copy has all there was before: `murder push " + route.source +
                                 " --master-is-right " + name + "` removes the one on " + route.source;
  return story.fail(Reason::TwoCopies, "both " + route.source + " and " + route.destination + " hold " + name +
                                           ", and the master says " + route.destination + "; " + remedy);
}

Decision go_on(const Route& route, Story story, const Observed& now) {
  if (!now.agent) return story.wait(Reason::AgentUnreachable, now.agent.error().message);
  const bool under_way = now.agent->state == AgentSays::State::Running || now.agent->state == AgentSays::State::Busy;
  auto& status = story.status();

  if (under_way) {
    std::int64_t done = 0;
    bool switching = false;
    if (now.master) {
      for (const auto& mailbox : status.before) {
        const auto entry = now.master->find(mailbox.name);
        if (entry == now.master->end()) continue;
        const bool active = entry->second.state == Place::State::Active;
        if (active && entry->second.server() == route.destination_host) ++done;
        if (!active || entry->second.server() == route.destination_host) switching = true;
      }
      status.mailboxes_done = done;
    }
    const bool other = now.agent->state == AgentSays::State::Busy && !now.agent->busy_with.empty() &&
                       now.agent->busy_with != route.mailbox;
    if (other) return story.wait(Reason::MoveInProgress, route.source + " is moving " + now.agent->busy_with);
    return switching ? story.go(Step::Wait, Phase::Switching, Reason::Switching,
                                std::to_string(done) + " of " + std::to_string(status.mailboxes) +
                                    " mailboxes are on " + route.destination)
                     : story.go(Step::Wait, Phase::Copying, Reason::Copying,
                                "copying from " + route.source + " to " + route.destination);
  }
  if (!now.source) return story.wait(Reason::AgentUnreachable, now.source.error().message);
  if (!now.destination) return story.wait(Reason::AgentUnreachable, now.destination.error().message);
  if (!now.master) return story.wait(Reason::AgentUnreachable, now.master.error().message);

  const auto facts = facts_of(route, status, *now.source, *now.destination, *now.master);
  status.mailboxes_done = static_cast<std::int64_t>(facts.destination);
  if (!facts.elsewhere.empty()) {
    return story.fail(Reason::MovedElsewhere, "somebody else has moved " + facts.elsewhere +
                                                  " meanwhile: `murder where " + facts.elsewhere + "`");
  }
  if (!facts.untold_source.empty()) {
    return story.go(Step::PushSource, Phase::Switching, Reason::RepairingMaster,
                    "Cyrus ended between two steps: " + route.source + " holds " + facts.untold_source +
                        ", and tells the master so");
  }
  if (!facts.untold_destination.empty()) {
    // An entry that still points to the source is the source's to take back.
    const auto entry = now.master->find(facts.untold_destination);
    const bool at_source = entry != now.master->end() && entry->second.server() == route.source_host;
    return story.go(at_source ? Step::PushSource : Step::PushDestination, Phase::Switching, Reason::RepairingMaster,
                    "Cyrus ended between two steps: " + route.destination + " holds " + facts.untold_destination +
                        ", and the master is told so");
  }
  if (!facts.both.empty()) return two_copies(route, std::move(story), now, facts.both);
  if (!facts.nowhere.empty()) {
    return story.fail(Reason::MailboxMissing, "neither " + route.source + " nor " + route.destination + " holds " +
                                                  facts.nowhere + ". The files of " + route.source +
                                                  " are where they were, until cyr_expire runs there: stop it, and see "
                                                  "docs/moves.md");
  }
  if (facts.source == 0) return verify(route, std::move(story), now);
  if (facts.destination > 0) {
    if (!facts.top_is_at_source) {
      return story.fail(Reason::SplitUser, route.mailbox + " is on " + route.destination + ", and " +
                                               std::to_string(facts.source) + " of its mailboxes on " + route.source +
                                               ": `murder where` shows which; see docs/moves.md");
    }
    return try_again(route, std::move(story), Reason::Interrupted, "a part of it has moved", facts.leftovers);
  }
  // All of it is where it was.
  if (now.agent->state == AgentSays::State::Unknown) {
    return try_again(route, std::move(story), Reason::Interrupted, "it had not been begun, or not to any effect",
                     facts.leftovers);
  }
  const bool cyrus_answered = now.agent->refused || now.agent->error.empty();
  return story.rolled_back(cyrus_answered ? Reason::CyrusRefused : Reason::Interrupted,
                           "Cyrus on " + route.source + " said " + cyrus_said(*now.agent), facts.leftovers);
}

}  // namespace

std::string_view to_string(Step step) {
  switch (step) {
    case Step::Wait:
      return "Wait";
    case Step::TakeInventory:
      return "TakeInventory";
    case Step::Start:
      return "Start";
    case Step::PushSource:
      return "PushSource";
    case Step::PushDestination:
      return "PushDestination";
    case Step::ReturnSeen:
      return "ReturnSeen";
    case Step::Verify:
      return "Verify";
    case Step::End:
      return "End";
  }
  return "";
}

std::string move_id(const Route& route, const api::MailboxMoveStatus& status) {
  return route.id + "#" + std::to_string(status.attempts);
}

std::chrono::milliseconds look_again(const Decision& decision) {
  using std::chrono::milliseconds;
  if (decision.step == Step::End) return milliseconds(0);
  if (decision.step == Step::Start) return milliseconds(50);
  switch (decision.status.phase) {
    case Phase::Copying:
    case Phase::Switching:
    case Phase::Verifying:
      return decision.status.reason == to_string(Reason::AgentUnreachable) ||
                     decision.status.reason == to_string(Reason::SeenNotReturned)
                 ? milliseconds(2000)
                 : milliseconds(250);
    default:
      return milliseconds(2000);
  }
}

bool has_begun(const api::MailboxMoveStatus& status) { return status.attempts > 0; }

bool has_ended(const api::MailboxMoveStatus& status) {
  return status.phase == Phase::Completed || status.phase == Phase::RolledBack || status.phase == Phase::Failed;
}

Decision decide_move(const Route& route, const api::MailboxMoveStatus& status, const Observed& now) {
  if (has_ended(status)) return {Step::End, status};
  Story story(route, status, now);
  return has_begun(status) ? go_on(route, std::move(story), now) : begin(route, std::move(story), now);
}

}  // namespace murder::moves
