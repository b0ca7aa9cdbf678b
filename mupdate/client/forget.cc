#include "mupdate/client/forget.h"

#include <string>
#include <vector>

namespace murder::mupdate {

Result<std::size_t> forget(Client& client, std::string_view host, const std::function<bool()>& stopped) {
  const std::string prefix = std::string(host) + "!";
  std::vector<std::string> names;
  // A location may be a host alone; another host's name may begin with this one's.
  const auto is_there = [&](std::string_view location) { return location == host || location.starts_with(prefix); };
  const auto listed = client.list(host, [&](const EntryView& entry) {
    if (is_there(entry.location)) names.emplace_back(entry.name);
  });
  if (!listed) return listed.error();

  std::size_t removed = 0;
  for (const auto& name : names) {
    if (stopped()) {
      return Error{"stopped after " + std::to_string(removed) + " of " + std::to_string(names.size()) + " entries"};
    }
    const auto entry = client.find(name);
    if (!entry) return entry.error();
    if (!*entry || !is_there((*entry)->location)) continue;
    MURDER_TRY(client.remove(name));
    ++removed;
  }
  return removed;
}

}  // namespace murder::mupdate
