#include <array>
#include <cstdio>

#include "operator/kubernetes/events.h"
#include "operator/kubernetes/lease.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;

// client-go, tools/events/event_broadcaster.go.
constexpr auto quiet_ends_series = 6min;
constexpr auto refresh_series = 30min;
// events.k8s.io/v1: the limits of an Event's texts.
constexpr std::size_t longest_note = 1024;
constexpr std::size_t longest_word = 128;
constexpr std::size_t longest_name = 253;

// Cut between characters, not inside of one.
std::string cut(std::string text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

Json reference_json(const ObjectReference& reference) {
  Json json = {{"apiVersion", reference.api_version}, {"kind", reference.kind}, {"name", reference.key.name}};
  if (!reference.key.namespace_.empty()) json["namespace"] = reference.key.namespace_;
  if (!reference.uid.empty()) json["uid"] = reference.uid;
  if (!reference.resource_version.empty()) json["resourceVersion"] = reference.resource_version;
  return json;
}

ObjectKey event_key(const Event& event, EventSeries::Clock::time_point now) {
  std::array<char, 32> suffix{};
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const auto length =
      std::snprintf(suffix.data(), suffix.size(), ".%llx", static_cast<unsigned long long>(nanoseconds));
  const auto& regarding = event.regarding.key;
  return {regarding.namespace_.empty() ? "default" : regarding.namespace_,
          cut(regarding.name, longest_name - static_cast<std::size_t>(length)) + suffix.data()};
}

// The same thing again: all but the note and the time.
std::string identity_of(const Event& event) {
  auto regarding = reference_json(event.regarding);
  regarding.erase("resourceVersion");
  auto related = event.related ? reference_json(*event.related) : Json();
  if (related.is_object()) related.erase("resourceVersion");
  return Json::array({regarding, related, event.type == Event::Type::Warning, event.reason, event.action})
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

ObjectReference reference_to(const Json& object) {
  return {text_at(object, {"apiVersion"}), text_at(object, {"kind"}), key_of(object), uid_of(object),
          resource_version_of(object)};
}

EventSeries::EventSeries(std::string controller, std::string instance)
    : controller_(std::move(controller)), instance_(cut(std::move(instance), longest_word)) {}

EventSeries::Send EventSeries::record(const Event& event, Clock::time_point now) {
  const auto identity = identity_of(event);
  if (const auto found = series_.find(identity);
      found != series_.end() && now - found->second.last_seen < quiet_ends_series) {
    auto& series = found->second;
    ++series.count;
    series.last_seen = now;
    // The second makes it a series; after that, people need not know each time.
    if (series.count == 2) return update(series, now);
    return {};
  }
  const auto key = event_key(event, now);
  series_[identity] = {.event = key, .last_seen = now, .last_sent = now};
  Json json = {{"apiVersion", "events.k8s.io/v1"},
               {"kind", "Event"},
               {"metadata", {{"namespace", key.namespace_}, {"name", key.name}}},
               {"eventTime", micro_time(now)},
               {"reportingController", controller_},
               {"reportingInstance", instance_},
               {"type", event.type == Event::Type::Warning ? "Warning" : "Normal"},
               {"reason", cut(event.reason, longest_word)},
               {"action", cut(event.action, longest_word)},
               {"note", cut(event.note, longest_note)},
               {"regarding", reference_json(event.regarding)}};
  if (event.related) json["related"] = reference_json(*event.related);
  return Create{std::move(json)};
}

std::vector<EventSeries::Update> EventSeries::sweep(Clock::time_point now) {
  std::vector<Update> updates;
  for (auto at = series_.begin(); at != series_.end();) {
    auto& series = at->second;
    const bool over = now - series.last_seen >= quiet_ends_series;
    const bool untold = series.count != series.sent_count;
    if (untold && (over || now - series.last_sent >= refresh_series)) updates.push_back(update(series, now));
    at = over ? series_.erase(at) : std::next(at);
  }
  return updates;
}

std::vector<EventSeries::Update> EventSeries::finish() {
  std::vector<Update> updates;
  for (auto& [identity, series] : series_) {
    if (series.count != series.sent_count) updates.push_back(update(series, series.last_seen));
  }
  series_.clear();
  return updates;
}

void EventSeries::forget(const ObjectKey& event) {
  std::erase_if(series_, [&](const auto& entry) { return entry.second.event == event; });
}

EventSeries::Update EventSeries::update(Series& series, Clock::time_point now) {
  series.last_sent = now;
  series.sent_count = series.count;
  return {series.event, {{"series", {{"count", series.count}, {"lastObservedTime", micro_time(series.last_seen)}}}}};
}

}  // namespace murder::kubernetes
