#include "operator/moves/verify.h"

namespace murder::moves {
namespace {

std::string numbers(const char* what, std::int64_t before, std::int64_t now) {
  return std::string(what) + " " + std::to_string(before) + " before and " + std::to_string(now) + " now";
}

std::optional<std::string> missing(const api::MailboxInventory& before, const Contents& now) {
  if (now.uid_validity != before.uid_validity) return numbers("UIDVALIDITY was", before.uid_validity, now.uid_validity);
  if (now.uid_next < before.uid_next) return numbers("UIDNEXT was", before.uid_next, now.uid_next);
  if (now.highest_mod_seq < before.highest_mod_seq) {
    return numbers("HIGHESTMODSEQ was", before.highest_mod_seq, now.highest_mod_seq);
  }
  if (!now.kept) return "nobody has looked for what it had before";
  if (now.kept->messages != before.messages) return numbers("messages were", before.messages, now.kept->messages);
  if (now.kept->digest != before.digest) return "the messages are not the same";
  if (now.kept->changed == 0 && now.kept->flags_digest != before.flags_digest) return "the flags are not the same";
  return {};
}

}  // namespace

std::vector<api::MailboxInventory> inventory_of(std::string_view mailbox, const Listing& listing) {
  std::vector<api::MailboxInventory> inventory;
  for (const auto& [name, held] : listing) {
    if (!belongs_to(mailbox, name) || !held.contents) continue;
    const auto& contents = *held.contents;
    inventory.push_back({.name = name,
                         .uid_validity = contents.uid_validity,
                         .uid_next = contents.uid_next,
                         .highest_mod_seq = contents.highest_mod_seq,
                         .messages = contents.messages,
                         .digest = contents.digest,
                         .flags_digest = contents.flags_digest});
  }
  return inventory;
}

bool was_read(const std::vector<api::MailboxInventory>& before, const Listing& destination) {
  for (const auto& mailbox : before) {
    const auto found = destination.find(mailbox.name);
    if (found != destination.end() && found->second.holding == Holding::Held &&
        (!found->second.contents || !found->second.contents->kept)) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> missing(const std::vector<api::MailboxInventory>& before, const Listing& source,
                                   const Listing& destination) {
  for (const auto& mailbox : before) {
    const auto found = destination.find(mailbox.name);
    if (found == destination.end() || found->second.holding != Holding::Held) {
      // Its user has deleted it meanwhile.
      if (has_deleted_copy(source, mailbox.name) || has_deleted_copy(destination, mailbox.name)) continue;
      return mailbox.name + " is not there";
    }
    if (!found->second.contents) return mailbox.name + ": nobody has looked into it";
    if (const auto less = missing(mailbox, *found->second.contents)) return mailbox.name + ": " + *less;
  }
  return {};
}

}  // namespace murder::moves
