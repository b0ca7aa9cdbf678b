// Makes objects what they should be, with as few requests as possible: none at all when they are.
//
// The decision is pure (decide_apply). It compares, in this order:
//   1. whose the object is: one that another uid controls, that was not made by us, or that is being deleted is
//   refused;
//   2. a hash of what is wanted, kept as an annotation of the object: another one means that we want something else;
//   3. each field that we want with the one that is there: a difference is drift. Fields that we do not speak of are
//      others' business. Quantities ("0.5", "500m"), absent and empty values, and what the server made of our very own
//      words before, are no difference: a normalised value never loops.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "operator/kubernetes/client.h"
#include "operator/kubernetes/store.h"

namespace murder::kubernetes {

// One field that is not as wanted: "spec.replicas: 3 instead of 2 (by kubectl-scale)".
struct Difference {
  std::string path;  // "spec.template.spec.containers[name=cyrus].image"
  Json wanted;
  Json found;                // null when absent
  std::string manager = {};  // who set it last, as far as managedFields tell

  std::string text() const;
};

// What is in `wanted` and not, or not so, in `live`. Lists whose elements have a key (name, mountPath, containerPort,
// …) are compared by it and may have more elements; other lists must be equal.
std::vector<Difference> differences(const Json& wanted, const Json& live);

// "0.5" and "500m", "1Gi" and "1024Mi": the same amount (apimachinery, api/resource/quantity.go).
bool same_quantity(std::string_view a, std::string_view b);

enum class ApplyReason {
  Absent,   // there is no such object
  Changed,  // something else is wanted than was applied last
  Drifted,  // somebody changed what we want
};
std::string_view name_of(ApplyReason reason);

struct Unchanged {};
struct Request {
  ApplyReason reason;
  std::vector<Difference> differences;
};
struct Refused {
  std::string reason;   // "ControlledByAnother", "NotOurs", "BeingDeleted"
  std::string message;  // "StatefulSet mail/be1 is controlled by Deployment x (uid …), not by Backend be1"
};
using ApplyDecision = std::variant<Unchanged, Request, Refused>;

// What the server made of values that it did not keep as written, by path; known from its answer to our own request.
using Normalised = std::map<std::string, Json>;

// `wanted` is complete as prepare() makes it; `live` is null when there is no such object.
ApplyDecision decide_apply(const Json& wanted, const Json* live, const std::string& hash_annotation,
                           const Normalised& normalised);

// The object with its controlling owner (when not null) and the annotation with its hash. Errors: metadata that only
// the server sets (uid, resourceVersion, managedFields, …), no apiVersion, kind or name.
Result<Json> prepare(Json object, const Json* owner, const std::string& hash_annotation);

// Who owns the field at `path` of an object, by its managedFields: the manager with the latest time.
std::string manager_of(const Json& object, const std::string& path);

struct ApplyEngineOptions {
  std::string field_manager;    // "murder-operator"
  std::string hash_annotation;  // "example.org/applied-hash"
};

struct ApplyOutcome {
  enum class Kind { Unchanged, Created, Updated };
  Kind kind = Kind::Unchanged;
  ApplyReason reason = ApplyReason::Absent;  // unless unchanged
  std::vector<Difference> differences = {};  // what the request was for, drift with who caused it; no value of a Secret
  Json object = {};                          // as stored now; null when unchanged

  // "updated StatefulSet mail/be1: drifted: spec.replicas: 3 instead of 2 (by kubectl-scale)"; for Events and logs.
  std::string text = {};
};

// Safe to use from any thread, one at a time for an object (a WorkQueue sees to that).
class ApplyEngine {
 public:
  ApplyEngine(Client& client, ApplyEngineOptions options);

  // `live` is what the cache holds, null when nothing. Drift is looked at once more on the server before anything is
  // sent: the cache may be behind, and the server knows who did it. Errors: Conflict with the reason of a Refused,
  // Invalid, and all else that the server answers.
  ApiResult<ApplyOutcome> apply(const Resource& resource, const Json& object, const Json* owner, const ObjectPtr& live,
                                const Call& call = {});
  // Status, by a field manager of its own ("…-status"); nothing is sent when `live` has it all already. `status` is
  // complete: what was applied before and is left out is removed.
  ApiResult<ApplyOutcome> apply_status(const Resource& resource, const Json& live, const Json& status,
                                       const Call& call = {});
  // Deletes that very object, in the background. NotFound is success.
  Result<void> remove(const Resource& resource, const Json& live, const Call& call = {});

 private:
  // What our last request for an object came to.
  struct Memory {
    std::string hash;     // of what was wanted
    std::string version;  // the resourceVersion of the answer
    Normalised normalised;
  };
  // What was wanted and what was there when it was last found to be so: of these nothing has to be compared again.
  struct Agreement {
    std::string hash;
    std::string uid;
    std::string version;

    bool operator==(const Agreement&) const = default;
  };
  Memory recall(const std::string& path);
  bool have_agreed(const std::string& path, const Agreement& agreement);
  void agree(const std::string& path, Agreement agreement);
  ApiResult<ApplyOutcome> send(const Resource& resource, const Json& wanted, Request request, bool existed,
                               const Call& call);

  Client& client_;
  const ApplyEngineOptions options_;
  std::mutex mutex_;
  std::map<std::string, Memory> memory_;  // by object path
  std::map<std::string, Agreement> agreements_;
};

}  // namespace murder::kubernetes
