#include "sidecar/push/local_list.h"

#include <nlohmann/json.hpp>

namespace murder::push {
void LocalListReader::feed(std::string_view bytes) {
  if (error_) return;
  const bool fits = lines_.feed(bytes, [&](std::string_view line) {
    take_line(line);
    return !error_;
  });
  if (!fits) error_ = Error{"a line is too long"};
}

void LocalListReader::take_line(std::string_view line) {
  if (line.empty() || line == "{" || line == "}") return;
  if (line.ends_with(',')) line.remove_suffix(1);
  const auto entry =
      nlohmann::json::parse(std::string("{").append(line).append("}"), nullptr, /*allow_exceptions=*/false);
  if (!entry.is_object() || entry.size() != 1 || !entry.begin()->is_object()) {
    error_ = Error{"not understood: " + std::string(line.substr(0, 120))};
    return;
  }
  const auto& mailbox = *entry.begin();
  if (mailbox.value("mbtype", "") == "ed") return;
  ++count_;
  if (wanted_.contains(entry.begin().key())) partitions_[entry.begin().key()] = mailbox.value("partition", "");
}

Status LocalListReader::finish() {
  if (!error_) take_line(lines_.take_rest());
  if (error_) return *error_;
  return ok();
}

}  // namespace murder::push
