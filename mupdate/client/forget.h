// Takes a server that is gone for good out of a master's list.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "mupdate/client/client.h"

namespace murder::mupdate {

// Removes the entries whose location is on `host`, those that have meanwhile been taken elsewhere excepted; how many
// were removed. Ends early, with an error, when `stopped` says so: what is left is left to the next call.
Result<std::size_t> forget(Client& client, std::string_view host, const std::function<bool()>& stopped);

}  // namespace murder::mupdate
