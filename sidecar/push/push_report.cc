#include "sidecar/push/push_report.h"

#include <array>
#include <utility>

namespace murder::push {
namespace {

struct Wording {
  std::string_view prefix;
  ActionKind kind;
};

constexpr std::array<Wording, 4> wordings{{
    {"Force Activate: ", ActionKind::Activate},
    {"Remove from MUPDATE: ", ActionKind::RemoveFromMaster},
    {"Remove Local Mailbox: ", ActionKind::RemoveLocal},
    {"Remove remote flag on: ", ActionKind::Unflag},
}};

// Cyrus's own limit of a mailbox name is 1024 (MAX_MAILBOX_BUFFER).
constexpr std::size_t longest_line = 2048;

template <typename T>
void keep(std::vector<T>& list, T item) {
  if (list.size() < PushReport::max_actions) list.push_back(std::move(item));
}

std::string shown(std::string_view line) {
  std::string text = "\"";
  for (const char c : line.substr(0, 120)) text.push_back(static_cast<unsigned char>(c) < 0x20 ? '?' : c);
  return text + (line.size() > 120 ? "…\"" : "\"");
}

}  // namespace

void PushReportParser::feed(std::string_view bytes) {
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
  if (error_) return;
  partial_.append(bytes);
  if (partial_.size() > longest_line) error_ = Error{"a line is too long: " + shown(partial_)};
}

void PushReportParser::take_line(std::string_view line) {
  if (line.size() > longest_line) {
    error_ = Error{"a line is too long: " + shown(line)};
    return;
  }
  for (const auto& [prefix, kind] : wordings) {
    if (!line.starts_with(prefix) || line.size() == prefix.size()) continue;
    std::string mailbox(line.substr(prefix.size()));
    switch (kind) {
      case ActionKind::Activate:
        ++report_.activate;
        break;
      case ActionKind::RemoveFromMaster:
        ++report_.remove_from_master;
        break;
      case ActionKind::RemoveLocal:
        ++report_.removes_local;
        keep(report_.remove_local, mailbox);
        break;
      case ActionKind::Unflag:
        ++report_.unflags;
        keep(report_.unflag, mailbox);
        break;
    }
    keep(report_.actions, Action{kind, std::move(mailbox)});
    return;
  }
  error_ = Error{"not understood: " + shown(line)};
}

Result<PushReport> PushReportParser::finish() {
  if (!error_ && !partial_.empty()) error_ = Error{"ends within a line: " + shown(partial_)};
  if (error_) return *std::exchange(error_, {});
  return std::move(report_);
}

Result<PushReport> parse_push_report(std::string_view text) {
  PushReportParser parser;
  parser.feed(text);
  return parser.finish();
}

}  // namespace murder::push
