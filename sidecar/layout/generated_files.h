// The files that the operator writes for a node: what they are, what of them has changed, and who must be told.
#pragma once

#include <map>
#include <string>

#include "base/agent_config.h"
#include "base/result.h"

namespace murder::layout {

// By name, without folder: no two of a node's folders have files of one name.
struct GeneratedFiles {
  std::map<std::string, std::string> files;    // etc, secrets, and the agent's certificate
  std::map<std::string, std::string> brought;  // the certificate for clients, which may be somebody else's

  // As the operator computes it of what it has written (NodeStatus.files_digest).
  std::string digest() const;
  // Of those that Cyrus reads when it is told to (SIGHUP).
  std::string cyrus_digest() const;
  // Without them: as if Cyrus knew none yet.
  GeneratedFiles of_others() const;
  bool operator==(const GeneratedFiles&) const = default;
};

Result<GeneratedFiles> read_generated_files(const AgentConfig& config);

// Changes with every change of a file, and is cheap: names, times and sizes. Empty for what cannot be looked at.
std::string stamp_of_generated_files(const AgentConfig& config);

struct Concerned {
  bool agent = false;     // it has to start anew
  bool accounts = false;  // sasldb2 is made anew
  bool cyrus = false;     // SIGHUP to cyrmaster
  bool operator==(const Concerned&) const = default;
};
Concerned concerned_by(const GeneratedFiles& before, const GeneratedFiles& after);

}  // namespace murder::layout
