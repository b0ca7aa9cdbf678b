#include "operator/api/schema/reference.h"

#include <string>

#include "operator/api/backend_fields.h"
#include "operator/api/crd.h"
#include "operator/api/mailbox_move_fields.h"
#include "operator/api/murder_cluster_fields.h"

namespace murder::api {
namespace {

constexpr const char* kHead = "| field | type | default | bounds | meaning |\n|---|---|---|---|---|\n";

template <typename Spec, typename State>
std::string resource(const char* kind, const char* about) {
  Spec spec{};
  State state{};
  Reference of_spec("spec");
  fields(of_spec, spec);
  Reference of_state("status");
  fields(of_state, state);
  std::string text = std::string("\n## ") + kind + "\n\n" + about + "\n\n";
  const std::string rules = of_spec.rules();
  text += kHead + std::move(of_spec).rows();
  if (!rules.empty()) text += "\nBetween fields:\n\n" + rules;
  return text + "\nWhat the operator reports:\n\n" + kHead + std::move(of_state).rows();
}

}  // namespace

std::string reference() {
  std::string text =
      "<!-- Made by `./dev generate` from operator/api/. Do not edit. -->\n# Resources\n\nEvery field of group `" +
      std::string(kGroup) + "`, version `" + kVersion +
      "`. What the manual says, and which field says it here: [settings.md](settings.md).\n";
  text += resource<MurderClusterSpec, MurderClusterStatus>("MurderCluster",
                                                           "One murder: one IMAP namespace over many servers.");
  text += resource<BackendSpec, BackendStatus>("Backend", "A server of a murder that holds mailboxes.");
  text += resource<MailboxMoveSpec, MailboxMoveStatus>("MailboxMove", "A mailbox on its way to another backend.");
  return text;
}

}  // namespace murder::api
