// The Cyrus releases that are supported, and where they behave differently.
//
// Everything that depends on the release is a question to this folder, so that no other code compares versions. What
// imapd.conf(5) allows is in options.h.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace murder::cyrus {

enum class Version {
  V3_6,   // Debian 12
  V3_10,  // Debian 13
  V3_12,  // Debian 14 (testing)
};

inline constexpr std::array all_versions = {Version::V3_6, Version::V3_10, Version::V3_12};

// "3.6"; how resources, tables and messages name a release.
std::string_view to_string(Version version);

// Reads "3.6", "3.6.1", a package's version ("3.10.2-1+deb13u2") and what Cyrus says of itself
// ("3.6.1-Debian-3.6.1-4+deb12u5", "cyrus-imapd 3.12.4-Debian-…"). An error for any other release.
Result<Version> parse_version(std::string_view text);

// Where the releases differ. Each field was tried on all three, as whole murders (CYRUS-VERSIONS.md; the row is named).
// What they have in common is not here: `DELETE` of an unknown mailbox ends every release's MUPDATE master.
struct Behaviour {
  // --- imapd.conf (section 4) ---
  bool needs_allowstarttls;     // "STARTTLS offered when a certificate is set": only with `allowstarttls: yes`
  bool sizes_have_units;        // "Many sizes became byte sizes with units in 3.10": `32K` where 3.6 wants `32`
  bool fatal_errors_can_abort;  // "Added by 3.12: fatals_abort"

  // --- programs ---
  bool has_master_ready_file;      // "readiness file": {configdirectory}/master.ready
  bool removes_master_ready_file;  // "removed at stop"; where it stays, its time must be compared
  bool has_proxy_protocol;         // "PROXY protocol -H": imapd, pop3d, lmtpd, nntpd, httpd; not timsieved, mupdate
  bool has_backup_programs;        // Preamble: `backupd`, `ctl_backups`, `cyr_backup`, `restore` are gone in 3.12

  // --- the MUPDATE master ---
  bool deactivate_unknown_crashes_master;    // "DEACTIVATE unknown": SIGSEGV, else NO
  bool deactivate_reserved_crashes_master;   // "DEACTIVATE reserved, same location": SIGABRT, else NO
  std::size_t longest_user_id;               // "user id 245 / 250 / 254": octets; a longer one ends the master
  bool tls_session_end_crashes_master;       // "end of a TLS session"
  bool tls_is_stable_without_session_cache;  // "the same with tls_session_timeout: 0": good handshakes, in parallel
  bool failed_tls_handshake_crashes_master;  // "failed handshake / client closes in it"

  // --- frontends ---
  bool select_of_reserved_crashes_frontend;  // "SELECT/EXAMINE of a reserved name": SIGSEGV, else NO
  bool caldav_put_works;                     // "CalDAV PUT once provisioned": else 403

  // --- backends ---
  bool annotation_on_shared_crashes_backend;  // "any mailbox annotation on a shared mailbox"
  bool refused_create_crashes_backend;        // "CREATE refused by the master, then one more command"

  // --- moves ---
  bool shared_mailbox_xfer_works;     // "shared mailbox by XFER"; the source's release counts
  bool xfer_drops_seen_at_source;     // "the moved user's own \Seen in shared mailboxes … of the source"
  bool purged_mailbox_blocks_return;  // Section 2, "… after DELETE DELETED.x.TS": a stale I<uniqueid> record
  bool annotation_sync_moves_entry;   // Section 2, "-L registers the copy at the master": incremental runs
  bool localdelete_resets_entry;      // Section 2, "removing A's copy: IMAP LOCALDELETE": of an annotated mailbox
};

const Behaviour& behaviour(Version version);

}  // namespace murder::cyrus
