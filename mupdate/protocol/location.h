// Where a mailbox is: "server!partition".
//
// The master keeps locations as opaque strings, and so does everything here: split only to route, to filter, to show.
// Cyrus 3.6.1 registers an empty partition with every RENAME and delayed DELETE ("be1!", CYRUS.md finding 12), and a
// master in `mupdate_config: replicated` may hold a partition alone, without "!".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace murder::mupdate {

// Views into what was split.
struct Location {
  std::string_view server;                    // servername of the backend, perhaps with a port: "be1:143"
  std::optional<std::string_view> partition;  // nothing when there is no "!"; empty for "be1!"

  // At the first "!". What follows is the partition, another "!" included (Cyrus's client refuses such a location).
  static constexpr Location split(std::string_view text) {
    const auto mark = text.find('!');
    if (mark == std::string_view::npos) return {text, std::nullopt};
    return {text.substr(0, mark), text.substr(mark + 1)};
  }

  std::string to_string() const {
    std::string text(server);
    if (partition) text.append("!").append(*partition);
    return text;
  }

  bool operator==(const Location&) const = default;
};

}  // namespace murder::mupdate
