#include "sidecar/http/pages.h"

#include <algorithm>

namespace murder::http {
namespace {

std::string line(const health::Check& check) {
  std::string text = "[";
  text += check.state == health::CheckState::Ok ? "+" : check.state == health::CheckState::Failed ? "-" : "?";
  text += "] " + check.name + " " + std::string(to_string(check.state));
  if (!check.message.empty()) text += ": " + check.message;
  return text + "\n";
}

Page page(const health::Snapshot& now, bool good, bool verbose) {
  Page page{good ? 200 : 503, {}};
  if (!now.checked_at) page.body = "[?] not checked yet\n";
  for (const auto& check : now.checks) {
    if (verbose || (!good && check.state != health::CheckState::Ok)) page.body += line(check);
  }
  page.body += good ? "ok\n" : "failed\n";
  return page;
}

}  // namespace

Page startup_page(const health::Snapshot& now) {
  if (now.laid_out) return {200, "ok\n"};
  return {503, "[?] layout not finished\nfailed\n"};
}

Page started_page(const health::Snapshot& now) {
  const bool answered = std::any_of(now.checks.begin(), now.checks.end(), [](const health::Check& check) {
    return check.name.starts_with("service ") && check.state == health::CheckState::Ok;
  });
  if (answered || !now.disabled_services.empty()) return {200, "ok\n"};
  return {503, "[?] no service has answered yet\nfailed\n"};
}

Page files_page(const health::Snapshot& now) {
  if (now.files_digest.empty()) return {503, "[?] no files taken up yet\nfailed\n"};
  return {200, now.files_digest + "\n"};
}

Page live_page(const health::Snapshot& now, bool verbose) { return page(now, now.alive, verbose); }
Page ready_page(const health::Snapshot& now, bool verbose) { return page(now, now.ready, verbose); }

}  // namespace murder::http
