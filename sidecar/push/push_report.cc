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
  if (error_) return;
  const bool fits = lines_.feed(bytes, [&](std::string_view line) {
    take_line(line);
    return !error_;
  });
  if (!fits) error_ = Error{"a line is too long: it begins with " + shown(bytes)};
}

void PushReportParser::take_line(std::string_view line) {
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
  if (const auto rest = lines_.take_rest(); !error_ && !rest.empty()) {
    error_ = Error{"ends within a line: " + shown(rest)};
  }
  if (error_) return *std::exchange(error_, {});
  return std::move(report_);
}

Result<PushReport> parse_push_report(std::string_view text) {
  PushReportParser parser;
  parser.feed(text);
  return parser.finish();
}

}  // namespace murder::push
