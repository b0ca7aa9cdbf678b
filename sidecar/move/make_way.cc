#include "sidecar/move/make_way.h"

#include "sidecar/move/mailboxes_db.h"
#include "sidecar/where/mbentry.h"

namespace murder::move {

bool is_place_holder(std::string_view record) {
  const auto entry = where::parse_mbentry(record);
  return entry && entry->is('i') && entry->unique_id.empty();
}

Status make_way(const AgentConfig& config, const std::string& mailbox) {
  const auto key = where::mailbox_key(mailbox);
  const auto record = ask_database(config, mailboxes_db(config), {"get", key});
  if (!record) return record.error();
  if (!is_place_holder(*record)) return ok();
  const auto removed = ask_database(config, mailboxes_db(config), {"delete", key});
  if (!removed) return removed.error();
  return ok();
}

}  // namespace murder::move
