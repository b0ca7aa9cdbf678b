// Root is needed for nothing that the agent does.
#pragma once

#include "base/result.h"

namespace murder::agent {

// Becomes cyrus:mail for good when started as root; nothing otherwise. Files are made with nothing for others.
Status drop_root();

}  // namespace murder::agent
