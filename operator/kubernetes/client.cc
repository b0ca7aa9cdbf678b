#include "operator/kubernetes/client.h"

#include <mutex>
#include <set>

#include "operator/kubernetes/list_decoder.h"
#include "operator/kubernetes/parse.h"
#include "operator/kubernetes/pause.h"
#include "operator/kubernetes/query.h"
#include "operator/kubernetes/retry.h"

namespace murder::kubernetes {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view json_type = "application/json";
// For JSON too: there is no type for applying JSON (kubernetes.io, "Server-Side Apply").
constexpr std::string_view apply_type = "application/apply-patch+yaml";

// Takes the body of an answer as it comes, instead of its being held; begun anew with each attempt.
struct Sink {
  std::function<void()> begin;
  std::function<bool(std::string_view bytes)> take;
};

// A request without what is added to each.
struct Draft {
  std::string method;
  std::string target;
  std::string content_type = {};
  std::string body = {};
  std::string accept = std::string(json_type);
};

std::string partial_metadata(std::string_view kind) {
  return "application/json;as=" + std::string(kind) + ";g=meta.k8s.io;v=v1";
}

std::string number(std::size_t value) { return value == 0 ? std::string() : std::to_string(value); }

// `299 - "text" "date"` (RFC 7234 section 5.5).
std::string warning_text(const std::string& header) {
  const auto begin = header.find('"');
  if (begin == std::string::npos) return header;
  std::string text;
  for (auto at = begin + 1; at < header.size() && header[at] != '"'; ++at) {
    if (header[at] == '\\' && at + 1 < header.size()) ++at;
    text += header[at];
  }
  return text;
}

ApiError malformed(const std::string& what) { return {.failure = Failure::Malformed, .message = what}; }

// The text of an object, or why it cannot be sent.
Result<std::string> text_of(const Json& object) {
  try {
    return object.dump();
  } catch (const Json::exception& exception) {
    return Error{exception.what()};
  }
}

Query selected(const Resource& resource, const Selection& selection) {
  Query query(resource.collection_path(selection.namespace_));
  query.with("labelSelector", selection.label_selector).with("fieldSelector", selection.field_selector);
  return query;
}

void name_type(Json& object, const Resource& resource) {
  object["apiVersion"] = resource.api_version();
  object["kind"] = resource.kind;
}

// The items of a list, and what is around them.
class PageReader {
 public:
  PageReader(const Resource& resource, const Fields& fields) : resource_(resource), fields_(fields) {}

  void begin() {
    decoder_ = ListDecoder();
    page_ = {};
    what_.clear();
  }

  bool take(std::string_view bytes) {
    decoder_.feed(bytes);
    while (true) {
      const auto next = decoder_.next();
      if (const auto* const malformed = std::get_if<ListDecoder::Malformed>(&next)) what_ = malformed->what;
      const auto* const item = std::get_if<ListDecoder::Item>(&next);
      if (item == nullptr) return what_.empty();
      auto object = parser_.parse(item->json, fields_);
      if (!object) what_ = "an item is no JSON";
      if (!object) return false;
      name_type(*object, resource_);
      page_.items.push_back(*std::move(object));
    }
  }

  ApiResult<Client::Page> page() {
    const auto list = what_.empty() ? parser_.parse(decoder_.envelope(), {}) : std::nullopt;
    if (!list || !list->is_object()) {
      return malformed("list of " + resource_.plural + ": " + (what_.empty() ? "the answer is no JSON object" : what_));
    }
    page_.resource_version = resource_version_of(*list);
    page_.continue_ = text_at(*list, {"metadata", "continue"});
    if (page_.resource_version.empty()) return malformed("list of " + resource_.plural + ": it has no resourceVersion");
    return std::move(page_);
  }

 private:
  const Resource& resource_;
  const Fields& fields_;
  LeanParser parser_;
  ListDecoder decoder_;
  Client::Page page_;
  std::string what_;  // is wrong
};

}  // namespace

struct Client::State {
  State(std::unique_ptr<Http> transport, ClientOptions client_options)
      : http(std::move(transport)),
        options(std::move(client_options)),
        bucket(options.requests_per_second, options.burst) {
    if (!options.pause) options.pause = pause_for;
  }

  HttpRequest request_of(const Draft& draft) const {
    HttpRequest request{.method = draft.method, .target = draft.target, .body = draft.body};
    request.headers = {{"User-Agent", options.user_agent}, {"Accept", draft.accept}};
    if (!draft.content_type.empty()) request.headers.emplace_back("Content-Type", draft.content_type);
    return request;
  }

  void observe(const Draft& draft, const ApiResult<HttpResponse>& response, Clock::time_point begin, bool is_watch) {
    if (options.on_request) {
      options.on_request({draft.method, draft.target, response ? response->status : 0, Clock::now() - begin, is_watch});
    }
    if (response) surface_warnings(*response);
  }

  void surface_warnings(const HttpResponse& response) {
    if (!options.on_warning) return;
    constexpr std::size_t most_remembered = 256;
    for (const auto& [name, value] : response.headers) {
      if (name != "Warning" && name != "warning") continue;
      const auto text = warning_text(value);
      {
        const std::lock_guard lock(mutex);
        if (warnings.size() >= most_remembered) warnings.clear();
        if (!warnings.insert(text).second) continue;
      }
      options.on_warning(text);
    }
  }

  // What the seat belt asks for; false when stopped or when it would take longer than there is time.
  bool wait_for_turn(const Call& call, Clock::time_point deadline) {
    if (!call.throttled) return true;
    Clock::duration wait{};
    {
      const std::lock_guard lock(mutex);
      wait = bucket.reserve(Clock::now());
    }
    if (wait <= Clock::duration::zero()) return true;
    return Clock::now() + wait < deadline && options.pause(wait, call.stop);
  }

  // To a sink goes the body of a success; that of an error is in the response.
  ApiResult<HttpResponse> exchange(const HttpRequest& request, const Sink* sink,
                                   const std::function<void(const HttpResponse&)>& on_head = {}) {
    if (sink == nullptr) return http->send(request);
    constexpr std::size_t longest_error = 64 << 10;
    std::string error_body;
    bool succeeds = false;
    auto response = http->stream(request, {.on_head =
                                               [&](const HttpResponse& head) {
                                                 succeeds = head.status == 200;
                                                 if (succeeds) sink->begin();
                                                 if (on_head) on_head(head);
                                                 return true;
                                               },
                                           .on_bytes =
                                               [&](std::string_view bytes) {
                                                 if (succeeds) return sink->take(bytes);
                                                 error_body.append(bytes);
                                                 return error_body.size() < longest_error;
                                               }});
    if (response) response->body = std::move(error_body);
    return response;
  }

  ApiResult<std::string> perform(const Draft& draft, const Call& call, const Sink* sink = nullptr) {
    const auto deadline = Clock::now() + call.deadline;
    for (int attempt = 1;; ++attempt) {
      if (!wait_for_turn(call, deadline)) {
        return ApiError{.failure = call.stop.stop_requested() ? Failure::Stopped : Failure::TooManyRequests,
                        .message = "held back by the client's own rate limit"};
      }
      auto request = request_of(draft);
      request.timeout = std::min<std::chrono::milliseconds>(
          call.attempt_timeout, std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()));
      request.stop = call.stop;
      const auto begin = Clock::now();
      auto response = exchange(request, sink);
      observe(draft, response, begin, false);
      if (response && response->status >= 200 && response->status < 300) return std::move(response->body);
      auto error =
          response ? decode_error(response->status, response->header("Retry-After"), response->body) : response.error();
      if (error.failure == Failure::TooManyRequests) {
        // Which of the server's priority levels is full: its administrator will want to know.
        const auto schema = response ? response->header("X-Kubernetes-PF-FlowSchema-UID") : std::string();
        if (!schema.empty()) error.message += " (FlowSchema " + schema + ")";
      }
      const auto pause = call.retried ? retry_pause(error, draft.method, attempt) : std::nullopt;
      if (!pause || Clock::now() + *pause >= deadline) return error;
      if (!options.pause(*pause, call.stop)) return ApiError{.failure = Failure::Stopped, .message = "stopped"};
    }
  }

  ApiResult<Json> perform_json(const Draft& draft, const Call& call) {
    const auto body = perform(draft, call);
    if (!body) return body.error();
    Json object = Json::parse(*body, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return malformed(draft.method + " " + draft.target + ": the answer is no JSON object");
    return object;
  }

  ApiResult<Json> write(Draft draft, const Json& body, const Call& call) {
    auto text = text_of(body);
    if (!text) return ApiError{.failure = Failure::BadRequest, .message = text.error().message};
    draft.body = *std::move(text);
    return perform_json(draft, call);
  }

  const std::unique_ptr<Http> http;
  ClientOptions options;
  std::mutex mutex;
  TokenBucket bucket;
  std::set<std::string> warnings;
};

Client::Client(std::unique_ptr<Http> http, ClientOptions options)
    : state_(std::make_unique<State>(std::move(http), std::move(options))) {}
Client::~Client() = default;

ApiResult<Json> Client::get(const Resource& resource, const ObjectKey& key, const Call& call) {
  return state_->perform_json({.method = "GET", .target = resource.object_path(key)}, call);
}

ApiResult<std::string> Client::get_raw(const std::string& path, const Call& call) {
  return state_->perform({.method = "GET", .target = path, .accept = "*/*"}, call);
}

ApiResult<ObjectList> Client::list(const Resource& resource, const Selection& selection, const Call& call) {
  for (bool restarted = false;; restarted = true) {
    ObjectList all;
    PageRequest request;
    while (true) {
      auto page = list_page(resource, selection, request, {}, call);
      if (!page) {
        // The continue token lives as long as the server's history does, about five minutes.
        if (page.failed_with(Failure::Expired) && !request.continue_.empty() && !restarted) break;
        return page.error();
      }
      std::ranges::move(page->items, std::back_inserter(all.items));
      all.resource_version = page->resource_version;
      if (page->continue_.empty()) return all;
      request.continue_ = page->continue_;
    }
  }
}

ApiResult<Client::Page> Client::list_page(const Resource& resource, const Selection& selection,
                                          const PageRequest& request, const Fields& fields, const Call& call) {
  auto query = selected(resource, selection);
  query.with("limit", number(request.limit)).with("continue", request.continue_);
  // A continued list has the version of its first page.
  if (request.continue_.empty()) query.with("resourceVersion", request.resource_version);
  Draft draft{.method = "GET", .target = std::move(query).take()};
  if (selection.metadata_only) draft.accept = partial_metadata("PartialObjectMetadataList");
  PageReader reader(resource, fields);
  const Sink sink{.begin = [&] { reader.begin(); }, .take = [&](std::string_view bytes) { return reader.take(bytes); }};
  const auto answered = state_->perform(draft, call, &sink);
  if (!answered) return answered.error();
  return reader.page();
}

ApiResult<Json> Client::create(const Resource& resource, const Json& object, const Call& call) {
  auto query = Query(resource.collection_path(key_of(object).namespace_));
  query.with("fieldValidation", "Strict");
  return state_->write({.method = "POST", .target = std::move(query).take(), .content_type = std::string(json_type)},
                       object, call);
}

ApiResult<Json> Client::replace(const Resource& resource, const Json& object, const Call& call) {
  auto query = Query(resource.object_path(key_of(object)));
  query.with("fieldValidation", "Strict");
  return state_->write({.method = "PUT", .target = std::move(query).take(), .content_type = std::string(json_type)},
                       object, call);
}

ApiResult<Json> Client::apply(const Resource& resource, const Json& object, const ApplyOptions& options,
                              const Call& call) {
  auto query = Query(resource.object_path(key_of(object), options.subresource));
  query.with("fieldManager", options.field_manager).with("fieldValidation", "Strict");
  if (options.force) query.with("force", "true");
  if (options.dry_run) query.with("dryRun", "All");
  return state_->write({.method = "PATCH", .target = std::move(query).take(), .content_type = std::string(apply_type)},
                       object, call);
}

ApiResult<Json> Client::merge_patch(const Resource& resource, const ObjectKey& key, const Json& patch,
                                    std::string_view subresource, const Call& call) {
  auto query = Query(resource.object_path(key, subresource));
  query.with("fieldValidation", "Strict");
  return state_->write(
      {.method = "PATCH", .target = std::move(query).take(), .content_type = "application/merge-patch+json"}, patch,
      call);
}

ApiResult<Json> Client::json_patch(const Resource& resource, const ObjectKey& key, const Json& operations,
                                   std::string_view subresource, const Call& call) {
  auto query = Query(resource.object_path(key, subresource));
  query.with("fieldValidation", "Strict");
  return state_->write(
      {.method = "PATCH", .target = std::move(query).take(), .content_type = "application/json-patch+json"}, operations,
      call);
}

ApiResult<Json> Client::remove(const Resource& resource, const ObjectKey& key, const DeleteOptions& options,
                               const Call& call) {
  if (options.uid.empty()) {
    return ApiError{.failure = Failure::BadRequest, .message = "delete " + key.text() + ": of which uid?"};
  }
  Json body = {{"apiVersion", "v1"},
               {"kind", "DeleteOptions"},
               {"propagationPolicy", options.propagation},
               {"preconditions", {{"uid", options.uid}}}};
  if (!options.resource_version.empty()) body["preconditions"]["resourceVersion"] = options.resource_version;
  return state_->write(
      {.method = "DELETE", .target = resource.object_path(key), .content_type = std::string(json_type)}, body, call);
}

ApiResult<std::monostate> Client::watch(const Resource& resource, const Selection& selection,
                                        const WatchRequest& request,
                                        const std::function<bool(std::string_view bytes)>& on_bytes,
                                        std::stop_token stop) {
  auto query = selected(resource, selection);
  query.with("watch", "1").with("allowWatchBookmarks", "true").with("resourceVersion", request.resource_version);
  query.with("timeoutSeconds", number(static_cast<std::size_t>(request.timeout.count())));
  Draft draft{.method = "GET", .target = std::move(query).take()};
  if (selection.metadata_only) draft.accept = partial_metadata("PartialObjectMetadata");

  auto wire = state_->request_of(draft);
  wire.timeout = request.timeout + request.grace;
  wire.stop = std::move(stop);
  bool answered = false;
  const auto begin = Clock::now();
  const Sink sink{.begin = [] {}, .take = on_bytes};
  const auto response = state_->exchange(wire, &sink, [&](const HttpResponse& head) {
    answered = true;
    state_->observe(draft, head, begin, true);
  });
  if (!response) {
    if (!answered) state_->observe(draft, response, begin, true);
    return response.error();
  }
  if (response->status != 200) {
    return decode_error(response->status, response->header("Retry-After"), response->body);
  }
  return std::monostate{};
}

}  // namespace murder::kubernetes
