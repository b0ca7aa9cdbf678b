#include "sidecar/push/gate_rules.h"

#include <algorithm>

namespace murder::push {
namespace {

bool is_among(const std::vector<Conflict>& conflicts, std::string_view name, const mupdate::Entry& listed) {
  return std::any_of(conflicts.begin(), conflicts.end(), [&](const Conflict& conflict) {
    return conflict.mailbox == name && conflict.master == listed.location;
  });
}

}  // namespace

GateRules::Show GateRules::on_find(std::string_view name, const std::optional<mupdate::Entry>& listed) const {
  if (!is_elsewhere(listed)) return Show::AsItIs;
  return is_among(plan_.give_up, name, *listed) ? Show::AsItIs : Show::Nothing;
}

GateRules::Pass GateRules::on_activate(std::string_view name, const std::optional<mupdate::Entry>& listed) const {
  if (!is_elsewhere(listed)) return Pass::Through;
  return is_among(plan_.take_over, name, *listed) ? Pass::Through : Pass::Drop;
}

GateRules::Pass GateRules::on_remove(const std::optional<mupdate::Entry>& listed) {
  // Gone already, or moved on to another backend since it was listed: there is nothing of ours to remove.
  if (!listed || is_elsewhere(listed)) return Pass::Drop;
  if (removed_ >= plan_.max_removals) return Pass::Drop;
  ++removed_;
  return Pass::Through;
}

}  // namespace murder::push
