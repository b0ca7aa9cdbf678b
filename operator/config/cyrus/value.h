// Whether Cyrus would take a value, by the rules of its own configuration reader (lib/libconfig.c).
#pragma once

#include <string_view>

#include "base/result.h"
#include "operator/config/cyrus/option_table.h"

namespace murder::cyrus {

// Whether `value` stays one value when it is written behind `key: `. Refused: nothing at all and blanks at either end
// (Cyrus ends, or drops them), line breaks and other control characters, and a backslash at the end, which would make
// the next line part of this one.
Status check_text(std::string_view value);

// Whether the type of `option` takes `value`. Cyrus reads more than its manual says (for a switch the first letter
// counts: "nonsense" is no); here only what imapd.conf(5) describes is taken. One that Cyrus refuses ends every
// process at its start, so that the service is disabled soon after (CYRUS.md finding 2).
Status check_type(const Option& option, std::string_view value);

}  // namespace murder::cyrus
