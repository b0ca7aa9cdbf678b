#include "operator/api/crd.h"

#include "operator/api/backend_fields.h"
#include "operator/api/mailbox_move_fields.h"
#include "operator/api/murder_cluster_fields.h"
#include "operator/api/schema/json_to_yaml.h"
#include "operator/api/schema/openapi.h"

namespace murder::api {
namespace {

struct Names {
  const char* kind;
  const char* plural;
  const char* singular;
  const char* short_name;
  const char* about;
};

Json column(const char* name, const char* type, const char* path, const char* about, int priority = 0) {
  Json column{{"name", name}, {"type", type}, {"jsonPath", path}, {"description", about}};
  if (priority != 0) column["priority"] = priority;
  return column;
}

Json age() { return column("Age", "date", ".metadata.creationTimestamp", "When it was made."); }

Json condition_status(const char* name, const char* type, const char* about) {
  return column(name, "string", (std::string(".status.conditions[?(@.type==\"") + type + "\")].status").c_str(), about);
}

Json condition_reason(const char* name, const char* type, const char* about) {
  return column(name, "string", (std::string(".status.conditions[?(@.type==\"") + type + "\")].reason").c_str(), about);
}

template <typename Spec, typename State>
CrdFile crd(const Names& names, Json columns, Json subresources, Json selectable) {
  Json schema{{"type", "object"},
              {"description", names.about},
              {"required", {"spec"}},
              {"properties",
               {{"apiVersion", {{"type", "string"}}},
                {"kind", {{"type", "string"}}},
                {"metadata", {{"type", "object"}}},
                {"spec", openapi_schema<Spec>(OpenApi::Defaults::Written)},
                {"status", openapi_schema<State>(OpenApi::Defaults::LeftOut)}}},
              {"x-kubernetes-validations",
               {{{"rule", std::string("self.metadata.name.matches('^(") + kName.regex +
                              ")$') && size(self.metadata.name) <= 63"},
                 {"message", std::string("metadata.name must be ") + kName.words}}}}};
  const auto describe = [&](const char* part, const char* text) {
    auto& properties = schema["properties"];
    Json described{{"description", text}};
    described.update(properties[part]);
    properties[part] = std::move(described);
  };
  describe("apiVersion", "Group and version of this resource: murder.cyrus.dev/v1alpha1.");
  describe("kind", names.kind);
  describe("spec", "What is wanted.");
  describe("status", "What was found. Written by the operator alone.");
  Json version{{"name", kVersion},
               {"served", true},
               {"storage", true},
               {"subresources", std::move(subresources)},
               {"additionalPrinterColumns", std::move(columns)}};
  if (!selectable.empty()) version["selectableFields"] = std::move(selectable);
  version["schema"] = {{"openAPIV3Schema", std::move(schema)}};
  const std::string name = std::string(names.plural) + "." + kGroup;
  Json object{{"apiVersion", "apiextensions.k8s.io/v1"},
              {"kind", "CustomResourceDefinition"},
              {"metadata", {{"name", name}}},
              {"spec",
               {{"group", kGroup},
                {"scope", "Namespaced"},
                {"names",
                 {{"kind", names.kind},
                  {"listKind", std::string(names.kind) + "List"},
                  {"plural", names.plural},
                  {"singular", names.singular},
                  {"shortNames", Json::array({names.short_name})},
                  {"categories", Json::array({"cyrus"})}}},
                {"versions", Json::array({std::move(version)})}}}};
  return {std::string(kGroup) + "_" + names.plural + ".yaml",
          "# Made by `./dev generate` from operator/api/. Do not edit.\n" + to_yaml(object)};
}

}  // namespace

std::vector<CrdFile> crds() {
  const Json status_only{{"status", Json::object()}};
  const Json with_scale{{"status", Json::object()},
                        {"scale",
                         {{"specReplicasPath", ".spec.frontend.replicas"},
                          {"statusReplicasPath", ".status.replicas"},
                          {"labelSelectorPath", ".status.selector"}}}};
  const Json by_cluster = Json::array({{{"jsonPath", ".spec.clusterRef.name"}}});
  return {
      crd<MurderClusterSpec, MurderClusterStatus>(
          {"MurderCluster", "murderclusters", "murdercluster", "murder",
           "A Cyrus Murder: one IMAP namespace over many servers."},
          Json::array({condition_status("Ready", "Ready", "Whether mail is served."),
                       condition_reason("Status", "Ready", "Why, or why not."),
                       column("Frontends", "string", ".status.readyFrontends", "Ready and wanted."),
                       column("Backends", "string", ".status.readyBackends", "Ready and wanted."),
                       condition_status("Master", "MasterAvailable", "Whether the MUPDATE master answers."),
                       column("Version", "string", ".status.version", "Release of Cyrus.", 1), age()}),
          with_scale, Json::array()),
      crd<BackendSpec, BackendStatus>(
          {"Backend", "backends", "backend", "mbe", "A server of a murder that holds mailboxes."},
          Json::array({column("Cluster", "string", ".spec.clusterRef.name", "The MurderCluster."),
                       condition_status("Ready", "Ready", "Whether it serves its mailboxes."),
                       column("Synced", "string", ".status.synced", "Whether its last push was clean."),
                       column("Mailboxes", "integer", ".status.mailboxes", "How many it holds."),
                       column("Used", "string", ".status.used", "Share of its partitions in use."), age()}),
          status_only, by_cluster),
      crd<MailboxMoveSpec, MailboxMoveStatus>(
          {"MailboxMove", "mailboxmoves", "mailboxmove", "mbmove", "A mailbox on its way to another backend."},
          Json::array({column("Cluster", "string", ".spec.clusterRef.name", "The MurderCluster."),
                       column("Mailbox", "string", ".spec.mailbox", "What is moved."),
                       column("To", "string", ".spec.destination.backend", "Where to."),
                       column("Phase", "string", ".status.phase", "How far it is."),
                       column("Reason", "string", ".status.reason", "Why."), age()}),
          status_only, by_cluster),
  };
}

}  // namespace murder::api
