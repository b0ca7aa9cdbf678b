// What the gate lets through: pure, so that every answer can be tested without a server.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "mupdate/client/entry.h"
#include "sidecar/push/decide.h"

namespace murder::push {

class GateRules {
 public:
  GateRules(std::string server_name, Plan plan) : prefix_(std::move(server_name) + "!"), plan_(std::move(plan)) {}

  // What the client is shown of what the master lists under a name. Only a conflict that is given up, and whose other
  // holder is the one that a person was told of, is shown: the client would delete the local copy of any other.
  enum class Show { AsItIs, Nothing };
  Show on_find(std::string_view name, const std::optional<mupdate::Entry>& listed) const;

  // `listed` is what the master lists now, before it is touched.
  enum class Pass { Through, Drop };
  Pass on_activate(std::string_view name, const std::optional<mupdate::Entry>& listed) const;
  // Counts what it lets through.
  Pass on_remove(const std::optional<mupdate::Entry>& listed);

  bool is_elsewhere(const std::optional<mupdate::Entry>& listed) const {
    return listed && !listed->location.starts_with(prefix_);
  }

 private:
  std::string prefix_;
  Plan plan_;
  std::uint64_t removed_ = 0;
};

}  // namespace murder::push
