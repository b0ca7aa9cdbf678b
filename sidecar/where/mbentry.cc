#include "sidecar/where/mbentry.h"

#include "sidecar/where/dlist.h"

namespace murder::where {
namespace {

bool read_acl(DlistReader& reader, std::string& acl) {
  // Older records hold the text itself.
  if (!reader.at_list()) return reader.string(acl);
  if (!reader.skip("%(")) return false;
  std::string part;
  for (reader.skip_blanks(); !reader.skip(")"); reader.skip_blanks()) {
    if (!reader.string(part)) return false;
    acl += part + "\t";
  }
  return true;
}

}  // namespace

Result<Mbentry> parse_mbentry(std::string_view text) {
  const auto wrong = [&] { return Error{"not a mailbox record: " + std::string(text.substr(0, 120))}; };
  DlistReader reader(text);
  reader.skip_blanks();
  if (!reader.skip("%(")) return wrong();
  Mbentry entry;
  std::string key;
  for (reader.skip_blanks(); !reader.skip(")"); reader.skip_blanks()) {
    if (!reader.string(key)) return wrong();
    reader.skip_blanks();
    bool good = false;
    if (key == "T") {
      good = reader.string(entry.type);
    } else if (key == "I") {
      good = reader.string(entry.unique_id);
    } else if (key == "P") {
      good = reader.string(entry.partition);
    } else if (key == "S") {
      good = reader.string(entry.server);
    } else if (key == "A") {
      entry.acl.clear();
      good = read_acl(reader, entry.acl);
    } else {
      good = reader.skip_value();
    }
    if (!good) return wrong();
  }
  reader.skip_blanks();
  if (!reader.at_end()) return wrong();
  return entry;
}

std::string mailbox_key(std::string_view name) {
  std::string key = "N";
  if (const auto domain_end = name.find('!'); domain_end != std::string_view::npos) {
    key.append(name.substr(0, domain_end)).push_back('\x1d');
    name.remove_prefix(domain_end + 1);
  }
  for (const char c : name) key.push_back(c == '.' ? '\x1f' : c);
  return key;
}

}  // namespace murder::where
