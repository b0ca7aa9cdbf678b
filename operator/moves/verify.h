// Whether what is at the destination is all of what was at the source.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/api/mailbox_move.h"
#include "operator/moves/observed.h"

namespace murder::moves {

// What is to be remembered of the mailboxes before they are touched: those of `mailbox` that are held, by name.
std::vector<api::MailboxInventory> inventory_of(std::string_view mailbox, const Listing& listing);

// The first thing that is less than before, for people; nothing when all is there. What came later (deliveries, new
// mailboxes, expunged messages) is allowed for.
std::optional<std::string> missing(const std::vector<api::MailboxInventory>& before, const Listing& source,
                                   const Listing& destination);

// Whether all of `before` can be judged by `destination`: it is held and its contents are there.
bool was_read(const std::vector<api::MailboxInventory>& before, const Listing& destination);

}  // namespace murder::moves
