#include "operator/objects/pod.h"

#include "operator/config/restart.h"

namespace murder::objects {
namespace {

using topology::Node;
using topology::Protocol;

// Of the image: volumes belong to them.
constexpr int kUser = 143;
constexpr int kGroup = 8;

constexpr std::int64_t kGraceSeconds = 60;
// What a frontend has left after its sessions were waited for.
constexpr std::int64_t kGraceAfterDrain = 30;

const api::PodSpec& pod_spec(const Murder& murder, const Node& node) {
  const auto& spec = murder.topology.spec;
  switch (node.role) {
    case Role::Master:
      return spec.mupdate.pod;
    case Role::Backend:
      if (const auto& own = murder.backend(node).spec.pod) return *own;
      return spec.backend.pod;
    case Role::Frontend:
      break;
  }
  return spec.frontend.pod;
}

class PodTemplate {
 public:
  PodTemplate(const Murder& murder, const Node& node)
      : murder_(murder), topology_(murder.topology), node_(node), spec_(pod_spec(murder, node)) {}

  Json build() const {
    Json pod = {
        {"automountServiceAccountToken", false},
        {"serviceAccountName", role_object(topology_, node_.role)},
        {"enableServiceLinks", false},
        // The agent tells cyrmaster to read its settings anew.
        {"shareProcessNamespace", true},
        {"terminationGracePeriodSeconds", grace()},
        {"securityContext",
         {{"runAsNonRoot", true},
          {"runAsUser", kUser},
          {"runAsGroup", kGroup},
          {"fsGroup", kGroup},
          // A large spool is not walked through at each start.
          {"fsGroupChangePolicy", "OnRootMismatch"},
          {"seccompProfile", {{"type", "RuntimeDefault"}}},
          {"sysctls", {{{"name", "net.ipv4.ip_unprivileged_port_start"}, {"value", "0"}}}}}},
        // Servers are called by their full names: one question each instead of one for every search domain.
        {"dnsConfig", {{"options", {{{"name", "ndots"}, {"value", "2"}}}}}},
        {"initContainers", Json::array({agent()})},
        {"containers", Json::array({cyrus()})},
        {"volumes", volumes()},
    };
    placement(pod);
    Json secrets = Json::array();
    for (const auto& secret : topology_.spec.image.pull_secrets) secrets.push_back({{"name", secret.name}});
    if (!secrets.empty()) pod["imagePullSecrets"] = secrets;

    Json labels = node_labels(topology_, node_);
    for (const auto& [key, value] : spec_.labels) labels[key] = value;
    Json annotations = {{"kubectl.kubernetes.io/default-container", "cyrus"},
                        {kRestartAnnotation, config::restart_digest(topology_, node_)}};
    for (const auto& [key, value] : spec_.annotations) annotations[key] = value;
    return {{"metadata", {{"labels", labels}, {"annotations", annotations}}}, {"spec", pod}};
  }

 private:
  std::int64_t grace() const {
    if (spec_.termination_grace_period_seconds) return *spec_.termination_grace_period_seconds;
    return node_.role == Role::Frontend ? topology_.spec.frontend.drain_seconds + kGraceAfterDrain : kGraceSeconds;
  }

  Json container(const char* name) const {
    Json container = {
        {"name", name},
        {"image", topology_.spec.image.cyrus.empty() ? murder_.cyrus_image : topology_.spec.image.cyrus},
        {"imagePullPolicy", api::name_of(topology_.spec.image.pull_policy)},
        {"securityContext",
         {{"allowPrivilegeEscalation", false},
          {"readOnlyRootFilesystem", true},
          {"capabilities", {{"drop", {"ALL"}}}}}},
        {"volumeMounts", mounts()},
    };
    return container;
  }

  static void resources(Json& container, const api::ResourcesSpec& given, const char* cpu, const char* memory) {
    Json requests = {{"cpu", cpu}, {"memory", memory}};
    for (const auto& [key, value] : given.requests) requests[key] = value;
    container["resources"] = {{"requests", requests}};
    if (!given.limits.empty()) container["resources"]["limits"] = given.limits;
  }

  Json probe(const char* path, int period, int failures) const {
    return {{"httpGet", {{"path", path}, {"port", node_.agent_http_port}}},
            {"periodSeconds", period},
            {"timeoutSeconds", 5},
            {"failureThreshold", failures}};
  }

  // An init container that stays: there before Cyrus and until after it (KEP-753).
  Json agent() const {
    Json agent = container("agent");
    agent["restartPolicy"] = "Always";
    agent["args"] = {"--config", node_.paths.agent_json()};
    agent["ports"] = {{{"name", "agent-http"}, {"containerPort", node_.agent_http_port}},
                      {{"name", "agent-grpc"}, {"containerPort", node_.agent_grpc_port}}};
    // Frontends are alike: each is known by its pod's name.
    if (node_.role == Role::Frontend) {
      agent["env"] = {{{"name", "MURDER_NODE"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "metadata.name"}}}}}}};
    }
    agent["startupProbe"] = probe("/startupz", 1, 120);
    agent["readinessProbe"] = probe("/readyz", 2, 2);
    resources(agent, spec_.agent_resources, "10m", "32Mi");
    return agent;
  }

  Json cyrus() const {
    Json cyrus = container("cyrus");
    cyrus["command"] = {
        topology_.target.library + "/master", "-C", node_.paths.imapd_conf(), "-M", node_.paths.cyrus_conf(), "-p",
        node_.paths.run() + "/master.pid"};
    cyrus["env"] = {{{"name", "LD_PRELOAD"}, {"value", "/usr/lib/cyrus-murder/libmurder-syslog.so"}},
                    {{"name", "MURDER_LOG_SOCKET"}, {"value", node_.paths.run() + "/log.sock"}},
                    {{"name", "MURDER_LOG_SPILL"}, {"value", node_.paths.run() + "/log.spill"}}};
    Json ports = Json::array();
    for (const auto& service : node_.services) {
      if (service.listen.starts_with('/')) continue;
      ports.push_back({{"name", service.name}, {"containerPort", topology_.port(service.protocol, service.tls)}});
    }
    cyrus["ports"] = ports;
    // Recovery of large databases comes before cyrmaster answers: half an hour of it is no failure. After that, alive
    // is what only a restart of Cyrus could mend; whether it serves is the agent's readiness.
    cyrus["startupProbe"] = probe("/startedz", 2, 900);
    cyrus["livenessProbe"] = probe("/livez", 10, 3);
    if (node_.role == Role::Frontend && topology_.spec.frontend.drain_seconds > 0) {
      cyrus["lifecycle"] = {{"preStop",
                             {{"exec",
                               {{"command",
                                 {"/usr/bin/murder-agent", "--config", node_.paths.agent_json(), "--drain",
                                  std::to_string(topology_.spec.frontend.drain_seconds)}}}}}}};
    }
    resources(cyrus, spec_.resources, "100m", "128Mi");
    return cyrus;
  }

  Json mounts() const {
    const auto read_only = [](const char* name, const std::string& path) {
      return Json{{"name", name}, {"mountPath", path}, {"readOnly", true}};
    };
    const auto& paths = node_.paths;
    Json services = read_only("etc", "/etc/services");
    services["subPath"] = "services";
    Json mounts = {
        read_only("etc", paths.etc()),
        services,
        read_only("secrets", paths.secrets()),
        read_only("tls", paths.tls()),
        {{"name", "run"}, {"mountPath", paths.run()}},
        {{"name", "tmp"}, {"mountPath", "/tmp"}},
        {{"name", "state"}, {"mountPath", paths.state()}},
    };
    for (const auto& partition : node_.partitions) {
      mounts.push_back({{"name", "spool-" + partition.name}, {"mountPath", paths.volume(partition.name)}});
    }
    return mounts;
  }

  Json volumes() const {
    const std::string name = node_object(topology_, node_);
    const auto item = [](const char* key) { return Json{{"key", key}, {"path", key}}; };
    Json secret_items = {item("imapd-secrets.conf"), item("accounts.json")};
    if (node_.role != Role::Master) secret_items.push_back(item("mupdate-password"));
    Json tls = {{{"secret", {{"name", name}, {"items", {item("ca.crt"), item("agent.crt"), item("agent.key")}}}}}};
    if (node_.role == Role::Frontend) {
      const auto& brought = topology_.spec.tls.secret_ref;
      tls.push_back({{"secret",
                      {{"name", brought ? brought->name : certificate_secret(topology_)},
                       {"items", {item("tls.crt"), item("tls.key")}}}}});
    }
    Json volumes = {
        {{"name", "etc"}, {"configMap", {{"name", name}, {"defaultMode", 0444}}}},
        {{"name", "secrets"}, {"secret", {{"secretName", name}, {"defaultMode", 0440}, {"items", secret_items}}}},
        {{"name", "tls"}, {"projected", {{"defaultMode", 0440}, {"sources", tls}}}},
        {{"name", "run"}, {"emptyDir", {{"medium", "Memory"}, {"sizeLimit", "64Mi"}}}},
        {{"name", "tmp"}, {"emptyDir", Json::object()}},
    };
    if (node_.role == Role::Frontend) {
      volumes.push_back({{"name", "state"}, {"emptyDir", Json::object()}});
    } else {
      volumes.push_back({{"name", "state"}, {"persistentVolumeClaim", {{"claimName", state_claim(topology_, node_)}}}});
    }
    for (const auto& partition : node_.partitions) {
      volumes.push_back(
          {{"name", "spool-" + partition.name},
           {"persistentVolumeClaim", {{"claimName", partition_claim(topology_, node_, partition.name)}}}});
    }
    return volumes;
  }

  // Apart from each other, as far as there are nodes; anywhere rather than nowhere.
  Json spread() const {
    return {{{"maxSkew", 1},
             {"topologyKey", "kubernetes.io/hostname"},
             {"whenUnsatisfiable", "ScheduleAnyway"},
             {"labelSelector", {{"matchLabels", role_selector(topology_, node_.role)}}}}};
  }

  void placement(Json& pod) const {
    const auto set = [&](const char* key, const api::RawJson& given) {
      if (!given.text.empty()) pod[key] = Json::parse(given.text);
    };
    if (node_.role != Role::Master) pod["topologySpreadConstraints"] = spread();
    set("topologySpreadConstraints", spec_.topology_spread_constraints);
    set("affinity", spec_.affinity);
    set("tolerations", spec_.tolerations);
    if (!spec_.node_selector.empty()) pod["nodeSelector"] = spec_.node_selector;
    if (!spec_.priority_class_name.empty()) pod["priorityClassName"] = spec_.priority_class_name;
    if (!spec_.runtime_class_name.empty()) pod["runtimeClassName"] = spec_.runtime_class_name;
  }

  const Murder& murder_;
  const topology::Topology& topology_;
  const Node& node_;
  const api::PodSpec& spec_;
};

}  // namespace

Json pod_template(const Murder& murder, const Node& node) { return PodTemplate(murder, node).build(); }

}  // namespace murder::objects
