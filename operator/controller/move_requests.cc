#include "operator/controller/move_requests.h"

#include <algorithm>
#include <cctype>

#include "base/digest.h"
#include "operator/api/stored_move.h"
#include "operator/moves/decide.h"
#include "operator/objects/names.h"

namespace murder::controller {
namespace {

using kubernetes::Failure;

// Of the server, not of the cache: it may have been answered a moment ago.
Result<std::vector<api::MailboxMove>> moves_under_way(kubernetes::Client& client, const ObjectKey& cluster) {
  auto list = client.list(kMoves, {.namespace_ = cluster.namespace_});
  if (!list) return list.error().in("list MailboxMoves");
  std::vector<api::MailboxMove> moves;
  for (auto& object : list->items) {
    if (kubernetes::text_at(object, {"spec", "clusterRef", "name"}) != cluster.name) continue;
    if (!object.contains("status")) object["status"] = Json::object();
    auto move = api::read_stored_move(object.dump());
    if (move && !moves::has_ended(move->status)) moves.push_back(*std::move(move));
  }
  return moves;
}

bool is_of(const moves::Request& request, const api::MailboxMove& move) {
  return move.spec.mailbox == request.mailbox && move.spec.destination.backend == request.destination.backend &&
         move.spec.destination.partition == request.destination.partition;
}

}  // namespace

std::string move_name(const std::string& cluster, const moves::Request& request, const std::string& version) {
  constexpr std::size_t kLongest = 40;
  std::string readable;
  for (const unsigned char letter : request.mailbox.substr(0, kLongest)) {
    if (std::isalnum(letter)) {
      readable += static_cast<char>(std::tolower(letter));
    } else if (!readable.empty() && readable.back() != '-') {
      readable += '-';
    }
  }
  while (!readable.empty() && readable.back() == '-') readable.pop_back();
  const auto digest =
      sha256_hex(cluster + "\n" + version + "\n" + moves::to_string(std::vector<moves::Request>{request}))
          .substr(0, 10);
  return cluster + "-" + (readable.empty() ? "" : readable + "-") + digest;
}

Json move_object(const Json& cluster, const moves::Request& request) {
  const auto key = kubernetes::key_of(cluster);
  Json destination = {{"backend", request.destination.backend}};
  if (!request.destination.partition.empty()) destination["partition"] = request.destination.partition;
  Json move = {
      {"apiVersion", kMoves.api_version()},
      {"kind", kMoves.kind},
      {"metadata",
       {{"name", move_name(key.name, request, kubernetes::resource_version_of(cluster))},
        {"namespace", key.namespace_},
        {"labels", {{objects::kClusterLabel, key.name}}},
        {"ownerReferences", {kubernetes::controller_reference(cluster)}}}},
      {"spec", {{"clusterRef", {{"name", key.name}}}, {"mailbox", request.mailbox}, {"destination", destination}}}};
  return move;
}

Status answer_move_annotation(kubernetes::Client& client, const Snapshot& snapshot, Outcome& outcome,
                              std::vector<std::string>& complaints) {
  const Json& cluster = *snapshot.object;
  const auto text = kubernetes::annotation_of(cluster, moves::kAnnotation);
  if (!text) return ok();
  const auto key = kubernetes::key_of(cluster);

  const auto parsed = moves::parse_requests(*text);
  if (const auto* mistakes = std::get_if<moves::Mistakes>(&parsed)) {
    for (const auto& mistake : *mistakes) {
      complaints.push_back("nothing is moved: \"" + mistake.entry + "\": " + mistake.message);
    }
  } else {
    const auto under_way = moves_under_way(client, key);
    if (!under_way) return under_way.error();
    for (const auto& request : std::get<std::vector<moves::Request>>(parsed)) {
      if (std::any_of(under_way->begin(), under_way->end(), [&](const auto& move) { return is_of(request, move); })) {
        continue;
      }
      const Json move = move_object(cluster, request);
      const auto made = client.create(kMoves, move);
      if (!made && made.failed_with(Failure::Invalid)) {
        complaints.push_back("\"" + request.mailbox + "\" is not moved: " + made.error().message);
      } else if (!made && !made.failed_with(Failure::AlreadyExists)) {
        return made.error().in("create MailboxMove of " + request.mailbox);
      } else if (made) {
        outcome.changes.push_back({Reason::Created, "Move", kubernetes::reference_to(*made),
                                   "MailboxMove " + kubernetes::key_of(*made).name + " is to move " + request.mailbox +
                                       " to " + request.destination.backend});
      }
    }
  }
  // Only of the annotation that was read: another one may have been written meanwhile.
  const Json patch =
      Json::array({{{"op", "test"}, {"path", "/metadata/annotations/murder.cyrus.dev~1move"}, {"value", *text}},
                   {{"op", "remove"}, {"path", "/metadata/annotations/murder.cyrus.dev~1move"}}});
  const auto patched = client.json_patch(kClusters, key, patch);
  // The test fails (422) when it is gone, or another.
  if (!patched && !patched.failed_with(Failure::Invalid) && !patched.failed_with(Failure::NotFound)) {
    return patched.error().in("take the move annotation away");
  }
  return ok();
}

}  // namespace murder::controller
