// Another release of Cyrus: backends before frontends. A frontend offers clients what its own release can, and asks
// backends for it (CYRUS-VERSIONS.md 4: "a frontend advertises its own capabilities").
#pragma once

#include <optional>
#include <vector>

#include "operator/controller/predicates.h"
#include "operator/controller/snapshot.h"
#include "operator/objects/objects.h"

namespace murder::controller {

struct FrontendsHeld {
  Hold hold;
  // The murder as it is wanted, but with frontends of the release that they run: they are scaled, and learn of new
  // backends and passwords, all the while. Absent when the new resource says what that release does not know.
  std::optional<objects::Murder> as_they_are;
};

// Whether frontends wait for a backend, or for the master, to run the release that is wanted; nothing when there is
// nothing to wait for.
std::optional<FrontendsHeld> hold_frontends(const Snapshot& now, const objects::Murder& wanted,
                                            const std::vector<api::Backend>& backends);

}  // namespace murder::controller
