#include "sidecar/move/listing.h"

#include <algorithm>
#include <cctype>

#include "sidecar/push/cyrus_tool.h"
#include "sidecar/where/mbentry.h"

namespace murder::move {
namespace {

constexpr std::string_view deleted_prefix = "DELETED.";

// ".6B062363": seconds since 1970 in hexadecimal (imap/mboxname.c, mboxname_todeleted); 3.10 and later may add digits.
bool is_deletion_time(std::string_view text) {
  if (!text.starts_with('.') || text.size() < 9) return false;
  return std::all_of(text.begin() + 1, text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::string name_of(std::string_view key) {
  std::string name(key.substr(1));
  for (char& c : name) {
    if (c == '\x1f') c = '.';
    if (c == '\x1d') c = '!';
  }
  return name;
}

}  // namespace

bool is_user(std::string_view mailbox) { return mailbox.starts_with("user."); }

bool belongs_to(std::string_view mailbox, std::string_view name) {
  if (name == mailbox) return true;
  return is_user(mailbox) && name.size() > mailbox.size() && name.starts_with(mailbox) && name[mailbox.size()] == '.';
}

bool is_deleted_copy(std::string_view mailbox, std::string_view name) {
  if (!name.starts_with(deleted_prefix)) return false;
  name.remove_prefix(deleted_prefix.size());
  if (!name.starts_with(mailbox)) return false;
  const auto rest = name.substr(mailbox.size());
  const auto last = rest.rfind('.');
  if (last == std::string_view::npos || !is_deletion_time(rest.substr(last))) return false;
  return last == 0 || (is_user(mailbox) && rest.starts_with('.'));
}

Result<std::vector<Line>> parse_listing(std::string_view mailbox, std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line == "\r") continue;
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos || !line.starts_with('N')) {
      return Error{"not a line of mailboxes.db: " + std::string(line.substr(0, 120))};
    }
    auto name = name_of(line.substr(0, tab));
    if (!belongs_to(mailbox, name) && !is_deleted_copy(mailbox, name)) continue;
    const auto entry = where::parse_mbentry(line.substr(tab + 1));
    if (!entry) return entry.error().in(name);
    // A gap in the hierarchy; a name that is only taken.
    if (entry->is('i') || entry->is('z')) continue;
    const Holding holding = entry->is('d')   ? Holding::Gone
                            : entry->is('m') ? Holding::Moving
                            : entry->is('r') ? Holding::Remote
                                             : Holding::Held;
    lines.push_back({std::move(name), holding, entry->partition});
  }
  return lines;
}

Result<std::vector<Line>> list(const AgentConfig& config, const std::string& mailbox) {
  std::vector<Line> all;
  for (const auto& prefix : {mailbox, std::string(deleted_prefix) + mailbox}) {
    auto command = push::cyrus_tool(
        config, config.paths.imapd_conf, "cyr_dbtool",
        {config.paths.config_directory + "/mailboxes.db", "twoskip", "show", where::mailbox_key(prefix)});
    command.timeout = std::chrono::seconds(30);
    command.max_output = 64 << 20;
    const auto shown = process::run_successfully(command);
    if (!shown) return shown.error();
    if (shown->truncated) return Error{mailbox + ": too many mailboxes to list"};
    auto lines = parse_listing(mailbox, shown->output);
    if (!lines) return std::move(lines).error().in("cyr_dbtool");
    all.insert(all.end(), std::make_move_iterator(lines->begin()), std::make_move_iterator(lines->end()));
  }
  std::sort(all.begin(), all.end(), [](const Line& a, const Line& b) { return a.name < b.name; });
  return all;
}

}  // namespace murder::move
