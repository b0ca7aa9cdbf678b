// The pod template of a node: Cyrus, and the agent that starts before it and ends after it.
#pragma once

#include "operator/objects/objects.h"

namespace murder::objects {

Json pod_template(const Murder& murder, const topology::Node& node);

}  // namespace murder::objects
