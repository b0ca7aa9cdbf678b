// imapd.conf(5). Facts about what works are from trying them on real Cyrus; where a choice is not obvious the comment
// says what happens otherwise.
#include <string>
#include <utility>
#include <vector>

#include "operator/config/render.h"
#include "operator/config/text.h"

namespace murder::config {
namespace {

using api::SelectMode;
using topology::AccountUse;
using topology::Node;
using topology::Protocol;
using topology::Topology;

std::string join(const std::vector<std::string>& words) {
  std::string joined;
  for (const auto& word : words) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

class ImapdConf {
 public:
  ImapdConf(const Topology& topology, const Node& node) : topology_(topology), spec_(topology.spec), node_(node) {}

  std::string text() {
    out_ = header(topology_, node_);
    identity();
    accounts();
    names();
    if (node_.role != Role::Master) mupdate_client();
    switch (node_.role) {
      case Role::Master:
        master();
        break;
      case Role::Backend:
        backend();
        break;
      case Role::Frontend:
        frontend();
        break;
    }
    overrides();
    section("Passwords.");
    out_ += "@include: " + node_.paths.imapd_secrets() + "\n";
    return std::move(out_);
  }

 private:
  void section(const char* title) { out_ += std::string("\n# ") + title + "\n"; }
  void set(const std::string& key, const std::string& value) { out_ += key + ": " + value + "\n"; }
  void set(const std::string& key, const char* value) { set(key, std::string(value)); }
  void set(const std::string& key, bool value) { set(key, value ? "yes" : "no"); }
  void set(const std::string& key, std::int64_t value) { set(key, std::to_string(value)); }

  void identity() {
    section("Where it is.");
    // Frontends that are alike each have the name of their machine, which is Cyrus's default.
    if (!(node_.role == Role::Frontend && topology_.target.pods)) set("servername", node_.host);
    set("configdirectory", node_.paths.conf());
    set("proc_path", node_.paths.run() + "/proc");
    set("mboxname_lockpath", node_.paths.run() + "/lock");
    set("sievedir", node_.paths.sieve());
    set("syslog_prefix", node_.name);
    set("cyrus_user", topology_.target.user);
    set("umask", "077");
    set("hashimapspool", true);
    // With immediate the MUPDATE master is never told of a deletion, and every frontend lists a ghost.
    set("delete_mode", "delayed");
  }

  std::vector<std::string> admins() const {
    std::vector<std::string> admins = spec_.authentication.admins;
    admins.emplace_back(topology::kAgent);
    for (const auto& account : topology_.accounts) {
      const bool here = node_.role == Role::Master ? account.use == AccountUse::Mupdate
                                                   : node_.role == Role::Backend && account.use == AccountUse::Move;
      if (here) admins.push_back(account.name);
    }
    return admins;
  }

  void accounts() {
    section("Who may log in.");
    set("admins", join(admins()));
    const bool saslauthd = node_.role == Role::Frontend && spec_.authentication.store == api::AccountStore::SaslAuthd;
    set("sasl_pwcheck_method", saslauthd ? "auxprop saslauthd" : "auxprop");
    set("sasl_auxprop_plugin", "sasldb");
    set("sasl_sasldb_path", node_.paths.run() + "/sasldb2");
    if (saslauthd) {
      set("sasl_saslauthd_path",
          spec_.authentication.saslauthd ? spec_.authentication.saslauthd->socket : api::SaslAuthdSpec{}.socket);
    }
    set("sasl_mech_list", join(spec_.authentication.mechanisms));
    // The servers talk to the master and to backends in clear: a master with a certificate crashes when two TLS
    // sessions begin at once, on every release.
    const bool allowed = node_.role != Role::Frontend || spec_.authentication.allow_plaintext;
    set("allowplaintext", allowed);
    // The agent looks at its own node's list; nobody else logs in there.
    if (!allowed) set("mupdate_allowplaintext", true);
  }

  void names() {
    section("How mailbox names look.");
    set("unixhierarchysep", spec_.namespace_.hierarchy_separator == api::HierarchySeparator::Slash);
    set("altnamespace", spec_.namespace_.alt_namespace);
    set("virtdomains", spec_.namespace_.virtual_domains == api::VirtualDomains::UserId ? "userid" : "off");
    if (!spec_.namespace_.default_domain.empty()) set("defaultdomain", spec_.namespace_.default_domain);
  }

  void mupdate_client() {
    section("The MUPDATE master.");
    // The port is part of the server: Cyrus does not use mupdate_port.
    set("mupdate_server", topology_.master().host + ":" + std::to_string(topology_.port(Protocol::Mupdate)));
    const std::string account = node_.role == Role::Backend ? "mupdate-" + node_.name : "mupdate-frontends";
    set("mupdate_username", account);
    set("mupdate_authname", account);
    if (!spec_.mupdate.realm.empty()) set("mupdate_realm", spec_.mupdate.realm);
    set("mupdate_retry_delay", spec_.mupdate.retry_delay_seconds);
  }

  void master() {
    section("Mailbox storage: none, but imapd.conf must name a place.");
    set("partition-default", node_.paths.spool("none"));
    set("mupdate_connections_max", spec_.mupdate.max_connections);
  }

  void backend() {
    section("Mailbox storage.");
    if (!node_.default_partition.empty()) set("defaultpartition", node_.default_partition);
    for (const auto& partition : node_.partitions) set("partition-" + partition.name, partition.path);
    const auto& placement = spec_.placement.partitions;
    if (placement.mode) {
      set("partition_select_mode", std::string(name_of(*placement.mode)));
      if (!placement.exclude.empty()) set("partition_select_exclude", join(placement.exclude));
      set("partition_select_usage_reinit", placement.usage_reinit);
      set("partition_select_soft_usage_limit", placement.soft_usage_limit);
    }

    section("Frontends come as mailproxy, which may act for any user and is no administrator.");
    set("proxyservers", topology::kMailProxy);
    set("lmtp_admins", topology::kMailProxy);
    set("allowallsubscribe", spec_.backend.allow_all_subscribe);

    section("Moves: backends come to each other as xfer, an administrator.");
    set("allowusermoves", true);
    set("proxy_authname", topology::kMove);

    section("Services.");
    set("lmtpsocket", node_.paths.run() + "/lmtp");
    set("idlesocket", node_.paths.run() + "/idle");
    set("httpmodules", join(spec_.frontend.http_modules));
  }

  void frontend() {
    section("Mailbox storage: none. Cyrus takes a server without proxyservers for a frontend.");
    set("partition-default", node_.paths.spool("none"));

    section("The backends.");
    set("proxy_authname", topology::kMailProxy);
    set("allowusermoves", true);
    std::vector<std::string> servers;
    for (const auto* backend : topology_.with_role(Role::Backend)) {
      if (backend->accepts_new_mailboxes) servers.push_back(backend->host);
    }
    if (!servers.empty()) set("serverlist", join(servers));
    set("serverlist_select_mode", std::string(name_of(spec_.placement.servers.mode)));
    set("serverlist_select_usage_reinit", spec_.placement.servers.usage_reinit);
    set("serverlist_select_soft_usage_limit", spec_.placement.servers.soft_usage_limit);

    section("Referrals.");
    set("proxyd_disable_mailbox_referrals", !spec_.referrals.mailbox);
    set("proxyd_allow_status_referral", spec_.referrals.status);
    set("sieve_allowreferrals", spec_.referrals.sieve);

    section("Services.");
    set("lmtpsocket", node_.paths.run() + "/lmtp");
    set("idlesocket", node_.paths.run() + "/idle");
    set("httpmodules", join(spec_.frontend.http_modules));
    set("tls_server_cert", node_.paths.tls() + "/tls.crt");
    set("tls_server_key", node_.paths.tls() + "/tls.key");
    if (cyrus::behaviour(topology_.cyrus).needs_allowstarttls) set("allowstarttls", true);
  }

  void overrides() {
    if (node_.imapd.empty()) return;
    section("From the imapd maps of the resources.");
    for (const auto& [key, value] : node_.imapd) set(key, value);
  }

  const Topology& topology_;
  const api::MurderClusterSpec& spec_;
  const Node& node_;
  std::string out_;
};

}  // namespace

std::string imapd_conf(const Topology& topology, const Node& node) { return ImapdConf(topology, node).text(); }

}  // namespace murder::config
