// Which imapd.conf options there are, and whether an override of one would be taken.
//
// Pure look-ups in options.tsv, which is made from the manual pages of the supported releases (see `extract`).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "operator/config/cyrus/option_table.h"
#include "operator/config/cyrus/version.h"

namespace murder::cyrus {

// The option that Cyrus means by `key`, or null. Besides the options themselves it finds
//  - families: partition-NAME, metapartition-NAME, TIERsearchpartition-NAME, SHORTHOST_password, sasl_ANYTHING, …;
//  - SERVICE_OPTION for the names of cyrus.conf's services that are given: imap_allowplaintext;
//  - CHANNEL_sync_OPTION, a replication channel's own (sync_client(8)).
// Keys are in lower case; Cyrus would not tell other spellings from these.
const Option* find_option(Version version, std::string_view key, std::span<const std::string> service_names = {});

// Whether `key: value` may be put into imapd.conf. An error says what is wrong and what would be right: the nearest
// known name, the release that knows the option or takes the value, the allowed values.
Status check_override(Version version, std::string_view key, std::string_view value,
                      std::span<const std::string> service_names);

// What an operator should be told of an override that check_override() lets pass: "deprecated since …". Empty if
// nothing. Cyrus ignores a deprecated option when the one that replaced it is set as well.
std::string override_warning(Version version, std::string_view key, std::span<const std::string> service_names);

}  // namespace murder::cyrus
