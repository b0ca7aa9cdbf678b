// The imapd.conf of a push behind the gate: the node's own, but for the server that it talks to, and for deletes, which
// are delayed whatever the node does otherwise: a copy that a person gave up is kept as DELETED.* until it expires.
#pragma once

#include <string>
#include <string_view>

namespace murder::push {

// Options that come from an @include cannot be replaced; Cyrus then refuses the file, as one that sets an option twice.
std::string gated_config(std::string_view imapd_conf, std::string_view gate_endpoint);

}  // namespace murder::push
