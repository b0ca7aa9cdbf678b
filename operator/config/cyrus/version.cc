#include "operator/config/cyrus/version.h"

#include <charconv>
#include <string>

namespace murder::cyrus {
namespace {

struct Release {
  Version version;
  unsigned major, minor;
  std::string_view name;
  Behaviour behaviour;
};

// In the order of Version.
constexpr std::array<Release, all_versions.size()> releases = {{
    {Version::V3_6,
     3,
     6,
     "3.6",
     {
         .needs_allowstarttls = false,
         .sizes_have_units = false,
         .fatal_errors_can_abort = false,
         .has_master_ready_file = false,
         .removes_master_ready_file = false,
         .has_proxy_protocol = false,
         .has_backup_programs = true,
         .deactivate_unknown_crashes_master = true,
         .deactivate_reserved_crashes_master = true,
         .longest_user_id = 245,
         .tls_session_end_crashes_master = true,
         .tls_is_stable_without_session_cache = false,
         .failed_tls_handshake_crashes_master = true,
         .select_of_reserved_crashes_frontend = false,
         .caldav_put_works = false,
         .annotation_on_shared_crashes_backend = true,
         .refused_create_crashes_backend = false,
         .shared_mailbox_xfer_works = false,
         .xfer_drops_seen_at_source = false,
         .purged_mailbox_blocks_return = true,
         .annotation_sync_moves_entry = false,
         .localdelete_resets_entry = false,
     }},
    {Version::V3_10,
     3,
     10,
     "3.10",
     {
         .needs_allowstarttls = true,
         .sizes_have_units = true,
         .fatal_errors_can_abort = false,
         .has_master_ready_file = true,
         .removes_master_ready_file = false,
         .has_proxy_protocol = false,
         .has_backup_programs = true,
         .deactivate_unknown_crashes_master = true,
         .deactivate_reserved_crashes_master = true,
         .longest_user_id = 245,
         .tls_session_end_crashes_master = false,
         .tls_is_stable_without_session_cache = true,
         .failed_tls_handshake_crashes_master = false,
         .select_of_reserved_crashes_frontend = false,
         .caldav_put_works = true,
         .annotation_on_shared_crashes_backend = false,
         .refused_create_crashes_backend = true,
         .shared_mailbox_xfer_works = true,
         .xfer_drops_seen_at_source = false,
         .purged_mailbox_blocks_return = false,
         .annotation_sync_moves_entry = true,
         .localdelete_resets_entry = true,
     }},
    {Version::V3_12,
     3,
     12,
     "3.12",
     {
         .needs_allowstarttls = true,
         .sizes_have_units = true,
         .fatal_errors_can_abort = true,
         .has_master_ready_file = true,
         .removes_master_ready_file = true,
         .has_proxy_protocol = true,
         .has_backup_programs = false,
         .deactivate_unknown_crashes_master = false,
         .deactivate_reserved_crashes_master = false,
         .longest_user_id = 250,
         .tls_session_end_crashes_master = false,
         .tls_is_stable_without_session_cache = true,
         .failed_tls_handshake_crashes_master = true,
         .select_of_reserved_crashes_frontend = true,
         .caldav_put_works = true,
         .annotation_on_shared_crashes_backend = false,
         .refused_create_crashes_backend = true,
         .shared_mailbox_xfer_works = true,
         .xfer_drops_seen_at_source = true,
         .purged_mailbox_blocks_return = false,
         .annotation_sync_moves_entry = true,
         .localdelete_resets_entry = true,
     }},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < releases.size(); ++i) {
    if (releases[i].version != all_versions[i] || static_cast<std::size_t>(releases[i].version) != i) return false;
  }
  return true;
}
static_assert(in_order());

const Release& release(Version version) { return releases[static_cast<std::size_t>(version)]; }

// A number at the start of `text`, which is moved behind it.
bool take_number(std::string_view& text, unsigned& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::string_view to_string(Version version) { return release(version).name; }

const Behaviour& behaviour(Version version) { return release(version).behaviour; }

Result<Version> parse_version(std::string_view text) {
  constexpr std::string_view program = "cyrus-imapd ";
  auto rest = text;
  if (rest.starts_with(program)) rest.remove_prefix(program.size());

  unsigned major = 0;
  unsigned minor = 0;
  bool read = take_number(rest, major) && rest.starts_with('.');
  if (read) {
    rest.remove_prefix(1);
    // What follows the minor number tells releases of one kind apart: ".1", "-Debian…", "~rc1".
    read = take_number(rest, minor) && (rest.empty() || rest.find_first_of(".-+~") == 0);
  }
  if (!read) return Error{"not a version of Cyrus: '" + std::string(text) + "'"};

  std::string supported;
  for (const auto& candidate : releases) {
    if (candidate.major == major && candidate.minor == minor) return candidate.version;
    supported.append(supported.empty() ? "" : ", ").append(candidate.name);
  }
  return Error{"Cyrus " + std::to_string(major) + "." + std::to_string(minor) + " is not supported, only " + supported};
}

}  // namespace murder::cyrus
