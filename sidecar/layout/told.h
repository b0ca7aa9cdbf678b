// What Cyrus was last told of its files, for an agent that starts beside a Cyrus that runs: its files may have changed
// while there was none.
#pragma once

#include <string>

#include "base/agent_config.h"
#include "base/result.h"
#include "sidecar/layout/generated_files.h"

namespace murder::layout {

// Notes that Cyrus has read these, or will when it starts. In the run directory, which Cyrus does not outlive.
Status remember_told(const AgentConfig& config, const GeneratedFiles& files);
bool was_told(const AgentConfig& config, const GeneratedFiles& files);

}  // namespace murder::layout
