// What a person has decided about mailboxes that a backend and the master disagree about, as annotations of a Backend.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "operator/controller/kinds.h"

namespace murder::controller {

struct Choices {
  std::vector<std::string> here;    // this backend's copy is right: the master's entry is taken over
  std::vector<std::string> master;  // the master is right: the copy here is deleted (it stays in DELETED.*)
  bool allow_mass_delete = false;

  bool empty() const { return here.empty() && master.empty() && !allow_mass_delete; }
  bool operator==(const Choices&) const = default;
};

// murder.cyrus.dev/resolve-conflicts: "user.dup=here,shared.team=master". An error says which part is wrong, and what
// to write.
Result<Choices> parse_choices(std::string_view text);

// Of a Backend's annotations; nothing when it has none.
Result<Choices> choices_of(const Json& backend);

}  // namespace murder::controller
