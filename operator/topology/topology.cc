#include "operator/topology/topology.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "operator/config/cyrus/options.h"
#include "operator/topology/services.h"

namespace murder::topology {

bool is_frontend_name(std::string_view name) {
  constexpr std::string_view prefix = kFrontendsName;
  if (!name.starts_with(prefix)) return false;
  return std::all_of(name.begin() + prefix.size(), name.end(), [](unsigned char c) { return std::isdigit(c); });
}

namespace {

// be2 before be10.
bool natural_less(std::string_view a, std::string_view b) {
  const auto split = [](std::string_view text) {
    std::size_t digits = text.size();
    while (digits > 0 && std::isdigit(static_cast<unsigned char>(text[digits - 1]))) --digits;
    std::string_view number = text.substr(digits);
    while (number.size() > 1 && number.front() == '0') number.remove_prefix(1);
    return std::tuple(text.substr(0, digits), number.size(), number, text);
  };
  return split(a) < split(b);
}

std::vector<const api::Backend*> members(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends) {
  std::vector<const api::Backend*> found;
  for (const auto& backend : backends) {
    if (backend.spec.cluster_ref.name == cluster.metadata.name &&
        backend.metadata.namespace_ == cluster.metadata.namespace_) {
      found.push_back(&backend);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto* a, const auto* b) { return natural_less(a->metadata.name, b->metadata.name); });
  return found;
}

void merge_into(std::map<std::string, std::string>& into, const std::map<std::string, std::string>& overrides) {
  for (const auto& [key, value] : overrides) into[key] = value;
}

class Builder {
 public:
  Builder(const api::MurderCluster& cluster, std::vector<const api::Backend*> backends, const Target& target)
      : cluster_(cluster), backends_(std::move(backends)), target_(target) {}

  Derived build() {
    topology_.cluster = cluster_.metadata.name;
    topology_.domain = cluster_.spec.domain.empty() || target_.pods ? target_.domain : cluster_.spec.domain;
    if (target_.pods && !cluster_.spec.domain.empty()) {
      problem("spec.domain", "servers are found by the names of their Services on Kubernetes: leave it out");
    }
    topology_.cyrus = cluster_.spec.cyrus_version.value_or(target_.cyrus);
    topology_.spec = cluster_.spec;
    topology_.target = target_;
    check_engines();
    check_names();
    check_lengths();
    add_nodes();
    add_accounts();
    check_overrides();
    if (!problems_.empty()) return {std::nullopt, std::move(problems_)};
    return {std::move(topology_), {}};
  }

 private:
  void problem(std::string path, std::string message) {
    problems_.push_back({"MurderCluster " + cluster_.metadata.name, std::move(path), std::move(message)});
  }
  void problem(const api::Backend& backend, std::string path, std::string message) {
    problems_.push_back({"Backend " + backend.metadata.name, std::move(path), std::move(message)});
  }

  void check_engines() {
    if (cluster_.spec.mupdate.engine == api::Engine::Native) {
      problem("spec.mupdate.engine", "native is not part of this release: write cyrus");
    }
    if (cluster_.spec.frontend.engine == api::Engine::Native) {
      problem("spec.frontend.engine", "native is not part of this release: write cyrus");
    }
    // Seen with Debian's: each process prints its usage and ends, and cyrmaster gives the service up.
    if (cluster_.spec.frontend.services.kpop.enabled) {
      problem(
          "spec.frontend.services.kpop.enabled",
          "Cyrus is built without Kerberos for POP3 in every supported release (pop3d knows no -k): set it to false");
    }
  }

  // A StatefulSet's pods have a label of its name, a dash and ten characters, in 63.
  static constexpr std::size_t kLongestObject = 52;

  void check_lengths() {
    if (!target_.pods) return;
    const auto& cluster = cluster_.metadata.name;
    if (short_host(kMasterName).size() > kLongestObject) {
      problem("metadata.name", "is too long for the names of its pods: at most " +
                                   std::to_string(kLongestObject - short_host(kMasterName).size() + cluster.size()) +
                                   " characters");
      return;
    }
    for (const auto* backend : backends_) {
      if (short_host(backend->metadata.name).size() <= kLongestObject) continue;
      problem(*backend, "metadata.name",
              "is too long for the names of its pods: at most " + std::to_string(kLongestObject - cluster.size() - 1) +
                  " characters in MurderCluster " + cluster);
    }
  }

  void check_names() {
    for (const auto* backend : backends_) {
      const std::string& name = backend->metadata.name;
      if (name == kMasterName || is_frontend_name(name)) {
        problem(*backend, "metadata.name",
                "\"" + name + "\" is the name of a node already (" + kMasterName +
                    ", fe, fe1, fe2, …): choose another, such as be1");
      } else if (const std::string option = short_host(name) + "_password";
                 cyrus::find_option(topology_.cyrus, option)->name == option) {
        // imapd.conf knows a backend's password as NAME_password.
        problem(*backend, "metadata.name",
                "\"" + name + "\" cannot name a backend: " + option +
                    " means something else in imapd.conf; choose another, such as be1");
      }
    }
    const auto reserved = [&](const std::string& account) {
      return account == kMailProxy || account == kMove || account == kAgent || account.starts_with("mupdate") ||
             account == "anyone" || account == "anonymous";
    };
    for (const auto& user : cluster_.spec.authentication.users) {
      if (reserved(user))
        problem("spec.authentication.users", "\"" + user + "\" is an account of the servers: choose another name");
    }
    for (const auto& admin : cluster_.spec.authentication.admins) {
      if (reserved(admin))
        problem("spec.authentication.admins", "\"" + admin + "\" is an account of the servers: choose another name");
    }
  }

  std::string short_host(const std::string& name) const {
    return target_.pods ? cluster_.metadata.name + "-" + name : name;
  }

  Node node(std::string name, Role role) const {
    Node node;
    node.role = role;
    node.host = short_host(name) + "." + topology_.domain;
    const auto address = target_.addresses.find(name);
    if (address != target_.addresses.end()) node.address = address->second;
    node.paths.root = target_.pods ? target_.root : target_.root + "/nodes/" + name;
    node.paths.volumes = target_.pods;
    node.agent_http_port = kAgentHttpPort + target_.port_offset;
    node.agent_grpc_port = kAgentGrpcPort + target_.port_offset;
    merge_into(node.imapd, cluster_.spec.imapd.all);
    node.name = std::move(name);
    return node;
  }

  void add_nodes() {
    Node master = node(kMasterName, Role::Master);
    merge_into(master.imapd, cluster_.spec.imapd.mupdate);
    master.services = master_services(topology_, master);
    topology_.nodes.push_back(std::move(master));

    for (const auto* backend : backends_) {
      Node server = node(backend->metadata.name, Role::Backend);
      merge_into(server.imapd, cluster_.spec.imapd.backend);
      merge_into(server.imapd, backend->spec.imapd);
      for (const auto& partition : backend->spec.partitions) {
        server.partitions.push_back({partition.name, server.paths.spool(partition.name)});
      }
      // With a default partition Cyrus would not look at the select mode (CYRUS.md section 9).
      if (!cluster_.spec.placement.partitions.mode) {
        server.default_partition = backend->spec.default_partition.empty() ? backend->spec.partitions.front().name
                                                                           : backend->spec.default_partition;
      }
      server.accepts_new_mailboxes = backend->spec.accepts_new_mailboxes;
      server.services = backend_services(topology_, server);
      topology_.nodes.push_back(std::move(server));
    }

    for (const auto& name : frontend_names()) {
      Node frontend = node(name, Role::Frontend);
      merge_into(frontend.imapd, cluster_.spec.imapd.frontend);
      frontend.services = frontend_services(topology_, frontend);
      topology_.nodes.push_back(std::move(frontend));
    }
  }

  std::vector<std::string> frontend_names() const {
    if (target_.pods) return {kFrontendsName};
    std::vector<std::string> names;
    for (std::int64_t i = 1; i <= cluster_.spec.frontend.replicas; ++i) {
      names.push_back(std::string(kFrontendsName) + std::to_string(i));
    }
    return names;
  }

  void add_accounts() {
    std::vector<std::string> all, backends, frontends;
    for (const auto& node : topology_.nodes) {
      all.push_back(node.name);
      if (node.role == Role::Backend) backends.push_back(node.name);
      if (node.role == Role::Frontend) frontends.push_back(node.name);
    }
    auto& accounts = topology_.accounts;
    for (const auto& admin : cluster_.spec.authentication.admins) {
      accounts.push_back({AccountUse::Admin, admin, "admin." + admin, all});
    }
    for (const auto& user : cluster_.spec.authentication.users) {
      accounts.push_back({AccountUse::User, user, "user." + user, frontends});
    }
    // An account of its own for each backend, so that the master knows who asked; one for all frontends, since those
    // come and go.
    for (const auto& name : backends) {
      accounts.push_back({AccountUse::Mupdate, "mupdate-" + name, "mupdate." + name, {kMasterName}});
    }
    accounts.push_back({AccountUse::Mupdate, "mupdate-frontends", "mupdate-frontends", {kMasterName}});
    for (const auto& name : backends) {
      accounts.push_back({AccountUse::MailProxy, kMailProxy, std::string(kMailProxy) + "." + name, {name}});
    }
    accounts.push_back({AccountUse::Move, kMove, kMove, backends});
  }

  void check_map(const std::map<std::string, std::string>& overrides, std::optional<Role> role, const std::string& path,
                 const api::Backend* backend) {
    std::vector<std::string> services;
    for (const auto& node : topology_.nodes) {
      if (role && node.role != *role) continue;
      for (const auto& service : node.services) services.push_back(service.name);
    }
    for (const auto& [key, value] : overrides) {
      const auto allowed = cyrus::check_override(topology_.cyrus, key, value, services);
      if (allowed) continue;
      std::string message = allowed.error().message;
      if (message.starts_with(key + ": ")) message.erase(0, key.size() + 2);  // the path ends in it
      if (backend != nullptr) {
        problem(*backend, path + "." + key, std::move(message));
      } else {
        problem(path + "." + key, std::move(message));
      }
    }
  }

  void check_overrides() {
    const auto& imapd = cluster_.spec.imapd;
    check_map(imapd.all, {}, "spec.imapd.all", nullptr);
    check_map(imapd.mupdate, Role::Master, "spec.imapd.mupdate", nullptr);
    check_map(imapd.frontend, Role::Frontend, "spec.imapd.frontend", nullptr);
    check_map(imapd.backend, Role::Backend, "spec.imapd.backend", nullptr);
    for (const auto* backend : backends_) check_map(backend->spec.imapd, Role::Backend, "spec.imapd", backend);
  }

  const api::MurderCluster& cluster_;
  const std::vector<const api::Backend*> backends_;
  const Target& target_;
  Topology topology_{};
  std::vector<Problem> problems_;
};

}  // namespace

const Node* Topology::find(std::string_view name) const {
  const auto node = std::find_if(nodes.begin(), nodes.end(), [&](const Node& n) { return n.name == name; });
  return node == nodes.end() ? nullptr : &*node;
}

std::vector<const Node*> Topology::with_role(Role role) const {
  std::vector<const Node*> found;
  for (const auto& node : nodes) {
    if (node.role == role) found.push_back(&node);
  }
  return found;
}

const Account* Topology::account(std::string_view secret) const {
  const auto account =
      std::find_if(accounts.begin(), accounts.end(), [&](const Account& a) { return a.secret == secret; });
  return account == accounts.end() ? nullptr : &*account;
}

int Topology::port(Protocol protocol, bool tls) const {
  if (protocol == Protocol::Mupdate) return static_cast<int>(spec.mupdate.port) + target.port_offset;
  return (tls ? ports(protocol).tls_port : ports(protocol).port) + target.port_offset;
}

Target pods_target(const std::string& namespace_, const std::string& cluster_domain) {
  return {.cyrus = api::CyrusRelease::V3_10,
          .domain = namespace_ + ".svc." + cluster_domain,
          .root = "/var/lib/cyrus-murder",
          .log_to_files = false,
          .pods = true};
}

std::vector<std::string> node_names(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends) {
  std::vector<std::string> names{kMasterName};
  for (const auto* backend : members(cluster, backends)) names.push_back(backend->metadata.name);
  for (std::int64_t i = 1; i <= cluster.spec.frontend.replicas; ++i) {
    names.push_back(std::string(kFrontendsName) + std::to_string(i));
  }
  return names;
}

api::Mistakes as_mistakes(const std::vector<Problem>& problems, const api::MurderCluster& cluster,
                          const std::vector<api::Backend>& backends) {
  api::Mistakes mistakes;
  for (const auto& problem : problems) {
    const api::Origin* origin = &cluster.origin;
    for (const auto* backend : members(cluster, backends)) {
      if (problem.resource == "Backend " + backend->metadata.name) origin = &backend->origin;
    }
    mistakes.push_back({origin->file, origin->line_of(problem.path), problem.path, problem.message});
  }
  api::sort_as_written(mistakes);
  return mistakes;
}

Derived derive(const api::MurderCluster& cluster, const std::vector<api::Backend>& backends, const Target& target) {
  return Builder(cluster, members(cluster, backends), target).build();
}

}  // namespace murder::topology
