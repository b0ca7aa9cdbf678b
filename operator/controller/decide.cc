#include "operator/controller/decide.h"

#include <algorithm>
#include <set>

#include "base/digest.h"

namespace murder::controller {
namespace {

using objects::Murder;
using topology::Node;

std::optional<Wanted::Release> may_go(const Snapshot& now, const BackendSeen& backend, Hold& kept) {
  const std::string& name = backend.name();
  kept = {name, "backend_delete_requires_empty_or_force", {}};
  if (kubernetes::annotation_of(*backend.object, kForceDeleteAnnotation) == "true")
    return Wanted::Release{"forced", true};
  if (kubernetes::is_being_deleted(*now.object)) return Wanted::Release{"the MurderCluster is deleted too"};
  const auto pods = now.pods_of(name);
  const bool made = std::any_of(now.live.begin(), now.live.end(), [&](const auto& entry) {
    return entry.first.first == "PersistentVolumeClaim" &&
           kubernetes::label_of(*entry.second, std::string(objects::kBackendLabel)) == name;
  });
  if (!made && pods.empty()) return Wanted::Release{"it never had a volume"};
  const AgentFacts* facts = pods.size() == 1 ? now.facts_of(*pods.front()) : nullptr;
  const std::string remedy = "; annotate it with " + std::string(kForceDeleteAnnotation) + "=true to delete it anyway";
  if (facts == nullptr || !facts->pushed) {
    kept.message = "whether it holds mailboxes is not known while its agent cannot tell" + remedy;
    return {};
  }
  if (!facts->counted && facts->mailboxes == 0) {
    kept.message = "it is counted anew once no frontend makes mailboxes on it any more";
    return {};
  }
  if (facts->mailboxes > 0) {
    kept.message = "it holds " + std::to_string(facts->mailboxes) +
                   " mailboxes (deleted ones too, until they are expired): move them away first" + remedy;
    return {};
  }
  return Wanted::Release{"it holds no mailbox"};
}

// File name → bytes, of what a node's agent reads; as the agent computes it (sidecar/files).
std::string files_digest(const Json& config_map, const Json& secret) {
  std::map<std::string, std::string> files = objects::secret_data(secret);
  for (const auto& [name, bytes] : config_map.at("data").items()) files[name] = bytes.get<std::string>();
  return digest_of_files(files);
}

// All that objects are made from, as one text: whose they are, the specs as people wrote them (nothing of the
// resources' labels and annotations goes into objects), what was made by chance, and the images.
std::string inputs_digest(const Snapshot& now, const Murder& murder, const Credentials& credentials) {
  std::string text = kubernetes::uid_of(*now.object) + "\n" + murder.cyrus_image + "\n" + murder.topology.domain + "\n";
  const auto add = [&](const Json& object) {
    text += kubernetes::key_of(object).text() + object.value("spec", Json()).dump() + "\n";
  };
  add(*now.object);
  for (const auto& backend : now.backends) {
    if (murder.topology.find(backend.name()) == nullptr) continue;
    add(*backend.object);
    if (backend.deleting()) text += "cordoned\n";
  }
  for (const auto& [name, password] : credentials.passwords)
    text.append(name).append("=").append(password).append("\n");
  const auto show = [&](const objects::Certificate& certificate) { text += certificate.certificate + certificate.key; };
  show(credentials.authority);
  for (const auto& [name, certificate] : credentials.agents) show(certificate);
  return sha256_hex(text);
}

class Decider {
 public:
  Decider(const Snapshot& snapshot, const Wanted& wanted, const Credentials& credentials, const Settled& settled)
      : now_(snapshot), wanted_(wanted), murder_(*wanted.murder), credentials_(credentials), settled_(settled) {}

  Plan decide() {
    plan_.settled.inputs = inputs_digest(now_, murder_, credentials_);
    finalizers(true);
    shared();
    for (const auto& node : murder_.topology.nodes) {
      if (node.role != Role::Frontend || !wanted_.frontends_held) of_node(node);
    }
    if (wanted_.frontends_held) held_frontends(*wanted_.frontends_held);
    for (auto& service : objects::client_services(murder_)) apply(std::move(service));
    prune();
    for (const auto& node : murder_.topology.nodes) pods(node);
    choices();
    finalizers(false);
    return std::move(plan_);
  }

 private:
  void apply(Json object, bool owned = true) {
    keep_.insert({object.at("kind").get<std::string>(), kubernetes::key_of(object).name});
    plan_.actions.emplace_back(Apply{std::move(object), owned});
  }
  void keep(const char* kind, const std::string& name) { keep_.insert({kind, name}); }

  void shared() {
    const auto& topology = murder_.topology;
    for (auto& object : objects::service_accounts(murder_)) apply(std::move(object));
    for (auto& object : objects::network_policies(murder_)) apply(std::move(object));
    for (auto& object : objects::disruption_budgets(murder_)) apply(std::move(object));
    // Stored when they were made (ensure_credentials), and never applied.
    keep("Secret", objects::authority_secret(topology));
    keep("Secret", objects::passwords_secret(topology));
    if (credentials_.clients) {
      apply(objects::certificate_object(murder_, *credentials_.clients, credentials_.authority.certificate));
    }
  }

  ObjectPtr live(const Json& object) const {
    return now_.find(object.at("kind").get_ref<const std::string&>(), kubernetes::key_of(object).name);
  }

  // Leaves a node alone whose objects are the very ones that were found to be right.
  bool is_settled(const Node& node) {
    const auto found = settled_.nodes.find(node.name);
    if (settled_.inputs != plan_.settled.inputs || found == settled_.nodes.end()) return false;
    const auto& objects = found->second.objects;
    if (!std::all_of(objects.begin(), objects.end(), [&](const auto& each) { return live(*each) == each; }))
      return false;
    for (const auto& each : objects) keep_.insert({each->at("kind"), kubernetes::key_of(*each).name});
    plan_.files_digest[node.name] = found->second.files_digest;
    plan_.settled.nodes.insert(*found);
    return true;
  }

  void of_node(const Node& node) {
    if (is_settled(node)) return;
    const std::size_t first = plan_.actions.size();
    render(murder_, node);
    Settled::Node seen{.objects = {}, .files_digest = plan_.files_digest.at(node.name)};
    for (std::size_t i = first; i < plan_.actions.size(); ++i) {
      auto object = live(std::get<Apply>(plan_.actions[i]).object);
      if (!object) return;
      seen.objects.push_back(std::move(object));
    }
    plan_.settled.nodes.emplace(node.name, std::move(seen));
  }

  void render(const objects::Murder& murder, const Node& node) {
    Json config_map = objects::config_map(murder, node);
    Json secret = objects::node_secret(murder, node, credentials_.passwords, credentials_.agents.at(node.name),
                                       credentials_.authority.certificate);
    plan_.files_digest[node.name] = files_digest(config_map, secret);
    apply(std::move(config_map));
    apply(std::move(secret));
    if (node.role != Role::Frontend) apply(objects::headless_service(murder, node));
    for (auto& claim : objects::claims(murder, node)) apply(std::move(claim), /*owned=*/false);
    apply(objects::workload(murder, node));
  }

  void held_frontends(const FrontendsHeld& held) {
    plan_.holds.push_back(held.hold);
    for (const auto* frontends : murder_.topology.with_role(Role::Frontend)) {
      if (held.as_they_are) {
        render(*held.as_they_are, *held.as_they_are->topology.find(frontends->name));
        continue;
      }
      // What is wanted cannot be said to the release that they run: they stay untouched.
      const std::string name = objects::node_object(murder_.topology, *frontends);
      for (const char* kind : {"ConfigMap", "Secret", "Deployment"}) keep(kind, name);
    }
  }

  // A claim goes only when its Backend was deleted with volumeRetention Delete: never because of a mistake in a name.
  bool may_remove_claim(const Json& claim) const {
    const auto name = kubernetes::label_of(claim, std::string(objects::kBackendLabel));
    if (!name || !wanted_.released.contains(*name)) return false;
    const auto backend = std::find_if(now_.backends.begin(), now_.backends.end(),
                                      [&](const BackendSeen& seen) { return seen.name() == *name; });
    return backend != now_.backends.end() && backend->backend.spec.volume_retention == api::VolumeRetention::Delete;
  }

  void prune() {
    for (const auto& resource : kOwned) {
      for (const auto& [key, object] : now_.live) {
        if (key.first != resource.kind || keep_.contains(key) || kubernetes::is_being_deleted(*object)) continue;
        if (key.first == "PersistentVolumeClaim" && !may_remove_claim(*object)) continue;
        plan_.actions.emplace_back(Remove{object, Reason::ResourceChanged, "no part of the murder any more"});
      }
    }
  }

  void pods(const Node& node) {
    const auto written = plan_.files_digest.find(node.name);
    if (written == plan_.files_digest.end()) return;
    const std::string& digest = written->second;
    for (const auto* pod : now_.pods_of(node.name)) {
      if (pod->deleting) continue;
      if (node.role != Role::Frontend && restart(node, *pod)) continue;
      const auto* facts = now_.facts_of(*pod);
      if (facts != nullptr && !facts->files_digest.empty() && facts->files_digest != digest &&
          pod->files_annotation != digest) {
        plan_.actions.emplace_back(HurryPod{pod->name, digest});
      }
    }
  }

  // Whether the pod is to be replaced, now or later: its StatefulSet has another template than it was made from.
  bool restart(const Node& node, const PodSeen& pod) {
    const auto set = now_.find("StatefulSet", objects::node_object(murder_.topology, node));
    if (!set) return false;
    const auto* observed = kubernetes::find(*set, {"status", "observedGeneration"});
    const std::string update = kubernetes::text_at(*set, {"status", "updateRevision"});
    if (observed == nullptr || *observed != kubernetes::generation_of(*set) || update.empty() || pod.revision.empty() ||
        pod.revision == update) {
      return false;
    }
    if (auto hold = hold_restart({now_, murder_, node})) {
      plan_.holds.push_back(*std::move(hold));
    } else if (!restarting_) {
      // One a pass: the next pass sees what this one has done.
      restarting_ = true;
      plan_.actions.emplace_back(RestartPod{pod.name, pod.uid, node.name, "its pod template has changed"});
    } else {
      plan_.holds.push_back({node.name, "one_restart_at_a_time", "another node is restarted first"});
    }
    return true;
  }

  // A conflict ends when a person says which side is right; an agent that cannot be asked is asked later.
  void choices() {
    for (const auto& backend : now_.backends) {
      auto chosen = choices_of(*backend.object);
      if (!chosen) {
        plan_.actions.emplace_back(Complain{backend.object, std::move(chosen).error().message});
        continue;
      }
      const auto pods = now_.pods_of(backend.name());
      if (chosen->empty() || pods.size() != 1 || now_.facts_of(*pods.front()) == nullptr) continue;
      plan_.actions.emplace_back(PushAsChosen{backend.object, pods.front()->name, *std::move(chosen)});
    }
  }

  void finalizers(bool present) {
    for (const auto& backend : now_.backends) {
      const auto* list = kubernetes::find(*backend.object, {"metadata", "finalizers"});
      const bool has = list != nullptr && std::find(list->begin(), list->end(), kBackendFinalizer) != list->end();
      if (present && !has && !backend.deleting()) plan_.actions.emplace_back(SetFinalizer{backend.object, true, ""});
      if (!present && has) {
        const auto released = wanted_.released.find(backend.name());
        if (released != wanted_.released.end()) release(backend, released->second);
      }
    }
  }

  void release(const BackendSeen& backend, const Wanted::Release& release) {
    SetFinalizer gone{backend.object, false, release.why};
    const std::string server = kubernetes::text_at(*backend.object, {"status", "serverName"});
    // The master knows nothing of one that has never pushed.
    const bool is_listed = !kubernetes::text_at(*backend.object, {"status", "lastPush"}).empty();
    if (release.with_mailboxes && is_listed && !server.empty()) {
      if (!now_.pods_of(backend.name()).empty()) {
        plan_.holds.push_back({backend.name(), "backend_down_before_it_is_forgotten",
                               "its pod is ending: until then it could name its mailboxes to the master again"});
        return;
      }
      const auto masters = now_.pods_of(topology::kMasterName);
      if (!is_up(now_, topology::kMasterName) || masters.size() != 1) {
        plan_.holds.push_back({backend.name(), "master_up_before_backend_is_forgotten",
                               "the MUPDATE master is not ready: it has to forget the mailboxes of " + server});
        return;
      }
      gone.forget = {server, masters.front()->name};
    }
    plan_.actions.emplace_back(std::move(gone));
  }

  const Snapshot& now_;
  const Wanted& wanted_;
  const Murder& murder_;
  const Credentials& credentials_;
  const Settled& settled_;
  Plan plan_;
  std::set<std::pair<std::string, std::string>> keep_;
  bool restarting_ = false;
};

}  // namespace

Wanted want(const Snapshot& snapshot) {
  Wanted wanted;
  wanted.mistakes = snapshot.mistakes;
  std::vector<api::Backend> backends;
  for (const auto& seen : snapshot.backends) {
    wanted.mistakes.insert(wanted.mistakes.end(), seen.mistakes.begin(), seen.mistakes.end());
    if (seen.deleting()) {
      Hold kept;
      if (auto why = may_go(snapshot, seen, kept)) {
        wanted.released[seen.name()] = *std::move(why);
        continue;
      }
      wanted.kept[seen.name()] = std::move(kept);
    }
    backends.push_back(seen.backend);
    if (seen.deleting()) backends.back().spec.accepts_new_mailboxes = false;
  }
  if (!wanted.mistakes.empty()) return wanted;

  const auto namespace_ = kubernetes::key_of(*snapshot.object).namespace_;
  auto derived =
      topology::derive(snapshot.cluster, backends, topology::pods_target(namespace_, snapshot.cluster_domain));
  wanted.mistakes = topology::as_mistakes(derived.problems, snapshot.cluster, backends);
  if (!derived.topology) return wanted;
  objects::Murder murder{.namespace_ = namespace_, .topology = *std::move(derived.topology)};
  for (const auto& backend : backends) murder.backends.emplace(backend.metadata.name, backend);
  murder.cyrus_image = objects::image_for(snapshot.cyrus_image_template, murder.topology.cyrus);
  wanted.frontends_held = hold_frontends(snapshot, murder, backends);
  wanted.murder = std::move(murder);
  return wanted;
}

bool has_taken_up(const Snapshot& now, const Plan& plan, const PodSeen& pod) {
  const auto* facts = now.facts_of(pod);
  const auto digest = plan.files_digest.find(pod.node);
  return facts != nullptr && digest != plan.files_digest.end() && facts->files_digest == digest->second;
}

std::set<std::string> cordoned(const Snapshot& now, const Wanted& wanted, const Plan& plan) {
  for (const auto* pod : now.pods_of(topology::kFrontendsName)) {
    if (!pod->deleting && !has_taken_up(now, plan, *pod)) return {};
  }
  std::set<std::string> names;
  for (const auto& [name, hold] : wanted.kept) names.insert(name);
  return names;
}

Plan decide(const Snapshot& snapshot, const Wanted& wanted, const Credentials& credentials, const Settled& settled) {
  return Decider(snapshot, wanted, credentials, settled).decide();
}

}  // namespace murder::controller
