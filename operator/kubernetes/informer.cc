#include "operator/kubernetes/informer.h"

#include <random>

#include "operator/kubernetes/parse.h"
#include "operator/kubernetes/pause.h"
#include "operator/kubernetes/watch_decoder.h"

namespace murder::kubernetes {

namespace {

InformerOptions without_bookkeeping(InformerOptions options) {
  options.fields.without({"metadata", "managedFields"})
      .without({"metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"});
  return options;
}

}  // namespace

Informer::Informer(Client& client, Resource resource, InformerOptions options, Handler handler)
    : client_(client),
      resource_(std::move(resource)),
      options_(without_bookkeeping(std::move(options))),
      store_(options_.indexes) {
  if (handler) handlers_.push_back(std::move(handler));
}

Informer::~Informer() { stop(); }

void Informer::add_handler(Handler handler) { handlers_.push_back(std::move(handler)); }

void Informer::start() {
  heard();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Informer::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool Informer::wait_until_synced(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return synced_changed_.wait_for(lock, timeout, [this] { return synced_.load(); });
}

Informer::Clock::time_point Informer::last_activity() const {
  return Clock::time_point(Clock::duration(last_activity_.load()));
}

bool Informer::is_fresh(Clock::time_point now) const {
  // A watch lasts twice the shortest at most; one may be missed, as while the server restarts.
  return now - last_activity() < 2 * (2 * options_.times.shortest + options_.times.grace);
}

void Informer::run(const std::stop_token& stop) {
  std::minstd_rand random(std::random_device{}());
  Watcher watcher([&] { return std::uniform_real_distribution<double>(0, 1)(random); }, options_.times);
  while (!stop.stop_requested()) {
    const auto step = watcher.next(Watcher::Clock::now());
    if (const auto* const page = std::get_if<Watcher::ListPage>(&step)) {
      list_page(watcher, page->request, stop);
    } else if (const auto* const watch_step = std::get_if<Watcher::OpenWatch>(&step)) {
      watch(watcher, watch_step->request, stop);
    } else {
      pause_for(std::get<Watcher::WaitUntil>(step).when - Watcher::Clock::now(), stop);
    }
  }
}

void Informer::list_page(Watcher& watcher, Client::PageRequest request, const std::stop_token& stop) {
  request.limit = options_.page_size;
  const Call call{.throttled = false, .retried = false, .stop = stop};
  auto page = client_.list_page(resource_, options_.selection, request, options_.fields, call);
  const auto now = Watcher::Clock::now();
  if (!page) {
    if (!stop.stop_requested()) problem("list: " + page.error().text());
    watcher.listing_failed(page.error(), now);
    return;
  }
  heard();
  auto change = watcher.listed(*std::move(page), now);
  if (!change) return;
  tell(store_.replace(std::move(std::get<Replaced>(*change).objects)));
  {
    const std::lock_guard lock(mutex_);
    synced_ = true;
  }
  synced_changed_.notify_all();
}

void Informer::watch(Watcher& watcher, const Client::WatchRequest& request, const std::stop_token& stop) {
  WatchDecoder decoder;
  LeanParser parser;
  const Fields fields = options_.fields.within("object");
  bool finished = false;
  const auto take_events = [&](std::string_view bytes) {
    decoder.feed(bytes);
    while (true) {
      const auto next = decoder.next();
      if (std::holds_alternative<WatchDecoder::NeedMore>(next)) return true;
      const auto* const frame = std::get_if<WatchDecoder::Frame>(&next);
      auto event = frame != nullptr ? parser.parse(frame->json, fields) : std::nullopt;
      // What is no event at all ends the watch as well: the state machine says so of a null.
      auto received = watcher.received(event ? *std::move(event) : Json(), Watcher::Clock::now());
      if (!received.problem.empty()) problem("watch: " + received.problem);
      finished = received.ended;
      if (finished) return false;
      heard();
      if (received.change) take(*std::move(received.change));
    }
  };
  const auto result = client_.watch(resource_, options_.selection, request, take_events, stop);
  if (finished || stop.stop_requested()) return;
  if (!result) {
    problem("watch: " + result.error().text());
    watcher.ended(result.error(), Watcher::Clock::now());
    return;
  }
  heard();
  watcher.ended({}, Watcher::Clock::now());
}

void Informer::take(WatchChange change) {
  if (auto* const applied = std::get_if<Applied>(&change)) {
    // Of metadata-only watches the kind is PartialObjectMetadata: it is the same object all the same.
    applied->object["apiVersion"] = resource_.api_version();
    applied->object["kind"] = resource_.kind;
    tell(store_.apply(std::move(applied->object)));
  } else if (const auto* const deleted = std::get_if<Deleted>(&change)) {
    tell(store_.erase(key_of(deleted->object)));
  }
}

void Informer::tell(const std::vector<Change>& changes) const {
  for (const auto& change : changes) {
    for (const auto& handler : handlers_) handler(change);
  }
}

void Informer::heard() { last_activity_ = Clock::now().time_since_epoch().count(); }

void Informer::problem(const std::string& text) const {
  if (options_.on_problem) options_.on_problem(resource_.plural + ": " + text);
}

}  // namespace murder::kubernetes
