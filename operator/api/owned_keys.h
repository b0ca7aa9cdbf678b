// Options of imapd.conf that the operator writes itself. An override of one is refused, and the message names the field
// that decides instead, or says why there is none.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace murder::api {

struct OwnedKey {
  std::string_view key;
  std::string_view instead;
};

inline constexpr std::string_view kOperatorOnly = "the operator alone decides it";

inline constexpr auto kOwnedKeys = std::to_array<OwnedKey>({
    {"admins", "spec.authentication.admins"},
    {"allowallsubscribe", "spec.backend.allowAllSubscribe"},
    {"allowplaintext", "spec.authentication.allowPlaintext"},
    {"allowstarttls", kOperatorOnly},
    {"allowusermoves", kOperatorOnly},
    {"altnamespace", "spec.namespace.altNamespace"},
    {"configdirectory", kOperatorOnly},
    {"cyrus_user", kOperatorOnly},
    {"defaultdomain", "spec.namespace.defaultDomain"},
    {"defaultpartition", "spec.defaultPartition of the Backend"},
    {"delete_mode", "with immediate the MUPDATE master is never told of a deletion"},
    {"hashimapspool", kOperatorOnly},
    {"httpmodules", "spec.frontend.httpModules"},
    {"idlesocket", kOperatorOnly},
    {"lmtp_admins", kOperatorOnly},
    {"lmtpsocket", kOperatorOnly},
    {"mboxname_lockpath", kOperatorOnly},
    {"mupdate_authname", kOperatorOnly},
    {"mupdate_connections_max", "spec.mupdate.maxConnections"},
    {"mupdate_password", kOperatorOnly},
    {"mupdate_port", "spec.mupdate.port"},
    {"mupdate_realm", "spec.mupdate.realm"},
    {"mupdate_retry_delay", "spec.mupdate.retryDelaySeconds"},
    {"mupdate_server", kOperatorOnly},
    {"mupdate_username", kOperatorOnly},
    {"partition_select_exclude", "spec.placement.partitions.exclude"},
    {"partition_select_mode", "spec.placement.partitions.mode"},
    {"partition_select_soft_usage_limit", "spec.placement.partitions.softUsageLimit"},
    {"partition_select_usage_reinit", "spec.placement.partitions.usageReinit"},
    {"proc_path", kOperatorOnly},
    {"proxy_authname", kOperatorOnly},
    {"proxy_password", kOperatorOnly},
    {"proxyd_allow_status_referral", "spec.referrals.status"},
    {"proxyd_disable_mailbox_referrals", "spec.referrals.mailbox"},
    {"proxyservers", kOperatorOnly},
    {"sasl_auxprop_plugin", "spec.authentication.store"},
    {"sasl_mech_list", "spec.authentication.mechanisms"},
    {"sasl_pwcheck_method", "spec.authentication.store"},
    {"sasl_saslauthd_path", "spec.authentication.saslauthd.socket"},
    {"sasl_sasldb_path", kOperatorOnly},
    {"serverlist", "spec.acceptsNewMailboxes of each Backend"},
    {"serverlist_select_mode", "spec.placement.servers.mode"},
    {"serverlist_select_soft_usage_limit", "spec.placement.servers.softUsageLimit"},
    {"serverlist_select_usage_reinit", "spec.placement.servers.usageReinit"},
    {"servername", "spec.domain and the resource's name"},
    {"sieve_allowreferrals", "spec.referrals.sieve"},
    {"sievedir", kOperatorOnly},
    {"syslog_prefix", kOperatorOnly},
    {"tls_server_ca_file", "spec.tls"},
    {"tls_server_cert", "spec.tls"},
    {"tls_server_key", "spec.tls"},
    {"umask", kOperatorOnly},
    {"unixhierarchysep", "spec.namespace.hierarchySeparator"},
    {"virtdomains", "spec.namespace.virtualDomains"},
});

// Families that are owned too: partition-NAME, HOST_password.
inline constexpr std::string_view kOwnedPrefix = "partition-";
inline constexpr std::string_view kOwnedSuffix = "_password";

// What decides instead of an override of `key`, or nothing when it may be overridden. What holds of an option holds of
// its form for one service: imap_admins is refused as admins is.
constexpr std::string_view owner_of(std::string_view key) {
  for (const auto& owned : kOwnedKeys) {
    if (owned.key == key) return owned.instead;
  }
  for (const auto& owned : kOwnedKeys) {
    if (!key.ends_with(owned.key)) continue;
    const auto before = key.substr(0, key.size() - owned.key.size());
    if (before.size() > 1 && before.ends_with('_')) return owned.instead;
  }
  if (key.starts_with(kOwnedPrefix)) return "spec.partitions of the Backend";
  if (key.ends_with(kOwnedSuffix)) return kOperatorOnly;
  return {};
}

// What to say of an override of `key`; nothing when it is allowed.
inline std::string refused_because(std::string_view key) {
  const std::string owner(owner_of(key));
  if (owner.empty()) return "";
  return owner.starts_with("spec.") ? "cannot be overridden: use " + owner : "cannot be overridden: " + owner;
}

// The same as a regular expression, for the API server.
inline std::string owned_keys_regex() {
  std::string regex = "(.+_)?(";
  for (const auto& owned : kOwnedKeys) {
    if (&owned != kOwnedKeys.data()) regex += "|";
    regex += owned.key;
  }
  return regex + ")|" + std::string(kOwnedPrefix) + ".*|.*" + std::string(kOwnedSuffix);
}

}  // namespace murder::api
