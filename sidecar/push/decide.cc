#include "sidecar/push/decide.h"

#include <algorithm>

namespace murder::push {
namespace {

constexpr std::size_t named_in_a_message = 20;

// Fewer than this are what people do by hand, in however small a murder; unless it is all there is.
constexpr std::uint64_t always_few = 3;

bool names(const Choice& choice, const std::string& mailbox) {
  return std::find(choice.mailboxes.begin(), choice.mailboxes.end(), mailbox) != choice.mailboxes.end();
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::optional<Hold> mass_delete(const Situation& now) {
  const auto removals = now.report.remove_from_master;
  if (removals == 0 || now.choice.allow_mass_delete) return {};
  const bool all = removals >= now.master_entries;
  const bool few = removals <= always_few;
  const bool small_share = removals * 100 <= now.master_entries * static_cast<std::uint64_t>(now.max_delete_percent);
  if (!all && (few || small_share)) return {};
  return Hold{
      HoldReason::MassDelete,
      "the master lists " + plural(now.master_entries, "mailbox", "mailboxes") + " for this backend, and " +
          (all ? "none of them is here" : std::to_string(removals) + " of them are not here") + " (" +
          plural(now.local_mailboxes, "mailbox is", "mailboxes are") + "); at most " +
          std::to_string(now.max_delete_percent) +
          " % are removed without being asked. Is the right volume mounted, is mailboxes.db whole? If these mailboxes "
          "really are gone, push again and allow the mass delete"};
}

Hold conflict(const Plan& plan, std::uint64_t total) {
  std::string message = plural(total, "mailbox is", "mailboxes are") + " here and, by the master, elsewhere:";
  for (std::size_t i = 0; i < plan.held.size() && i < named_in_a_message; ++i) {
    const auto& held = plan.held[i];
    message += (i == 0 ? " " : ", ") + held.mailbox + " (here " + held.here + ", master " +
               (held.master.empty() ? "unknown" : held.master) + ")";
  }
  if (total > named_in_a_message) message += ", and " + std::to_string(total - named_in_a_message) + " more";
  return Hold{HoldReason::MailboxConflict,
              message +
                  ". Nothing was deleted on either side. Look at both copies, then say for each which is right: local "
                  "(the master's entry is made to point here) or master (the copy here is deleted, and kept as "
                  "DELETED.* until expiry)"};
}

}  // namespace

std::string_view to_string(HoldReason reason) {
  switch (reason) {
    case HoldReason::MailboxConflict:
      return "MailboxConflict";
    case HoldReason::MassDelete:
      return "MassDelete";
  }
  return "";
}

std::optional<Error> check_choice(const Situation& now) {
  const auto& choice = now.choice;
  if (choice.resolve == Resolve::Hold) return {};
  if (choice.mailboxes.empty()) return Error{"name the mailboxes to which the resolution applies"};
  for (const auto& name : choice.mailboxes) {
    const auto is_it = [&](const Conflict& conflict) { return conflict.mailbox == name; };
    if (std::none_of(now.conflicts.begin(), now.conflicts.end(), is_it)) {
      return Error{name + " is in no conflict: the master does not list it on another backend"};
    }
  }
  return {};
}

Decision decide(const Situation& now) {
  if (now.report.in_sync()) return {};
  if (auto hold = mass_delete(now)) return {{}, std::move(hold)};

  Plan plan;
  plan.max_removals = now.report.remove_from_master;
  for (const auto& each : now.conflicts) {
    const bool named = names(now.choice, each.mailbox);
    if (named && now.choice.resolve == Resolve::Local) {
      plan.take_over.push_back(each);
    } else if (named && now.choice.resolve == Resolve::Master) {
      plan.give_up.push_back(each);
    } else {
      plan.held.push_back(each);
    }
  }
  const std::uint64_t held = now.report.removes_local - plan.take_over.size() - plan.give_up.size();
  Decision decision;
  if (held > 0) decision.hold = conflict(plan, held);
  if (now.report.total() > held) decision.plan = std::move(plan);
  return decision;
}

}  // namespace murder::push
