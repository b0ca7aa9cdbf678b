#include "operator/kubernetes/apply.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace murder::kubernetes {
namespace {

// Of the canonical text: members are sorted, so the same object has the same bytes.
std::string hash_of(const Json& object) {
  const auto text = object.dump();
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::size_t octets = 16;
  std::string hash;
  for (std::size_t i = 0; i < octets; ++i) {
    hash += hex[digest.at(i) >> 4];
    hash += hex[digest.at(i) & 15];
  }
  return hash;
}

std::string described(const Json& object) { return text_at(object, {"kind"}) + " " + key_of(object).text(); }

std::string described(const OwnerReference& owner) {
  return owner.kind + " " + owner.name + " (uid " + owner.uid + ")";
}

std::optional<Refused> refusal(const Json& wanted, const Json& live, const std::string& hash_annotation) {
  if (const auto owner = controller_of(wanted)) {
    const auto other = controller_of(live);
    if (other && other->uid != owner->uid) {
      return Refused{"ControlledByAnother",
                     described(live) + " is controlled by " + described(*other) + ", not by " + described(*owner)};
    }
    if (!other && !annotation_of(live, hash_annotation)) {
      return Refused{"NotOurs", described(live) + " exists and was not made for " + described(*owner) +
                                    "; rename or delete it to have it made"};
    }
  }
  if (is_being_deleted(live)) {
    return Refused{"BeingDeleted", described(live) + " is being deleted; it is made anew once it is gone"};
  }
  return {};
}

std::string listed(const std::vector<Difference>& differences) {
  constexpr std::size_t most = 3;
  std::string text;
  for (std::size_t i = 0; i < differences.size() && i < most; ++i) {
    text += (i == 0 ? "" : "; ") + differences[i].text();
  }
  if (differences.size() > most) text += "; and " + std::to_string(differences.size() - most) + " more";
  return text;
}

std::string story(const Json& object, const Request& request, bool existed) {
  auto text = (existed ? "updated " : "created ") + described(object);
  if (!existed) return text;
  text += ": " + std::string(name_of(request.reason));
  if (!request.differences.empty()) text += ": " + listed(request.differences);
  return text;
}

// What a Secret holds is named, and never told: differences end in logs, Events and statuses.
void keep_secrets(const Json& object, std::vector<Difference>& differences) {
  if (text_at(object, {"kind"}) != "Secret") return;
  for (auto& difference : differences) {
    if (!difference.path.starts_with("data") && !difference.path.starts_with("stringData")) continue;
    difference.wanted = "(secret)";
    difference.found = "(secret)";
  }
}

ApiError refused(const Refused& why) {
  return {.failure = Failure::Conflict, .code = 409, .reason = why.reason, .message = why.message};
}

}  // namespace

std::string_view name_of(ApplyReason reason) {
  switch (reason) {
    case ApplyReason::Absent:
      return "absent";
    case ApplyReason::Changed:
      return "changed";
    case ApplyReason::Drifted:
      return "drifted";
  }
  return "";
}

Result<Json> prepare(Json object, const Json* owner, const std::string& hash_annotation) {
  if (text_at(object, {"apiVersion"}).empty() || text_at(object, {"kind"}).empty() || key_of(object).name.empty()) {
    return Error{"an object needs apiVersion, kind and metadata.name"};
  }
  for (const auto* const member :
       {"uid", "resourceVersion", "generation", "managedFields", "creationTimestamp", "deletionTimestamp"}) {
    if (find(object, {"metadata", member}) != nullptr) {
      return Error{described(object) + ": metadata." + member + " is the server's to set"};
    }
  }
  if (object.contains("status")) return Error{described(object) + ": status has a request of its own (apply_status)"};
  if (owner != nullptr) object["metadata"]["ownerReferences"] = Json::array({controller_reference(*owner)});
  try {
    const auto hash = hash_of(object);
    object["metadata"]["annotations"][hash_annotation] = hash;
  } catch (const Json::exception& exception) {
    return Error{exception.what()}.in(described(object));
  }
  return object;
}

ApplyDecision decide_apply(const Json& wanted, const Json* live, const std::string& hash_annotation,
                           const Normalised& normalised) {
  if (live == nullptr) return Request{ApplyReason::Absent, {}};
  if (auto why_not = refusal(wanted, *live, hash_annotation)) return *std::move(why_not);
  auto found = differences(wanted, *live);
  if (annotation_of(wanted, hash_annotation) != annotation_of(*live, hash_annotation)) {
    std::erase_if(found, [&](const Difference& difference) {
      return difference.path == "metadata.annotations[\"" + hash_annotation + "\"]";
    });
    keep_secrets(wanted, found);
    return Request{ApplyReason::Changed, std::move(found)};
  }
  std::erase_if(found, [&](const Difference& difference) {
    const auto known = normalised.find(difference.path);
    return known != normalised.end() && known->second == difference.found;
  });
  if (found.empty()) return Unchanged{};
  keep_secrets(wanted, found);
  return Request{ApplyReason::Drifted, std::move(found)};
}

ApplyEngine::ApplyEngine(Client& client, ApplyEngineOptions options) : client_(client), options_(std::move(options)) {}

ApplyEngine::Memory ApplyEngine::recall(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = memory_.find(path);
  return found == memory_.end() ? Memory{} : found->second;
}

bool ApplyEngine::have_agreed(const std::string& path, const Agreement& agreement) {
  const std::lock_guard lock(mutex_);
  const auto found = agreements_.find(path);
  return found != agreements_.end() && found->second == agreement;
}

void ApplyEngine::agree(const std::string& path, Agreement agreement) {
  const std::lock_guard lock(mutex_);
  agreements_[path] = std::move(agreement);
}

ApiResult<ApplyOutcome> ApplyEngine::apply(const Resource& resource, const Json& object, const Json* owner,
                                           const ObjectPtr& live, const Call& call) {
  const auto wanted = prepare(object, owner, options_.hash_annotation);
  if (!wanted) return ApiError{.failure = Failure::Invalid, .message = wanted.error().message};
  const auto hash = annotation_of(*wanted, options_.hash_annotation).value_or("");
  const auto path = resource.object_path(key_of(*wanted));
  Agreement agreement{.hash = hash};
  if (live) {
    agreement.uid = uid_of(*live);
    agreement.version = resource_version_of(*live);
    if (have_agreed(path, agreement)) return ApplyOutcome{};
  }
  auto memory = recall(path);
  if (memory.hash != hash) memory.normalised.clear();

  auto decision = decide_apply(*wanted, live.get(), options_.hash_annotation, memory.normalised);
  if (const auto* const why_not = std::get_if<Refused>(&decision)) return refused(*why_not);
  if (std::holds_alternative<Unchanged>(decision)) {
    agree(path, std::move(agreement));
    return ApplyOutcome{};
  }
  // The cache has not seen our own last request yet.
  if (live && memory.hash == hash && is_earlier_version(resource_version_of(*live), memory.version) == true) {
    return ApplyOutcome{};
  }

  auto& request = std::get<Request>(decision);
  if (request.reason == ApplyReason::Drifted) {
    const auto now = client_.get(resource, key_of(*wanted), call);
    if (!now && !now.failed_with(Failure::NotFound)) return now.error();
    decision = decide_apply(*wanted, now ? &*now : nullptr, options_.hash_annotation, memory.normalised);
    if (const auto* const why_not = std::get_if<Refused>(&decision)) return refused(*why_not);
    if (std::holds_alternative<Unchanged>(decision)) return ApplyOutcome{};
    request = std::get<Request>(decision);
    for (auto& difference : request.differences) difference.manager = now ? manager_of(*now, difference.path) : "";
    return send(resource, *wanted, std::move(request), static_cast<bool>(now), call);
  }
  return send(resource, *wanted, std::move(request), live != nullptr, call);
}

ApiResult<ApplyOutcome> ApplyEngine::send(const Resource& resource, const Json& wanted, Request request, bool existed,
                                          const Call& call) {
  auto stored = client_.apply(resource, wanted, {.field_manager = options_.field_manager}, call);
  if (!stored) return stored.error();
  Memory memory{.hash = annotation_of(wanted, options_.hash_annotation).value_or(""),
                .version = resource_version_of(*stored)};
  for (auto& difference : differences(wanted, *stored)) {
    memory.normalised.emplace(std::move(difference.path), std::move(difference.found));
  }
  {
    const std::lock_guard lock(mutex_);
    memory_[resource.object_path(key_of(wanted))] = std::move(memory);
  }
  ApplyOutcome outcome{.kind = existed ? ApplyOutcome::Kind::Updated : ApplyOutcome::Kind::Created,
                       .reason = request.reason};
  outcome.text = story(wanted, request, existed);
  outcome.differences = std::move(request.differences);
  outcome.object = *std::move(stored);
  return outcome;
}

ApiResult<ApplyOutcome> ApplyEngine::apply_status(const Resource& resource, const Json& live, const Json& status,
                                                  const Call& call) {
  const auto current = live.find("status");
  const Json& before = current != live.end() ? *current : Json::object();
  auto found = differences(status, before);
  // The other way round, too: a status is all ours, so what is there and not wanted has to go.
  if (found.empty() && differences(before, status).empty()) return ApplyOutcome{};
  const auto key = key_of(live);
  Json body = {{"apiVersion", resource.api_version()},
               {"kind", resource.kind},
               {"metadata", {{"name", key.name}, {"uid", uid_of(live)}}},
               {"status", status}};
  if (!key.namespace_.empty()) body["metadata"]["namespace"] = key.namespace_;
  auto stored = client_.apply(resource, body,
                              {.field_manager = options_.field_manager + "-status", .subresource = "status"}, call);
  if (!stored) {
    auto error = stored.error();
    // Of another uid the status subresource says "field is immutable" (422), where the object itself says Conflict.
    const auto is_uid = [](const Cause& cause) { return cause.field == "metadata.uid"; };
    if (error.failure == Failure::Invalid && std::any_of(error.causes.begin(), error.causes.end(), is_uid)) {
      error.failure = Failure::Conflict;
    }
    return error;
  }
  ApplyOutcome outcome{.kind = ApplyOutcome::Kind::Updated, .reason = ApplyReason::Changed};
  outcome.text = "updated the status of " + resource.kind + " " + key.text();
  outcome.differences = std::move(found);
  outcome.object = *std::move(stored);
  return outcome;
}

Result<void> ApplyEngine::remove(const Resource& resource, const Json& live, const Call& call) {
  const auto key = key_of(live);
  {
    const std::lock_guard lock(mutex_);
    memory_.erase(resource.object_path(key));
    agreements_.erase(resource.object_path(key));
  }
  const auto result = client_.remove(resource, key, {.uid = uid_of(live)}, call);
  if (result || result.failed_with(Failure::NotFound)) return {};
  return result.error().in("delete " + resource.kind + " " + key.text());
}

}  // namespace murder::kubernetes
