// Requests to the API server, one function each.
//
// What is retried, and how often (client-go, rest/with_retry.go): any request that is answered with Retry-After on 429
// or 5xx, after that time, up to 10 times; a GET whose connection was lost, after 1 s, up to 10 times. Nothing else:
// who asked knows better. A request waits in the client's own token bucket first, a seat belt against loops of ours;
// the server's priority and fairness does the rest. No call takes longer than `Call::deadline`.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "operator/kubernetes/api_error.h"
#include "operator/kubernetes/fields.h"
#include "operator/kubernetes/http.h"
#include "operator/kubernetes/resource.h"
#include "operator/kubernetes/token_bucket.h"

namespace murder::kubernetes {

struct ObjectList {
  std::vector<Json> items;       // each with apiVersion and kind, which a list leaves out
  std::string resource_version;  // a watch goes on from here
};

// Which objects of a kind.
struct Selection {
  std::string namespace_ = {};      // all namespaces when empty
  std::string label_selector = {};  // "app.kubernetes.io/managed-by=murder-operator"
  std::string field_selector = {};  // "metadata.name=murder-operator"
  bool metadata_only = false;       // PartialObjectMetadata: no spec, no data, no status
};

// How one request is made. The defaults are for controllers.
struct Call {
  std::chrono::milliseconds deadline{60'000};         // for all attempts and pauses together
  std::chrono::milliseconds attempt_timeout{30'000};  // for one answer
  bool throttled = true;                              // false: passes the token bucket by (leases)
  bool retried = true;
  std::stop_token stop = {};
};

struct ApplyOptions {
  std::string field_manager;
  bool force = true;     // take over fields that others own: what a controller does with objects that are its own
  bool dry_run = false;  // validate and answer, store nothing
  std::string subresource = {};  // "status"
};

struct DeleteOptions {
  std::string uid;                    // only if it is this very object; never empty
  std::string resource_version = {};  // and only in this version
  std::string propagation = "Background";
};

// One request that was answered or failed, for metrics and tests.
struct RequestRecord {
  std::string method;
  std::string target;
  int code = 0;  // 0 when there was no answer
  std::chrono::nanoseconds took{0};
  bool is_watch = false;
};

struct ClientOptions {
  std::string user_agent;           // "murder-operator/0.1.0 (linux/amd64) mail/pod-1"
  double requests_per_second = 20;  // of the seat belt
  double burst = 40;
  std::function<void(const RequestRecord&)> on_request = {};     // by any thread
  std::function<void(const std::string& text)> on_warning = {};  // each new `Warning:` header; by any thread
  // Waits before a retry or for the seat belt; false when the token has stopped it. Tests have their own.
  std::function<bool(std::chrono::nanoseconds, const std::stop_token&)> pause = {};
};

// Safe to use from any thread.
class Client {
 public:
  Client(std::unique_ptr<Http> http, ClientOptions options);
  ~Client();

  ApiResult<Json> get(const Resource& resource, const ObjectKey& key, const Call& call = {});
  // All pages; begun anew, once, when the server has forgotten its continue token.
  ApiResult<ObjectList> list(const Resource& resource, const Selection& selection, const Call& call = {});

  ApiResult<Json> create(const Resource& resource, const Json& object, const Call& call = {});
  // PUT: the object's metadata.resourceVersion must be the one that is stored, or it fails with Conflict.
  ApiResult<Json> replace(const Resource& resource, const Json& object, const Call& call = {});
  // Server-side apply (creates what is absent). `object` needs apiVersion, kind, metadata.name; unknown and double
  // fields are refused by the server.
  ApiResult<Json> apply(const Resource& resource, const Json& object, const ApplyOptions& options,
                        const Call& call = {});
  // RFC 7386 and RFC 6902, the latter with a `test` of what it relies on.
  ApiResult<Json> merge_patch(const Resource& resource, const ObjectKey& key, const Json& patch,
                              std::string_view subresource = {}, const Call& call = {});
  ApiResult<Json> json_patch(const Resource& resource, const ObjectKey& key, const Json& operations,
                             std::string_view subresource = {}, const Call& call = {});
  // What the server says of it: the object with a deletionTimestamp, or a Status. NotFound is an error here.
  ApiResult<Json> remove(const Resource& resource, const ObjectKey& key, const DeleteOptions& options,
                         const Call& call = {});

  // A GET of any path ("/version", "/readyz"), as it is answered.
  ApiResult<std::string> get_raw(const std::string& path, const Call& call = {});

  // One page of a list, and a watch: what the reflector makes of them is in watcher.h. No retries.
  struct PageRequest {
    std::string resource_version = {};
    std::string continue_ = {};
    std::size_t limit = 500;
  };
  struct Page {
    std::vector<Json> items;
    std::string resource_version;
    std::string continue_;  // empty: this was the last
  };
  // Items are parsed as they come, and of them what is in `fields`: neither the answer nor what is left out is ever
  // held.
  ApiResult<Page> list_page(const Resource& resource, const Selection& selection, const PageRequest& request,
                            const Fields& fields = {}, const Call& call = {});

  struct WatchRequest {
    std::string resource_version;
    std::chrono::seconds timeout{300};  // the server ends the watch after this
    std::chrono::seconds grace{30};     // and is given up when nothing has come for that much longer
  };
  // Calls `on_bytes` until it says false, the server ends the watch (success), or something fails.
  ApiResult<std::monostate> watch(const Resource& resource, const Selection& selection, const WatchRequest& request,
                                  const std::function<bool(std::string_view bytes)>& on_bytes, std::stop_token stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace murder::kubernetes
