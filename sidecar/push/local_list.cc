#include "sidecar/push/local_list.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace murder::push {
namespace {

constexpr std::size_t longest_line = 1 << 20;  // an ACL of 60 000 octets was seen to be accepted

}  // namespace

void LocalListReader::feed(std::string_view bytes) {
  while (!error_) {
    const auto newline = bytes.find('\n');
    if (newline == std::string_view::npos) break;
    if (partial_.empty()) {
      take_line(bytes.substr(0, newline));
    } else {
      partial_.append(bytes.substr(0, newline));
      take_line(std::exchange(partial_, {}));
    }
    bytes.remove_prefix(newline + 1);
  }
  partial_.append(bytes);
  if (partial_.size() > longest_line) {
    error_ = Error{"a line is too long"};
    partial_.clear();
  }
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
  if (!error_ && !partial_.empty()) take_line(std::exchange(partial_, {}));
  if (error_) return *error_;
  return ok();
}

}  // namespace murder::push
