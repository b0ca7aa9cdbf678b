#include "mupdate/client/entry_diff.h"

#include <algorithm>

#include "mupdate/protocol/mailbox_order.h"
#include "mupdate/protocol/response.h"

namespace murder::mupdate {
namespace {

using Pointers = std::vector<const Entry*>;

constexpr std::size_t most_names_shown = 5;

bool is_before(const Entry* a, const Entry* b) { return compare_mailboxes(a->name, b->name) < 0; }

Pointers in_order(std::span<const Entry> entries) {
  Pointers pointers;
  pointers.reserve(entries.size());
  for (const auto& entry : entries) pointers.push_back(&entry);
  if (!std::is_sorted(pointers.begin(), pointers.end(), is_before)) {
    std::stable_sort(pointers.begin(), pointers.end(), is_before);
  }
  // Of equal names, unique() keeps the first: go backwards to keep the last.
  const auto kept = std::unique(pointers.rbegin(), pointers.rend(),
                                [](const Entry* a, const Entry* b) { return a->name == b->name; });
  pointers.erase(pointers.begin(), kept.base());
  return pointers;
}

template <typename Items, typename NameOf>
void summarize(std::string& text, const Items& items, std::string_view what, NameOf name_of) {
  if (items.empty()) return;
  if (!text.empty()) text += ", ";
  text.append(std::to_string(items.size())).append(" ").append(what).append(" (");
  for (std::size_t i = 0; i < std::min(items.size(), most_names_shown); ++i) {
    text.append(i == 0 ? "" : ", ").append(printable(name_of(items[i])));
  }
  text += items.size() > most_names_shown ? ", ...)" : ")";
}

}  // namespace

EntryDiff compare_entries(std::span<const Entry> expected, std::span<const Entry> actual) {
  const auto wanted = in_order(expected);
  const auto found = in_order(actual);
  EntryDiff diff;
  auto want = wanted.begin();
  auto have = found.begin();
  while (want != wanted.end() || have != found.end()) {
    if (have == found.end() || (want != wanted.end() && is_before(*want, *have))) {
      diff.missing.push_back(*want++);
    } else if (want == wanted.end() || is_before(*have, *want)) {
      diff.extra.push_back(*have++);
    } else {
      if (**want != **have) diff.different.push_back({*want, *have});
      ++want;
      ++have;
    }
  }
  return diff;
}

std::string EntryDiff::summary() const {
  std::string text;
  const auto name = [](const Entry* entry) { return entry->name; };
  summarize(text, missing, "missing", name);
  summarize(text, extra, "extra", name);
  summarize(text, different, "different", [](const Pair& pair) { return pair.expected->name; });
  return text.empty() ? "in sync" : text;
}

}  // namespace murder::mupdate
