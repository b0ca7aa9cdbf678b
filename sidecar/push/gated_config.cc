#include "sidecar/push/gated_config.h"

namespace murder::push {
namespace {

bool sets(std::string_view line, std::string_view option) {
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return false;
  line.remove_prefix(begin);
  if (!line.starts_with(option)) return false;
  const auto colon = line.find_first_not_of(" \t", option.size());
  return colon != std::string_view::npos && line[colon] == ':';
}

}  // namespace

std::string gated_config(std::string_view text, std::string_view endpoint) {
  std::string result;
  bool continued = false;  // the last line ended in a backslash, so this one belongs to it
  bool dropped = false;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    const auto line = text.substr(0, newline);
    if (!continued) dropped = sets(line, "mupdate_server") || sets(line, "delete_mode");
    if (!dropped) result.append(line).append("\n");
    continued = line.ends_with('\\');
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
  return result.append("mupdate_server: ").append(endpoint).append("\ndelete_mode: delayed\n");
}

}  // namespace murder::push
