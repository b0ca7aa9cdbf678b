// Sends ahead what everybody has read in a shared mailbox, by Cyrus's own replication: `sync_client -S HOST -f LOG`
// with a log made by hand, a line "SEEN USER UNIQUEID" for each user (CYRUS-VERSIONS.md section 2). Whoever has no
// record there sends none.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/agent_config.h"
#include "base/result.h"

namespace murder::move {

// How many records were asked to be sent. Nothing to send is no error.
Result<std::size_t> carry_seen(const AgentConfig& config, const std::string& mailbox, const std::string& to);

// The first words of the lines of `cyr_dbtool FILE show`: unique ids of mailboxes.
std::vector<std::string> keys_of(std::string_view shown);
// "fred^smith" is "fred.smith" to whoever is not the file system.
std::string seen_line(std::string_view user, std::string_view unique_id);

// The value of an option in an imapd.conf, the last one when there are several; included files are asked too.
Result<std::optional<std::string>> option_of(const std::string& imapd_conf, std::string_view option);
std::optional<std::string> option_in(std::string_view text, std::string_view option);
// Paths of "@include: PATH" lines.
std::vector<std::string> includes_in(std::string_view text);

}  // namespace murder::move
