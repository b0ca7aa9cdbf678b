#include "sidecar/http/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <sstream>
#include <vector>

#include "base/version.h"
#include "sidecar/logs/json_line.h"

namespace murder::http {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

class Families {
 public:
  void gauge(const std::string& name, const std::string& help, double value, Labels labels = {}) {
    add(name, help, prometheus::MetricType::Gauge, std::move(labels)).gauge.value = value;
  }
  void counter(const std::string& name, const std::string& help, double value, Labels labels = {}) {
    add(name, help, prometheus::MetricType::Counter, std::move(labels)).counter.value = value;
  }
  std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  prometheus::ClientMetric& add(const std::string& name, const std::string& help, prometheus::MetricType type,
                                Labels labels) {
    if (families_.empty() || families_.back().name != name) families_.push_back({name, help, type, {}});
    auto& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }

  std::vector<prometheus::MetricFamily> families_;
};

double seconds_of(const std::optional<health::Time>& time) {
  return time ? std::chrono::duration<double>(time->time_since_epoch()).count() : 0;
}

void checks(Families& families, const health::Snapshot& now) {
  families.gauge("murder_node_alive", "1 unless a restart of Cyrus would help.", now.alive);
  families.gauge("murder_node_ready", "1 when the node does its job.", now.ready);
  families.gauge("murder_checked_timestamp_seconds", "When the node was last checked.", seconds_of(now.checked_at));
  for (const auto& check : now.checks) {
    families.gauge("murder_check_ok", "1 for each check that passed in the last round.",
                   check.state == health::CheckState::Ok, {{"check", check.name}});
  }
  for (const auto& check : now.checks) {
    families.gauge("murder_check_duration_seconds", "How long each check took in the last round.", check.seconds,
                   {{"check", check.name}});
  }
  families.gauge("murder_services_disabled", "Services that cyrmaster gave up after too many failures.",
                 static_cast<double>(now.disabled_services.size()));
}

void storage(Families& families, const health::Snapshot& now) {
  families.gauge("murder_mailboxes", "Entries in the mailbox list of this node.", static_cast<double>(now.mailboxes));
  for (const auto& partition : now.partitions) {
    families.gauge("murder_partition_total_bytes", "Size of the file system of a partition.",
                   static_cast<double>(partition.total_bytes), {{"partition", partition.name}});
  }
  for (const auto& partition : now.partitions) {
    families.gauge("murder_partition_available_bytes", "What Cyrus can still write there.",
                   static_cast<double>(partition.available_bytes), {{"partition", partition.name}});
  }
}

void push(Families& families, const health::Snapshot& now) {
  if (!now.last_push) return;
  const auto& report = *now.last_push;
  using push::Outcome;
  for (const auto outcome : {Outcome::InSync, Outcome::Pushed, Outcome::WouldPush, Outcome::Held, Outcome::Failed}) {
    families.gauge("murder_push_last_outcome", "1 for the outcome of the last push.", report.outcome == outcome,
                   {{"outcome", std::string(to_string(outcome))}});
  }
  families.gauge("murder_push_last_timestamp_seconds", "When the last push ended.", seconds_of(report.finished_at));
  families.gauge("murder_push_last_duration_seconds", "How long the last push took.", report.elapsed.count());
  families.gauge("murder_push_held_conflicts", "Mailboxes that this backend and the master's list disagree about.",
                 static_cast<double>(report.conflicts.size()));
}

void list(Families& families, const health::Snapshot& now) {
  if (!now.list_sync) return;
  const auto& sync = *now.list_sync;
  families.gauge("murder_list_in_sync", "1 when the mailbox list was equal to the master's at the last comparison.",
                 sync.compared_at && sync.in_sync());
  families.gauge("murder_list_compared_timestamp_seconds", "When the lists were last compared.",
                 seconds_of(sync.compared_at));
  families.gauge("murder_list_in_sync_timestamp_seconds", "When the lists were last found equal.",
                 seconds_of(sync.in_sync_at));
  families.gauge("murder_list_master_entries", "Entries in the master's list.",
                 static_cast<double>(sync.master_entries));
  const auto difference = [&](const char* kind, std::uint64_t count) {
    families.gauge("murder_list_differences", "Entries that differ from the master's list, by kind.",
                   static_cast<double>(count), {{"kind", kind}});
  };
  difference("missing", sync.missing);
  difference("extra", sync.extra);
  difference("different", sync.different);
}

void log_lines(Families& families, const LogCounts& logs) {
  for (std::size_t i = 0; i < logs.lines.size(); ++i) {
    families.counter("murder_log_lines_total", "Lines that Cyrus logged, by level.", static_cast<double>(logs.lines[i]),
                     {{"level", std::string(logs::name_of(static_cast<logs::Severity>(i)))}});
  }
  families.counter("murder_log_lines_dropped_total", "Lines that Cyrus could neither send nor spill.",
                   static_cast<double>(logs.dropped));
}

}  // namespace

std::string metrics_text(const AgentConfig& config, const health::Snapshot& now, const LogCounts& logs) {
  Families families;
  families.gauge("murder_build_info", "Which agent this is, and beside which Cyrus.", 1,
                 {{"version", std::string(version)},
                  {"cyrus_version", now.cyrus_version},
                  {"cluster", config.cluster},
                  {"node", config.node},
                  {"role", std::string(to_string(config.role))}});
  checks(families, now);
  storage(families, now);
  push(families, now);
  list(families, now);
  log_lines(families, logs);
  return families.text();
}

}  // namespace murder::http
