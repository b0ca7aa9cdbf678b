#include "operator/objects/objects.h"

namespace murder::objects {

std::string image_for(std::string image_template, api::CyrusRelease release) {
  constexpr std::string_view kPlace = "{version}";
  if (const auto at = image_template.find(kPlace); at != std::string::npos) {
    image_template.replace(at, kPlace.size(), cyrus::to_string(release));
  }
  return image_template;
}

std::vector<Json> without_secrets(const Murder& murder) {
  std::vector<Json> all;
  const auto add = [&](std::vector<Json> some) {
    for (auto& object : some) all.push_back(std::move(object));
  };
  add(service_accounts(murder));
  add(network_policies(murder));
  add(disruption_budgets(murder));
  for (const auto& node : murder.topology.nodes) {
    all.push_back(config_map(murder, node));
    if (node.role != Role::Frontend) all.push_back(headless_service(murder, node));
    add(claims(murder, node));
    all.push_back(workload(murder, node));
  }
  add(client_services(murder));
  return all;
}

}  // namespace murder::objects
