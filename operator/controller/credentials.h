// What must be made by chance and then kept: the murder's CA, every account's password, and the certificates.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "operator/config/render.h"
#include "operator/controller/snapshot.h"
#include "operator/kubernetes/client.h"
#include "operator/objects/objects.h"

namespace murder::controller {

struct Credentials {
  config::Passwords passwords;
  objects::Certificate authority;
  std::map<std::string, objects::Certificate> agents;  // by node
  std::optional<objects::Certificate> clients;         // unless the resource brings one
};

// Reads them from the Secrets of the snapshot, and makes what is missing or due. The CA and the passwords are stored
// here, by requests that fail when the cache was behind: neither is ever overwritten. The certificates are derived from
// the CA, and stored with what is applied. Errors: a Secret that is damaged (named, with what to do), and the server's.
Result<Credentials> ensure_credentials(kubernetes::Client& client, const Snapshot& snapshot,
                                       const objects::Murder& murder);

// What the operator shows to agents; a new key each time, stored nowhere.
Result<objects::Certificate> operator_certificate(const objects::Certificate& authority, Clock::time_point now);

}  // namespace murder::controller
