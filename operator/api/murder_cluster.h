// MurderCluster: one murder. Its fields, with their documentation and bounds, are described in murder_cluster_fields.h.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/common.h"
#include "operator/config/cyrus/version.h"

namespace murder::api {

using CyrusRelease = cyrus::Version;
enum class Engine { Cyrus, Native };
enum class HierarchySeparator { Dot, Slash };
enum class VirtualDomains { None, UserId };
enum class AccountStore { SaslDb, SaslAuthd };
enum class LmtpAuthentication { None, Required };
// imapd.conf(5), partition_select_mode and serverlist_select_mode.
enum class SelectMode {
  Random,
  FreespaceMost,
  FreespacePercentMost,
  FreespacePercentWeighted,
  FreespacePercentWeightedDelta
};

// One protocol of a node: a line in the SERVICES section of cyrus.conf(5).
struct ServiceSpec {
  bool enabled = true;
  std::int64_t prefork = 0;
  std::optional<std::int64_t> max_child;
  bool operator==(const ServiceSpec&) const = default;
};

struct LmtpServiceSpec {
  bool enabled = true;
  std::int64_t prefork = 0;
  std::optional<std::int64_t> max_child;
  LmtpAuthentication authentication = LmtpAuthentication::None;
  bool operator==(const LmtpServiceSpec&) const = default;
};

struct FrontendServices {
  ServiceSpec imap{.prefork = 5};
  ServiceSpec imaps{.prefork = 1};
  ServiceSpec pop3;
  ServiceSpec pop3s;
  ServiceSpec kpop{.enabled = false};
  ServiceSpec nntp{.enabled = false};
  ServiceSpec nntps{.enabled = false};
  ServiceSpec http{.enabled = false};
  ServiceSpec https{.enabled = false};
  ServiceSpec sieve;
  LmtpServiceSpec lmtp;
  ServiceSpec lmtp_unix;
};

struct BackendServices {
  ServiceSpec imap{.prefork = 5};
  ServiceSpec pop3;
  ServiceSpec nntp{.enabled = false};
  ServiceSpec http{.enabled = false};
  ServiceSpec sieve;
  ServiceSpec lmtp;
};

enum class PullPolicy { Always, IfNotPresent, Never };
enum class ServiceType { ClusterIP, NodePort, LoadBalancer };
enum class TrafficPolicy { Cluster, Local };
enum class SessionAffinity { None, ClientIP };

struct ImageSpec {
  std::string cyrus;  // "registry.example.org/cyrus-murder/cyrus:3.10"
  PullPolicy pull_policy = PullPolicy::IfNotPresent;
  std::vector<SecretRef> pull_secrets;
};

// The Service that clients connect to.
struct ServiceExposureSpec {
  ServiceType type = ServiceType::ClusterIP;
  std::map<std::string, std::string> annotations;
  std::string load_balancer_class;
  std::vector<std::string> load_balancer_source_ranges;
  TrafficPolicy external_traffic_policy = TrafficPolicy::Cluster;
  SessionAffinity session_affinity = SessionAffinity::None;
};

struct NetworkPolicySpec {
  bool enabled = true;
  RawJson clients;  // list of networkingv1.NetworkPolicyPeer; anyone when absent
  RawJson mtas;     // the same, for LMTP; pods of the namespace when absent
};

struct MupdateSpec {
  Engine engine = Engine::Cyrus;
  std::int64_t port = 3905;
  std::int64_t max_connections = 128;
  std::int64_t retry_delay_seconds = 20;
  std::string realm;
  StorageSpec storage;
  PodSpec pod;
};

struct FrontendSpec {
  Engine engine = Engine::Cyrus;
  std::int64_t replicas = 2;
  FrontendServices services;
  std::int64_t mupdate_prefork = 1;
  std::vector<std::string> http_modules = {"caldav", "carddav"};
  ServiceExposureSpec service;
  std::int64_t drain_seconds = 30;
  PodSpec pod;
};

struct RetentionSpec {
  std::int64_t deleted_mailbox_days = 28;
  std::int64_t expunged_message_days = 28;
};

struct BackendDefaults {
  BackendServices services;
  RetentionSpec retention;
  bool allow_all_subscribe = true;
  bool push_at_start = false;
  PodSpec pod;
};

struct SaslAuthdSpec {
  std::string socket = "/run/saslauthd/mux";
};

struct AuthenticationSpec {
  std::vector<std::string> mechanisms = {"PLAIN", "LOGIN"};
  bool allow_plaintext = true;
  AccountStore store = AccountStore::SaslDb;
  std::optional<SaslAuthdSpec> saslauthd;
  std::vector<std::string> users;
  std::vector<std::string> admins = {"cyrus"};
};

struct TlsSpec {
  std::optional<SecretRef> secret_ref;
};

struct NamespaceSpec {
  HierarchySeparator hierarchy_separator = HierarchySeparator::Dot;
  bool alt_namespace = false;
  VirtualDomains virtual_domains = VirtualDomains::None;
  std::string default_domain;
};

struct PartitionPlacement {
  std::optional<SelectMode> mode;
  std::vector<std::string> exclude;
  std::int64_t usage_reinit = 0;
  std::int64_t soft_usage_limit = 0;
};

struct ServerPlacement {
  SelectMode mode = SelectMode::FreespaceMost;
  std::int64_t usage_reinit = 0;
  std::int64_t soft_usage_limit = 0;
};

struct PlacementSpec {
  PartitionPlacement partitions;
  ServerPlacement servers;
};

struct ReferralsSpec {
  bool mailbox = false;
  bool sieve = false;
  bool status = false;
};

struct SyncSpec {
  std::int64_t max_delete_percent = 10;
  std::int64_t list_check_seconds = 30;
};

// Options for imapd.conf that have no field of their own.
struct ImapdOverrides {
  std::map<std::string, std::string> all;
  std::map<std::string, std::string> mupdate;
  std::map<std::string, std::string> frontend;
  std::map<std::string, std::string> backend;
};

struct MurderClusterSpec {
  std::optional<CyrusRelease> cyrus_version;
  ImageSpec image;
  std::string domain;
  MupdateSpec mupdate;
  FrontendSpec frontend;
  BackendDefaults backend;
  AuthenticationSpec authentication;
  TlsSpec tls;
  NamespaceSpec namespace_;
  PlacementSpec placement;
  ReferralsSpec referrals;
  SyncSpec sync;
  ImapdOverrides imapd;
  NetworkPolicySpec network_policy;
};

struct MasterStatus {
  std::string endpoint;
  bool ready = false;
  std::string version;
};

struct FrontendStatus {
  std::string name;
  bool ready = false;
  std::int64_t entries = 0;
  std::int64_t missing = 0;
  std::int64_t extra = 0;
  std::int64_t different = 0;
};

struct BackendRow {
  std::string name;
  bool ready = false;
  bool synced = false;
  std::int64_t mailboxes = 0;
};

struct MurderClusterStatus {
  std::int64_t observed_generation = 0;
  std::string summary;
  std::int64_t replicas = 0;
  std::int64_t ready_replicas = 0;
  std::int64_t updated_replicas = 0;
  std::string selector;
  std::string ready_frontends;
  std::string ready_backends;
  std::string version;
  MasterStatus master;
  std::vector<FrontendStatus> frontends;
  std::vector<BackendRow> backends;
  std::vector<Condition> conditions;
};

struct MurderCluster {
  ObjectMeta metadata;
  MurderClusterSpec spec;
  MurderClusterStatus status;
  Origin origin;
};

template <>
inline constexpr auto enum_names<CyrusRelease> = std::to_array<EnumName<CyrusRelease>>({{CyrusRelease::V3_6, "3.6"},
                                                                                        {CyrusRelease::V3_10, "3.10"},
                                                                                        {CyrusRelease::V3_12, "3.12"}});
template <>
inline constexpr auto enum_names<Engine> = std::to_array<EnumName<Engine>>({{Engine::Cyrus, "cyrus"},
                                                                            {Engine::Native, "native"}});
template <>
inline constexpr auto enum_names<HierarchySeparator> = std::to_array<EnumName<HierarchySeparator>>(
    {{HierarchySeparator::Dot, "dot"}, {HierarchySeparator::Slash, "slash"}});
// Not imapd.conf's own off, which is a boolean to YAML. Its on is left out: the servers' own accounts could not log in
// any more, as each would be given the domain of the address that it came to.
template <>
inline constexpr auto enum_names<VirtualDomains> =
    std::to_array<EnumName<VirtualDomains>>({{VirtualDomains::None, "none"}, {VirtualDomains::UserId, "userid"}});
template <>
inline constexpr auto enum_names<AccountStore> =
    std::to_array<EnumName<AccountStore>>({{AccountStore::SaslDb, "sasldb"}, {AccountStore::SaslAuthd, "saslauthd"}});
template <>
inline constexpr auto enum_names<LmtpAuthentication> = std::to_array<EnumName<LmtpAuthentication>>(
    {{LmtpAuthentication::None, "none"}, {LmtpAuthentication::Required, "required"}});
template <>
inline constexpr auto enum_names<SelectMode> = std::to_array<EnumName<SelectMode>>(
    {{SelectMode::Random, "random"},
     {SelectMode::FreespaceMost, "freespace-most"},
     {SelectMode::FreespacePercentMost, "freespace-percent-most"},
     {SelectMode::FreespacePercentWeighted, "freespace-percent-weighted"},
     {SelectMode::FreespacePercentWeightedDelta, "freespace-percent-weighted-delta"}});

template <>
inline constexpr auto enum_names<PullPolicy> = std::to_array<EnumName<PullPolicy>>(
    {{PullPolicy::Always, "Always"}, {PullPolicy::IfNotPresent, "IfNotPresent"}, {PullPolicy::Never, "Never"}});
template <>
inline constexpr auto enum_names<ServiceType> =
    std::to_array<EnumName<ServiceType>>({{ServiceType::ClusterIP, "ClusterIP"},
                                          {ServiceType::NodePort, "NodePort"},
                                          {ServiceType::LoadBalancer, "LoadBalancer"}});
template <>
inline constexpr auto enum_names<TrafficPolicy> =
    std::to_array<EnumName<TrafficPolicy>>({{TrafficPolicy::Cluster, "Cluster"}, {TrafficPolicy::Local, "Local"}});
template <>
inline constexpr auto enum_names<SessionAffinity> = std::to_array<EnumName<SessionAffinity>>(
    {{SessionAffinity::None, "None"}, {SessionAffinity::ClientIP, "ClientIP"}});

}  // namespace murder::api
