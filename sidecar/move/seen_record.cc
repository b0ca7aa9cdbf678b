#include "sidecar/move/seen_record.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "sidecar/health/imap.h"
#include "sidecar/where/dlist.h"

namespace murder::move {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

template <typename Number>
bool read_number(std::string_view text, Number& into) {
  const auto [after, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && after == text.data() + text.size();
}

Status add_ranges(std::string_view uids, std::vector<Range>& ranges) {
  while (!uids.empty()) {
    const auto end = std::min(uids.find(','), uids.size());
    const auto part = uids.substr(0, end);
    uids.remove_prefix(std::min(end + 1, uids.size()));
    const auto colon = std::min(part.find(':'), part.size());
    Range range{};
    bool good = read_number(part.substr(0, colon), range.first);
    range.last = range.first;
    if (colon < part.size()) good = good && read_number(part.substr(colon + 1), range.last);
    if (!good || range.first == 0 || range.last == 0) {
      return Error{"not a set of UIDs: " + std::string(part.substr(0, 80))};
    }
    if (range.last < range.first) std::swap(range.first, range.last);
    ranges.push_back(range);
  }
  return ok();
}

}  // namespace

Result<SeenRecord> parse_seen(std::string_view line) {
  const auto wrong = [&] { return Error{"not a record of what was read: " + std::string(line.substr(0, 120))}; };
  where::DlistReader reader(line);
  if (!reader.skip("* SEEN %(")) return wrong();
  SeenRecord record;
  std::string key;
  std::string value;
  for (reader.skip_blanks(); !reader.skip(")"); reader.skip_blanks()) {
    if (!reader.string(key)) return wrong();
    reader.skip_blanks();
    if (!reader.string(value)) return wrong();
    bool good = true;
    if (key == "UNIQUEID") {
      record.unique_id = value;
    } else if (key == "LASTREAD") {
      good = read_number(value, record.last_read);
    } else if (key == "LASTUID") {
      good = read_number(value, record.last_uid);
    } else if (key == "LASTCHANGE") {
      good = read_number(value, record.last_change);
    } else if (key == "SEENUIDS") {
      record.uids = value;
    }
    if (!good) return wrong();
  }
  if (record.unique_id.empty()) return wrong();
  return record;
}

std::string format_seen(std::string_view user, const SeenRecord& record) {
  // A set can be longer than Cyrus takes in quotes.
  return "SEEN %(USERID " + health::imap_string(user) + " UNIQUEID " + health::imap_string(record.unique_id) +
         " LASTREAD " + std::to_string(record.last_read) + " LASTUID " + std::to_string(record.last_uid) +
         " LASTCHANGE " + std::to_string(record.last_change) + " SEENUIDS {" + std::to_string(record.uids.size()) +
         "+}\r\n" + record.uids + ")";
}

Result<SeenRecord> united(const SeenRecord& one, const SeenRecord& other) {
  auto uids = united_uids(one.uids, other.uids);
  if (!uids) return std::move(uids).error().in(one.unique_id);
  return SeenRecord{one.unique_id, std::max(one.last_read, other.last_read), std::max(one.last_uid, other.last_uid),
                    std::max(one.last_change, other.last_change), *std::move(uids)};
}

Result<std::string> united_uids(std::string_view one, std::string_view other) {
  std::vector<Range> ranges;
  MURDER_TRY(add_ranges(one, ranges));
  MURDER_TRY(add_ranges(other, ranges));
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  std::vector<Range> joined;
  for (const auto& range : ranges) {
    if (!joined.empty() && range.first <= std::uint64_t{joined.back().last} + 1) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  std::string text;
  for (const auto& [first, last] : joined) {
    text += (text.empty() ? "" : ",") + std::to_string(first);
    if (last > first) text += ":" + std::to_string(last);
  }
  return text;
}

}  // namespace murder::move
