#include "operator/controller/move_controller.h"

#include <algorithm>

#include "operator/api/stored_move.h"
#include "operator/controller/decide.h"
#include "operator/objects/names.h"

namespace murder::controller {
namespace {

using namespace std::chrono_literals;
using kubernetes::Failure;
using kubernetes::ReconcileOutcome;

// A move that may not begin yet is looked at again; what it waits for is seldom seen by a watch.
constexpr auto kWaits = 3s;

std::string backend_at(const topology::Topology& topology, const std::string& location) {
  for (const auto* node : topology.with_role(Role::Backend)) {
    if (location.starts_with(node->host + "!")) return node->name;
  }
  return {};
}

Result<api::MailboxMove> parse(Json object) {
  if (!object.contains("status")) object["status"] = Json::object();
  return api::read_stored_move(object.dump());
}

// The agents of a murder by the names that a Mover knows them by: master and backends by their nodes', frontends by
// their pods'.
struct Crew {
  std::vector<agents::Endpoint> endpoints;
  std::vector<std::string> frontends;
};
Crew crew_of(const Snapshot& snapshot, const topology::Topology& topology) {
  Crew crew;
  for (const auto& pod : snapshot.pods) {
    const auto* node = topology.find(pod.node);
    if (node == nullptr || pod.ip.empty() || pod.deleting) continue;
    const bool frontend = node->role == Role::Frontend;
    // One that is not ready serves nobody, and cannot be behind.
    if (frontend && !pod.ready) continue;
    if (frontend) crew.frontends.push_back(pod.name);
    crew.endpoints.push_back(endpoint_of(pod, *node, frontend ? pod.name : node->name));
  }
  return crew;
}

}  // namespace

MoveController::MoveController(kubernetes::Client& client, const Caches& caches, const AgentWatch& watch,
                               AgentIdentity& identity, kubernetes::EventRecorder& events, const Log& log,
                               MurderOptions options)
    : client_(client),
      caches_(caches),
      watch_(watch),
      identity_(identity),
      events_(events),
      log_(log),
      options_(std::move(options)) {}

Result<std::optional<MoveController::Stored>> MoveController::read(const ObjectKey& key) {
  auto object = client_.get(kMoves, key);
  if (!object) {
    if (object.failed_with(Failure::NotFound)) return std::optional<Stored>();
    return object.error().in("read MailboxMove " + key.name);
  }
  auto move = parse(*object);
  if (!move) return std::move(move).error().in("MailboxMove " + key.name);
  return std::optional(Stored{*std::move(object), *std::move(move)});
}

Status MoveController::store(Stored& stored, const api::MailboxMoveStatus& status) {
  const api::MailboxMoveStatus before = stored.move.status;
  stored.move.status = status;
  const Json written = Json::parse(api::write_stored_move(stored.move)).value("status", Json::object());
  if (stored.object.value("status", Json::object()) == written) return ok();
  // The version is tested: whoever else has stored something since has decided from what we do not know.
  const Json patch = Json::array({{{"op", "test"},
                                   {"path", "/metadata/resourceVersion"},
                                   {"value", kubernetes::resource_version_of(stored.object)}},
                                  {{"op", "add"}, {"path", "/status"}, {"value", written}}});
  auto patched = client_.json_patch(kMoves, kubernetes::key_of(stored.object), patch, "status");
  if (!patched) return patched.error().in("store the status of MailboxMove " + kubernetes::key_of(stored.object).name);
  stored.object = *std::move(patched);
  tell(stored, before);
  return ok();
}

Result<ReconcileOutcome> MoveController::wait(Stored& stored, const std::string& reason, const std::string& message) {
  auto status = stored.move.status;
  status.observed_generation = kubernetes::generation_of(stored.object);
  status.reason = reason;
  status.message = message;
  MURDER_TRY(store(stored, status));
  return ReconcileOutcome{.requeue_after = kWaits};
}

std::vector<moves::OtherMove> MoveController::reserve(const ObjectKey& key, const ObjectKey& cluster,
                                                      const moves::OtherMove& mine) {
  const std::lock_guard lock(mutex_);
  std::map<ObjectKey, moves::OtherMove> others;
  for (const auto& object : caches_.of_cluster(kMoves, cluster)) {
    const auto move = parse(*object);
    if (!move || !moves::has_begun(move->status) || moves::has_ended(move->status)) continue;
    others[kubernetes::key_of(*object)] = {move->spec.mailbox, move->status.source, move->spec.destination.backend};
  }
  for (const auto& [other, move] : under_way_) {
    if (other.namespace_ == key.namespace_) others[other] = move;
  }
  others.erase(key);
  under_way_[key] = mine;
  std::vector<moves::OtherMove> list;
  for (auto& [other, move] : others) list.push_back(std::move(move));
  return list;
}

void MoveController::release(const ObjectKey& key) {
  const std::lock_guard lock(mutex_);
  under_way_.erase(key);
}

Result<ReconcileOutcome> MoveController::reconcile(const ObjectKey& key) {
  // Its end costs nothing: only one that has not ended is read anew.
  const auto cached = caches_.get(kMoves, key);
  if (!cached || kubernetes::is_being_deleted(*cached)) {
    release(key);
    return ReconcileOutcome{};
  }
  if (const auto known = parse(*cached); known && moves::has_ended(known->status)) {
    release(key);
    return ReconcileOutcome{};
  }
  auto found = read(key);
  if (!found) return std::move(found).error();
  if (!*found) return ReconcileOutcome{};
  Stored& stored = **found;
  if (moves::has_ended(stored.move.status)) return ReconcileOutcome{};

  const ObjectKey cluster_key{key.namespace_, stored.move.spec.cluster_ref.name};
  auto cluster = caches_.get(kClusters, cluster_key);
  if (!cluster) return wait(stored, "ClusterMissing", "there is no MurderCluster " + cluster_key.name);
  const Snapshot snapshot = gather(caches_, watch_, options_, cluster_key, std::move(cluster));
  const Wanted wanted = want(snapshot);
  if (!wanted.murder) return wait(stored, "InvalidSpec", "MurderCluster " + cluster_key.name + " has mistakes");
  const auto& topology = wanted.murder->topology;
  const auto secret = snapshot.find("Secret", objects::authority_secret(topology));
  if (!secret) return wait(stored, "AgentUnreachable", "the murder is not made yet");
  const auto data = objects::secret_data(*secret);
  if (!data.contains("ca.crt") || !data.contains("ca.key")) return Error{"Secret of the CA is damaged"};
  const auto credentials = identity_.of(cluster_key, {data.at("ca.crt"), data.at("ca.key")}, snapshot.now);
  if (!credentials) return credentials.error();
  auto crew = crew_of(snapshot, topology);
  const agents::Agents agents(crew.endpoints, *credentials);
  const agents::Mover mover(agents, topology, topology.master().name, std::move(crew.frontends));

  const auto& spec = stored.move.spec;
  const bool begun = moves::has_begun(stored.move.status);
  std::optional<moves::Refusal> refusal;
  std::string source = begun ? backend_at(topology, stored.move.status.source) : "";
  auto others = reserve(key, cluster_key, {spec.mailbox, source, spec.destination.backend});
  if (!begun) {
    const moves::Request request{spec.mailbox, {spec.destination.backend, spec.destination.partition}};
    for (auto& other : others) {
      if (const auto name = backend_at(topology, other.source); !name.empty()) other.source = name;
    }
    const auto situation = mover.look(spec.mailbox, std::move(others));
    if (const auto named = moves::check_mailbox_name(spec.mailbox); !named) {
      refusal = moves::Refusal{moves::Reason::InvalidRequest, named.error().message};
    } else {
      refusal = moves::refuse(request, situation);
    }
    if (const auto* node = moves::source_of(situation)) source = node->name;
  }
  const auto host = [&](const std::string& name) {
    const auto* node = topology.find(name);
    return node == nullptr ? std::string() : node->host;
  };
  const moves::Route route{
      kubernetes::uid_of(stored.object), spec.mailbox, source, host(source), spec.destination.backend,
      host(spec.destination.backend)};
  if (begun && (route.source_host.empty() || route.destination_host.empty())) {
    return wait(stored, "UnknownBackend", "its source or its destination is no backend any more");
  }
  {
    // From here on others see which backends it keeps busy.
    const std::lock_guard lock(mutex_);
    under_way_[key].source = source;
  }
  const auto pass =
      mover.advance(route, spec.destination.partition, stored.move.status, kubernetes::generation_of(stored.object),
                    refusal, [&](const api::MailboxMoveStatus& status) { return store(stored, status); });
  if (!moves::has_begun(stored.move.status) || moves::has_ended(stored.move.status)) release(key);
  if (!pass) return pass.error().in("move of " + spec.mailbox);
  if (!pass->trouble.empty()) {
    log_(LogLevel::Warning, pass->trouble, {{"move", key.text()}, {"mailbox", spec.mailbox}});
  }
  if (moves::has_ended(pass->decision.status)) return ReconcileOutcome{};
  return ReconcileOutcome{.requeue_after =
                              refusal ? std::chrono::nanoseconds(kWaits) : moves::look_again(pass->decision)};
}

// Each phase once.
void MoveController::tell(const Stored& stored, const api::MailboxMoveStatus& before) {
  const auto& status = stored.move.status;
  if (status.phase == before.phase && status.reason == before.reason) return;
  const auto key = kubernetes::key_of(stored.object).text();
  log_(status.phase == api::MovePhase::Failed ? LogLevel::Warning : LogLevel::Info, status.message,
       {{"move", key},
        {"mailbox", stored.move.spec.mailbox},
        {"phase", api::name_of(status.phase)},
        {"reason", status.reason}});
  const bool bad = status.phase == api::MovePhase::Failed || status.phase == api::MovePhase::RolledBack;
  kubernetes::Event event{.regarding = kubernetes::reference_to(stored.object),
                          .type = bad ? kubernetes::Event::Type::Warning : kubernetes::Event::Type::Normal,
                          .reason = status.reason,
                          .action = "Move",
                          .note = status.message};
  events_.record(event);
  // Whoever asked for it by the annotation of the MurderCluster looks there.
  if (moves::has_ended(status)) {
    if (const auto owner = kubernetes::controller_of(stored.object)) {
      event.related = event.regarding;
      event.regarding = {.api_version = owner->api_version,
                         .kind = owner->kind,
                         .key = {kubernetes::key_of(stored.object).namespace_, owner->name},
                         .uid = owner->uid};
      events_.record(event);
    }
  }
}

}  // namespace murder::controller
