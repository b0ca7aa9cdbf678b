// MurderCluster, described. See schema/field.h.
#pragma once

#include <algorithm>

#include "operator/api/common_fields.h"
#include "operator/api/murder_cluster.h"

namespace murder::api {

inline constexpr const char* kPreforkDoc =
    "Processes started in advance, waiting for clients (cyrus.conf(5), prefork).";
inline constexpr const char* kMaxChildDoc =
    "Most processes at a time, so most clients at a time; no limit when absent (cyrus.conf(5), maxchild).";

template <typename Io>
void fields(Io& io, ServiceSpec& service) {
  io.field({.name = "enabled", .doc = "Whether this service is offered."}, service.enabled);
  io.field({.name = "prefork", .doc = kPreforkDoc, .minimum = 0, .maximum = 1000}, service.prefork);
  io.field({.name = "maxChild", .doc = kMaxChildDoc, .minimum = 1, .maximum = 100000}, service.max_child);
}

template <typename Io>
void fields(Io& io, LmtpServiceSpec& service) {
  io.field({.name = "enabled", .doc = "Whether this service is offered."}, service.enabled);
  io.field({.name = "prefork", .doc = kPreforkDoc, .minimum = 0, .maximum = 1000}, service.prefork);
  io.field({.name = "maxChild", .doc = kMaxChildDoc, .minimum = 1, .maximum = 100000}, service.max_child);
  io.field(
      {.name = "authentication",
       .doc = "none: whoever reaches the port may deliver (lmtpd -a), so keep it to your MTAs. required: the MTA logs "
              "in, which on a Cyrus frontend only administrators can (lmtp_admins has no effect there)."},
      service.authentication);
}

template <typename Io>
void fields(Io& io, FrontendServices& services) {
  io.field({.name = "imap", .doc = "IMAP, port 143."}, services.imap);
  io.field({.name = "imaps", .doc = "IMAP over TLS, port 993."}, services.imaps);
  io.field({.name = "pop3", .doc = "POP3, port 110."}, services.pop3);
  io.field({.name = "pop3s", .doc = "POP3 over TLS, port 995."}, services.pop3s);
  io.field({.name = "kpop", .doc = "POP3 for Kerberos clients (pop3d -k), port 1109."}, services.kpop);
  io.field({.name = "nntp", .doc = "NNTP, port 119. Removed from Cyrus after 3.12."}, services.nntp);
  io.field({.name = "nntps", .doc = "NNTP over TLS, port 563. Removed from Cyrus after 3.12."}, services.nntps);
  io.field({.name = "http", .doc = "CalDAV, CardDAV and the other modules of httpModules, port 80."}, services.http);
  io.field({.name = "https", .doc = "The same over TLS, port 443."}, services.https);
  io.field({.name = "sieve", .doc = "ManageSieve, port 4190."}, services.sieve);
  io.field({.name = "lmtp", .doc = "Delivery by MTAs over TCP, port 2003."}, services.lmtp);
  io.field({.name = "lmtpUnix", .doc = "Delivery by an MTA beside the frontend, by unix socket."}, services.lmtp_unix);
}

template <typename Io>
void fields(Io& io, BackendServices& services) {
  io.field({.name = "imap", .doc = "IMAP, port 143: what frontends proxy to, and what moves go through."},
           services.imap);
  io.field({.name = "pop3", .doc = "POP3, port 110."}, services.pop3);
  io.field({.name = "nntp", .doc = "NNTP, port 119. Removed from Cyrus after 3.12."}, services.nntp);
  io.field({.name = "http", .doc = "HTTP, port 80."}, services.http);
  io.field({.name = "sieve", .doc = "ManageSieve, port 4190."}, services.sieve);
  io.field({.name = "lmtp", .doc = "LMTP, port 2003: where frontends deliver to."}, services.lmtp);
  io.rule({.cel = "self.imap.enabled",
           .message = "must stay on: frontends and moves reach a backend by IMAP",
           .field = ".imap"},
          services, [](const BackendServices& s) { return s.imap.enabled; });
}

template <typename Io>
void fields(Io& io, MupdateSpec& mupdate) {
  io.field({.name = "engine", .doc = "cyrus: Cyrus's own master (mupdate -m). native: murder-mupdate."},
           mupdate.engine);
  io.field(
      {.name = "port", .doc = "TCP port of the master and of the frontends' slaves.", .minimum = 1, .maximum = 65535},
      mupdate.port);
  io.field(
      {.name = "maxConnections",
       .doc = "Most connections at a time to the master; each frontend holds one, each mailbox operation takes one "
              "for a moment (mupdate_connections_max).",
       .minimum = 16,
       .maximum = 65535},
      mupdate.max_connections);
  io.field({.name = "retryDelaySeconds",
            .doc = "How long a frontend waits before it connects to a lost master again; up to 9 seconds are added at "
                   "random. At least 2: Cyrus divides by this number less one (mupdate_retry_delay).",
            .minimum = 2,
            .maximum = 3600},
           mupdate.retry_delay_seconds);
  io.field({.name = "realm",
            .doc = "Realm for mechanisms that need one towards the master (mupdate_realm).",
            .pattern = kDomain},
           mupdate.realm);
  io.field({.name = "storage", .doc = "On Kubernetes: of the master's list."}, mupdate.storage);
  io.field({.name = "pod", .doc = kPodDoc}, mupdate.pod);
}

template <typename Io>
void fields(Io& io, ServiceExposureSpec& service) {
  io.field({.name = "type",
            .doc = "ClusterIP: reached from inside. NodePort, LoadBalancer: from outside too, through each node or "
                   "through a balancer of the cloud's."},
           service.type);
  annotations(io, service.annotations);
  io.field({.name = "loadBalancerClass",
            .doc = "Which balancer makes it; the cluster's default when absent.",
            .pattern = kQualifiedName},
           service.load_balancer_class);
  io.field({.name = "loadBalancerSourceRanges",
            .doc = "Networks that clients may connect from; any when absent.",
            .pattern = kNetwork,
            .max_items = 64,
            .max_length = 64},
           service.load_balancer_source_ranges);
  io.field({.name = "externalTrafficPolicy",
            .doc = "Cluster: a client may be passed on by a node without frontends, and then its address is lost. "
                   "Local: it is kept."},
           service.external_traffic_policy);
  io.field({.name = "sessionAffinity", .doc = "ClientIP: a client's connections all go to the same frontend."},
           service.session_affinity);
  io.rule({.cel = "!has(self.loadBalancerClass) || self.type == 'LoadBalancer'",
           .message = "is for type LoadBalancer only: set type to LoadBalancer, or remove it",
           .field = ".loadBalancerClass"},
          service, [](const ServiceExposureSpec& s) {
            return s.load_balancer_class.empty() || s.type == ServiceType::LoadBalancer;
          });
  io.rule({.cel = "self.type != 'LoadBalancer' || oldSelf.type != 'LoadBalancer' || "
                  "(has(self.loadBalancerClass) ? self.loadBalancerClass : '') == "
                  "(has(oldSelf.loadBalancerClass) ? oldSelf.loadBalancerClass : '')",
           .message = "cannot be changed while type is LoadBalancer: set type to ClusterIP first",
           .field = ".loadBalancerClass"},
          service, [](const ServiceExposureSpec&) { return true; });  // a file knows no earlier one
  io.rule({.cel = "!has(self.loadBalancerSourceRanges) || size(self.loadBalancerSourceRanges) == 0 || "
                  "self.type == 'LoadBalancer'",
           .message = "is for type LoadBalancer only: set type to LoadBalancer, or use networkPolicy.clients",
           .field = ".loadBalancerSourceRanges"},
          service, [](const ServiceExposureSpec& s) {
            return s.load_balancer_source_ranges.empty() || s.type == ServiceType::LoadBalancer;
          });
  io.rule({.cel = "self.externalTrafficPolicy != 'Local' || self.type != 'ClusterIP'",
           .message = "Local is for type NodePort or LoadBalancer only: set type to one of them, or this to Cluster",
           .field = ".externalTrafficPolicy"},
          service, [](const ServiceExposureSpec& s) {
            return s.external_traffic_policy != TrafficPolicy::Local || s.type != ServiceType::ClusterIP;
          });
}

template <typename Io>
void fields(Io& io, FrontendSpec& frontend) {
  io.field({.name = "engine", .doc = "cyrus: Cyrus's own proxies. native: murder-proxy."}, frontend.engine);
  io.field({.name = "replicas", .doc = "Number of frontends; `kubectl scale` sets it.", .minimum = 0, .maximum = 1000},
           frontend.replicas);
  io.field({.name = "services", .doc = "What clients and MTAs can connect to."}, frontend.services);
  io.field(
      {.name = "mupdatePrefork",
       .doc = "Slave mupdate processes started in advance. With 0 the list would not be synchronized until a client "
              "asks, so at least 1; 1 is what Cyrus expects.",
       .minimum = 1,
       .maximum = 16},
      frontend.mupdate_prefork);
  io.field({.name = "httpModules",
            .doc = "Modules of httpd, on frontends and backends alike (httpmodules).",
            .pattern = kModule,
            .min_items = 1,
            .max_items = 16,
            .max_length = 32},
           frontend.http_modules);
  io.field({.name = "service", .doc = "On Kubernetes: the Service that clients connect to."}, frontend.service);
  io.field({.name = "drainSeconds",
            .doc = "On Kubernetes: how long a frontend that stops takes no new clients and still serves those it has.",
            .minimum = 0,
            .maximum = 3600},
           frontend.drain_seconds);
  io.field({.name = "pod", .doc = kPodDoc}, frontend.pod);
  io.rule(
      {.cel = "!has(self.pod.terminationGracePeriodSeconds) || "
              "self.pod.terminationGracePeriodSeconds > self.drainSeconds",
       .message = "must be more than drainSeconds, or its sessions are cut off while they are waited for: remove it "
                  "(it is then 30 more), or lower drainSeconds",
       .field = ".pod.terminationGracePeriodSeconds"},
      frontend, [](const FrontendSpec& f) {
        return !f.pod.termination_grace_period_seconds || *f.pod.termination_grace_period_seconds > f.drain_seconds;
      });
}

template <typename Io>
void fields(Io& io, RetentionSpec& retention) {
  io.field({.name = "deletedMailboxDays",
            .doc = "Days for which a deleted mailbox can be brought back; 0: for ever (cyr_expire(8), -D).",
            .minimum = 0,
            .maximum = 36500},
           retention.deleted_mailbox_days);
  io.field(
      {.name = "expungedMessageDays",
       .doc =
           "Days for which an expunged message can be brought back by unexpunge(8); 0: for ever (cyr_expire(8), -X).",
       .minimum = 0,
       .maximum = 36500},
      retention.expunged_message_days);
}

template <typename Io>
void fields(Io& io, BackendDefaults& backend) {
  io.field({.name = "services", .doc = "What every backend serves, to frontends and to other backends."},
           backend.services);
  io.field({.name = "retention", .doc = "How long what was deleted is kept."}, backend.retention);
  io.field({.name = "allowAllSubscribe",
            .doc = "Let users subscribe to mailboxes that are on other backends. Cyrus then accepts any name "
                   "(allowallsubscribe)."},
           backend.allow_all_subscribe);
  io.field(
      {.name = "pushAtStart",
       .doc = "Put the manual's `mupdatepush cmd=\"ctl_mboxlist -m\"` into START. The agent pushes anyway, after a dry "
              "run; with this line Cyrus does not start while the master is down, and deletes local mailboxes that "
              "the master lists elsewhere."},
      backend.push_at_start);
  io.field({.name = "pod", .doc = kPodDoc}, backend.pod);
}

template <typename Io>
void fields(Io& io, SaslAuthdSpec& saslauthd) {
  io.field({.name = "socket",
            .doc = "Path of saslauthd's socket on every node (sasl_saslauthd_path).",
            .pattern = Pattern{"/.+", "an absolute path"}},
           saslauthd.socket);
}

template <typename Io>
void fields(Io& io, AuthenticationSpec& authentication) {
  io.field({.name = "mechanisms",
            .doc = "SASL mechanisms offered (sasl_mech_list). The servers use them among each other too.",
            .pattern = kMechanism,
            .min_items = 1,
            .max_items = 16,
            .max_length = 20},
           authentication.mechanisms);
  io.field(
      {.name = "allowPlaintext",
       .doc = "Accept passwords on connections without TLS (allowplaintext). The servers' own connections need it on "
              "the master and the backends, where it is always on; this decides for the frontends."},
      authentication.allow_plaintext);
  io.field(
      {.name = "store",
       .doc = "Where users' passwords are checked. sasldb: in a file beside each frontend, made from generated "
              "passwords. saslauthd: by saslauthd, so by PAM, LDAP, another IMAP server. The servers' own accounts "
              "are always in sasldb."},
      authentication.store);
  io.field({.name = "saslauthd", .doc = "For store saslauthd."}, authentication.saslauthd);
  io.field({.name = "users",
            .doc = "Accounts to generate passwords for, with store sasldb.",
            .pattern = kAccount,
            .max_items = 10000,
            .max_length = 63},
           authentication.users);
  io.field({.name = "admins",
            .doc = "Administrators, on every node. Their passwords are generated.",
            .pattern = kAccount,
            .min_items = 1,
            .max_items = 16,
            .max_length = 63},
           authentication.admins);
  io.rule({.cel = "self.store == 'saslauthd' || !has(self.saslauthd)",
           .message = "is for store saslauthd only: set store to saslauthd, or remove it",
           .field = ".saslauthd"},
          authentication,
          [](const AuthenticationSpec& a) { return a.store == AccountStore::SaslAuthd || !a.saslauthd; });
  io.rule({.cel = "self.store == 'sasldb' || !has(self.users) || size(self.users) == 0",
           .message = "is for store sasldb only: saslauthd's users are its own",
           .field = ".users"},
          authentication,
          [](const AuthenticationSpec& a) { return a.store == AccountStore::SaslDb || a.users.empty(); });
  io.rule({.cel = "!has(self.users) || !self.users.exists(u, u in self.admins)",
           .message = "an administrator cannot be a user too: remove the name from one of users and admins",
           .field = ".users"},
          authentication, [](const AuthenticationSpec& a) {
            return std::none_of(a.users.begin(), a.users.end(), [&](const std::string& user) {
              return std::find(a.admins.begin(), a.admins.end(), user) != a.admins.end();
            });
          });
}

template <typename Io>
void fields(Io& io, TlsSpec& tls) {
  io.field(
      {.name = "secretRef",
       .doc = "Secret (type kubernetes.io/tls) with the certificate that clients see. Without it one is issued by the "
              "cluster's own CA."},
      tls.secret_ref);
}

template <typename Io>
void fields(Io& io, NamespaceSpec& space) {
  io.field({.name = "hierarchySeparator",
            .doc = "Between the levels of a mailbox name, as clients see it: dot (user.fred.Work) or slash "
                   "(user/fred/Work) (unixhierarchysep).",
            .immutable = true},
           space.hierarchy_separator);
  io.field({.name = "altNamespace",
            .doc = "Show a user's folders beside INBOX instead of below it (altnamespace).",
            .immutable = true},
           space.alt_namespace);
  io.field({.name = "virtualDomains",
            .doc = "Users of several domains. none: there is one. userid: the domain is part of the login name "
                   "(virtdomains).",
            .immutable = true},
           space.virtual_domains);
  io.field({.name = "defaultDomain",
            .doc = "Domain of users who log in without one, with virtualDomains (defaultdomain).",
            .pattern = kDomain},
           space.default_domain);
  io.rule({.cel = "!has(self.defaultDomain) || self.virtualDomains != 'none'",
           .message = "has no effect while virtualDomains is none: set virtualDomains to userid, or remove it",
           .field = ".defaultDomain"},
          space,
          [](const NamespaceSpec& n) { return n.default_domain.empty() || n.virtual_domains != VirtualDomains::None; });
}

template <typename Io>
void fields(Io& io, PartitionPlacement& placement) {
  io.field({.name = "mode",
            .doc = "How a backend chooses the partition of a new mailbox (partition_select_mode). Absent: always its "
                   "default partition."},
           placement.mode);
  io.field({.name = "exclude",
            .doc = "Partitions that get no new mailboxes (partition_select_exclude).",
            .pattern = kPartition,
            .max_items = 64,
            .max_length = 63},
           placement.exclude);
  io.field({.name = "usageReinit",
            .doc = "After how many choices a process looks at disk usage again; 0: once per process "
                   "(partition_select_usage_reinit).",
            .minimum = 0,
            .maximum = 1000000},
           placement.usage_reinit);
  io.field({.name = "softUsageLimit",
            .doc = "Percent of use above which a partition is left out, unless all are; 0: no limit "
                   "(partition_select_soft_usage_limit).",
            .minimum = 0,
            .maximum = 100},
           placement.soft_usage_limit);
  io.rule({.cel = "has(self.mode) || (!has(self.exclude) || size(self.exclude) == 0) && self.usageReinit == 0 && "
                  "self.softUsageLimit == 0",
           .message = "is needed by exclude, usageReinit and softUsageLimit: set it, or remove them",
           .field = ".mode"},
          placement, [](const PartitionPlacement& p) {
            return p.mode || (p.exclude.empty() && p.usage_reinit == 0 && p.soft_usage_limit == 0);
          });
}

template <typename Io>
void fields(Io& io, ServerPlacement& placement) {
  io.field(
      {.name = "mode",
       .doc = "How a frontend chooses the backend of a new top-level mailbox (serverlist_select_mode). The backends "
              "to choose from are those that accept new mailboxes."},
      placement.mode);
  io.field({.name = "usageReinit",
            .doc = "After how many choices a process asks the backends for their usage again; 0: once per process "
                   "(serverlist_select_usage_reinit).",
            .minimum = 0,
            .maximum = 1000000},
           placement.usage_reinit);
  io.field({.name = "softUsageLimit",
            .doc = "Percent of use above which a backend is left out, unless all are; 0: no limit "
                   "(serverlist_select_soft_usage_limit).",
            .minimum = 0,
            .maximum = 100},
           placement.soft_usage_limit);
}

template <typename Io>
void fields(Io& io, PlacementSpec& placement) {
  io.field({.name = "partitions", .doc = "Within a backend."}, placement.partitions);
  io.field({.name = "servers", .doc = "Among backends."}, placement.servers);
}

template <typename Io>
void fields(Io& io, ReferralsSpec& referrals) {
  io.field(
      {.name = "mailbox",
       .doc = "Send IMAP clients that ask for it (RLIST) to the backend itself. No client of today does, and backends "
              "are not meant to be reached from outside (proxyd_disable_mailbox_referrals)."},
      referrals.mailbox);
  io.field(
      {.name = "sieve", .doc = "Send ManageSieve clients to the backend instead of proxying (sieve_allowreferrals)."},
      referrals.sieve);
  io.field({.name = "status", .doc = "Refer STATUS of other backends' mailboxes too (proxyd_allow_status_referral)."},
           referrals.status);
  io.rule({.cel = "!self.status || self.mailbox",
           .message = "needs mailbox referrals: set referrals.mailbox to true too",
           .field = ".status"},
          referrals, [](const ReferralsSpec& r) { return !r.status || r.mailbox; });
}

template <typename Io>
void fields(Io& io, SyncSpec& sync) {
  io.field(
      {.name = "maxDeletePercent",
       .doc = "A push that would delete more than this share of the entries of a backend is held until a person has "
              "looked at it.",
       .minimum = 0,
       .maximum = 100},
      sync.max_delete_percent);
  io.field({.name = "listCheckSeconds",
            .doc = "How often, at most, a frontend's mailbox list is compared with the master's.",
            .minimum = 1,
            .maximum = 86400},
           sync.list_check_seconds);
}

template <typename Io>
void fields(Io& io, ImapdOverrides& imapd) {
  overrides(io, "all", "For every node. A role's own entry wins.", imapd.all);
  overrides(io, "mupdate", "For the MUPDATE master.", imapd.mupdate);
  overrides(io, "frontend", "For frontends.", imapd.frontend);
  overrides(io, "backend", "For backends. A Backend's own entry wins.", imapd.backend);
}

template <typename Io>
void fields(Io& io, ImageSpec& image) {
  io.field({.name = "cyrus",
            .doc = "Image of Cyrus and its agent, with a tag or digest. Absent: the operator's own image of "
                   "cyrusVersion.",
            .pattern = kImage,
            .max_length = 512},
           image.cyrus);
  io.field({.name = "pullPolicy", .doc = "When a node fetches it: Always, only IfNotPresent there, or Never."},
           image.pull_policy);
  io.field({.name = "pullSecrets",
            .doc = "Secrets (type kubernetes.io/dockerconfigjson) with accounts of its registry.",
            .max_items = 16,
            .list_key = "name"},
           image.pull_secrets);
}

template <typename Io>
void fields(Io& io, NetworkPolicySpec& policy) {
  io.field({.name = "enabled",
            .doc = "Let only the murder's own pods and the operator reach the master and the backends, and only those "
                   "below the frontends. Needs a network plugin that enforces NetworkPolicies."},
           policy.enabled);
  io.field({.name = "clients",
            .doc = "Who may connect to the frontends: NetworkPolicyPeers of Kubernetes. Absent: anyone.",
            .min_items = 1,
            .max_items = 64,
            .shape = Shape::ListOfObjects},
           policy.clients);
  io.field({.name = "mtas",
            .doc = "Who may deliver by LMTP: NetworkPolicyPeers of Kubernetes. Absent: pods of the namespace.",
            .min_items = 1,
            .max_items = 64,
            .shape = Shape::ListOfObjects},
           policy.mtas);
}

template <typename Io>
void fields(Io& io, MurderClusterSpec& spec) {
  io.field(
      {.name = "cyrusVersion",
       .doc = "Release of Cyrus. Absent: that of the machine in local mode, 3.10 on Kubernetes. Write it in quotes."},
      spec.cyrus_version);
  io.field({.name = "image", .doc = "On Kubernetes: what the pods run."}, spec.image);
  io.field({.name = "domain",
            .doc = "Domain of the servers' names: backend be1 is be1.DOMAIN in mailbox locations. Absent: "
                   "CLUSTER.murder.test in local mode, the headless Service's name on Kubernetes.",
            .immutable = true,
            .pattern = kDomain,
            .max_length = 189},
           spec.domain);
  io.field({.name = "mupdate", .doc = "The MUPDATE master."}, spec.mupdate);
  io.field({.name = "frontend", .doc = "The frontends."}, spec.frontend);
  io.field({.name = "backend", .doc = "What all backends have in common."}, spec.backend);
  io.field({.name = "authentication", .doc = "Who may log in, and how."}, spec.authentication);
  io.field({.name = "tls", .doc = "TLS towards clients."}, spec.tls);
  io.field({.name = "namespace", .doc = "How mailbox names look."}, spec.namespace_);
  io.field({.name = "placement", .doc = "Where new mailboxes go."}, spec.placement);
  io.field({.name = "referrals", .doc = "Whether clients are sent to backends instead of proxied. Off by default."},
           spec.referrals);
  io.field({.name = "sync", .doc = "How the mailbox lists are kept the same."}, spec.sync);
  io.field({.name = "imapd", .doc = "Options of imapd.conf(5) that have no field of their own, by role."}, spec.imapd);
  io.field({.name = "networkPolicy", .doc = "On Kubernetes: who may connect to the pods."}, spec.network_policy);
}

template <typename Io>
void fields(Io& io, MasterStatus& master) {
  io.field({.name = "endpoint", .doc = "Host and port."}, master.endpoint);
  io.field({.name = "ready", .doc = "Answers an authenticated NOOP."}, master.ready);
  io.field({.name = "version", .doc = "As its banner says."}, master.version);
}

template <typename Io>
void fields(Io& io, FrontendStatus& frontend) {
  io.field({.name = "name", .doc = "Name of the frontend.", .required = true}, frontend.name);
  io.field({.name = "ready", .doc = "Serves clients."}, frontend.ready);
  io.field({.name = "entries", .doc = "Mailboxes in its list.", .minimum = 0}, frontend.entries);
  io.field({.name = "missing", .doc = "Mailboxes of the master's list that it lacks.", .minimum = 0}, frontend.missing);
  io.field({.name = "extra", .doc = "Mailboxes that the master does not have.", .minimum = 0}, frontend.extra);
  io.field({.name = "different", .doc = "Mailboxes with another location, state or ACL.", .minimum = 0},
           frontend.different);
}

template <typename Io>
void fields(Io& io, BackendRow& backend) {
  io.field({.name = "name", .doc = "Name of the Backend.", .required = true}, backend.name);
  io.field({.name = "ready", .doc = "Serves its mailboxes."}, backend.ready);
  io.field({.name = "synced", .doc = "Its last push was clean."}, backend.synced);
  io.field({.name = "mailboxes", .doc = "Mailboxes it holds.", .minimum = 0}, backend.mailboxes);
}

template <typename Io>
void fields(Io& io, MurderClusterStatus& status) {
  io.field({.name = "observedGeneration", .doc = "The generation that this status was computed from.", .minimum = 0},
           status.observed_generation);
  io.field({.name = "summary", .doc = "One sentence for people.", .max_length = 1024}, status.summary);
  io.field({.name = "replicas", .doc = "Frontends that exist.", .minimum = 0}, status.replicas);
  io.field({.name = "readyReplicas", .doc = "Frontends that serve clients.", .minimum = 0}, status.ready_replicas);
  io.field({.name = "updatedReplicas", .doc = "Frontends that run the current configuration.", .minimum = 0},
           status.updated_replicas);
  io.field({.name = "selector", .doc = "Labels of the frontends, for the scale subresource.", .max_length = 1024},
           status.selector);
  io.field({.name = "readyFrontends", .doc = "Ready and wanted, as 2/2."}, status.ready_frontends);
  io.field({.name = "readyBackends", .doc = "Ready and wanted, as 2/2."}, status.ready_backends);
  io.field({.name = "version", .doc = "Release of Cyrus in use."}, status.version);
  io.field({.name = "master", .doc = "The MUPDATE master."}, status.master);
  io.field({.name = "frontends", .doc = "One row a frontend.", .max_items = 1000, .list_key = "name"},
           status.frontends);
  io.field({.name = "backends", .doc = "One row a backend.", .max_items = 1000, .list_key = "name"}, status.backends);
  io.field({.name = "conditions",
            .doc = "Ready, MasterAvailable, FrontendsAvailable, BackendsSynced, Progressing, Degraded; Reconciling and "
                   "Stalled only while true.",
            .max_items = 32,
            .list_key = "type"},
           status.conditions);
}

}  // namespace murder::api
