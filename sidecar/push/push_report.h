// What `ctl_mboxlist -mw` prints: one line for each thing that `ctl_mboxlist -m` would do, nothing when the backend and
// the MUPDATE master agree. The wording is that of 3.6.1, 3.10.2 and 3.12.4, which is the same (CYRUS-VERSIONS.md
// section 1; imap/ctl_mboxlist.c, do_pop_mupdate and pop_mupdate_cb).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/lines.h"
#include "base/result.h"

namespace murder::push {

enum class ActionKind {
  Activate,          // "Force Activate": here, and absent or different at the master; the master is told
  RemoveFromMaster,  // "Remove from MUPDATE": the master says here, and it is not
  RemoveLocal,       // "Remove Local Mailbox": here, and the master says elsewhere; the LOCAL copy would be deleted
  Unflag,            // "Remove remote flag on": left over from an unfinished move; the master agrees that it is here
};

struct Action {
  ActionKind kind = ActionKind::Activate;
  std::string mailbox;  // internal name
  bool operator==(const Action&) const = default;
};

struct PushReport {
  static constexpr std::size_t max_actions = 1000;

  std::vector<Action> actions;            // the first max_actions of them
  std::vector<std::string> remove_local;  // the first max_actions mailboxes whose local copy would be deleted
  std::vector<std::string> unflag;        // the first max_actions that an unfinished move left flagged
  std::uint64_t activate = 0;             // counts of all
  std::uint64_t remove_from_master = 0;
  std::uint64_t removes_local = 0;
  std::uint64_t unflags = 0;

  std::uint64_t total() const { return activate + remove_from_master + removes_local + unflags; }
  bool in_sync() const { return total() == 0; }
  bool operator==(const PushReport&) const = default;
};

// Fed the output as it comes. A line that is not one of the four is an error that quotes it: a Cyrus that announces
// something we do not know must not be let loose.
class PushReportParser {
 public:
  void feed(std::string_view bytes);
  Result<PushReport> finish();

 private:
  void take_line(std::string_view line);

  PushReport report_;
  Lines lines_{2048};  // Cyrus's own limit of a mailbox name is 1024 (MAX_MAILBOX_BUFFER)
  std::optional<Error> error_;
};

Result<PushReport> parse_push_report(std::string_view text);

}  // namespace murder::push
