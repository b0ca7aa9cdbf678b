#include "operator/kubernetes/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/kubernetes/test_http.h"

namespace murder::kubernetes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto annotation = "example.org/applied-hash";
const Resource deployments = {"apps", "v1", "deployments", "Deployment", true};

std::vector<std::string> paths(const std::vector<Difference>& found) {
  std::vector<std::string> all;
  for (const auto& difference : found) all.push_back(difference.path);
  return all;
}

std::vector<std::string> compare(const char* wanted, const char* live) {
  return paths(differences(Json::parse(wanted), Json::parse(live)));
}

TEST(Differences, AreOfWhatWeWantAlone) {
  EXPECT_THAT(compare(R"({"a": 1})", R"({"a": 1, "b": 2})"), IsEmpty());
  EXPECT_THAT(compare(R"({"spec": {"replicas": 2}})", R"({"spec": {"replicas": 3}})"), ElementsAre("spec.replicas"));
  EXPECT_THAT(compare(R"({"l": {"a.b/c": "x"}})", R"({"l": {"a.b/c": "y"}})"), ElementsAre(R"(l["a.b/c"])"));
  EXPECT_THAT(compare(R"({"a": {"b": 1}})", R"({})"), ElementsAre("a"));
}

// What a server leaves out, or writes in its own way, must not be applied for ever.
TEST(Differences, AreNoneWhereOnlyTheWritingDiffers) {
  EXPECT_THAT(compare(R"({"a": {}, "b": [], "c": null, "d": "", "e": 0, "f": false})", R"({})"), IsEmpty());
  EXPECT_THAT(
      compare(R"({"resources": {"requests": {"cpu": "0.5"}}})", R"({"resources": {"requests": {"cpu": "500m"}}})"),
      IsEmpty());
  EXPECT_THAT(compare(R"({"r": {"limits": {"memory": "1024Mi"}}})", R"({"r": {"limits": {"memory": "1Gi"}}})"),
              IsEmpty());
  EXPECT_THAT(compare(R"({"r": {"limits": {"cpu": 2}}})", R"({"r": {"limits": {"cpu": "2"}}})"), IsEmpty());
  EXPECT_THAT(compare(R"({"r": {"limits": {"cpu": "2"}}})", R"({"r": {"limits": {"cpu": "3"}}})"),
              ElementsAre("r.limits.cpu"));
  // Text is text: no amounts there.
  EXPECT_THAT(compare(R"({"data": {"x": "1"}})", R"({"data": {"x": "1.0"}})"), ElementsAre("data.x"));
}

TEST(Differences, CompareListsByTheKeyOfTheirElements) {
  // Another's sidecar in between, and our container with defaults.
  EXPECT_THAT(
      compare(R"({"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]})",
              R"({"containers": [{"name": "x"}, {"name": "b", "image": "2"}, {"name": "a", "image": "1", "z": 1}]})"),
      IsEmpty());
  EXPECT_THAT(
      compare(R"({"containers": [{"name": "a", "image": "1"}]})", R"({"containers": [{"name": "a", "image": "9"}]})"),
      ElementsAre("containers[name=a].image"));
  // The same volume twice: by path, as the API has it.
  EXPECT_THAT(compare(R"({"m": [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b"}]})",
                      R"({"m": [{"name": "v", "mountPath": "/b"}, {"name": "v", "mountPath": "/a"}]})"),
              IsEmpty());
  EXPECT_THAT(
      compare(R"({"ports": [{"containerPort": 1}]})", R"({"ports": [{"containerPort": 1, "protocol": "TCP"}]})"),
      IsEmpty());
  EXPECT_THAT(compare(R"({"args": ["a", "b"]})", R"({"args": ["b", "a"]})"), ElementsAre("args[0]", "args[1]"));
  EXPECT_THAT(compare(R"({"args": ["a"]})", R"({"args": ["a", "b"]})"), ElementsAre("args"));
  EXPECT_THAT(compare(R"({"metadata": {"finalizers": ["a"]}})", R"({"metadata": {"finalizers": ["b", "a"]}})"),
              IsEmpty());
}

TEST(Quantity, IsComparedByAmount) {
  for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{
           {"0.5", "500m"}, {"1Gi", "1024Mi"}, {"1e3", "1k"}, {"0.1", "100m"}, {"1E", "1000P"}, {"+1", "1"}}) {
    EXPECT_TRUE(same_quantity(a, b)) << a << " " << b;
  }
  for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{
           {"1G", "1Gi"}, {"1", "1m"}, {"x", "x"}, {"", ""}, {"1x", "1x"}}) {
    EXPECT_FALSE(same_quantity(a, b)) << a << " " << b;
  }
}

TEST(ManagerOf, FindsWhoSetAFieldLast) {
  const Json object = Json::parse(R"({"metadata": {"managedFields": [
      {"manager": "ours", "time": "2025-01-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:replicas": {},
          "f:containers": {"k:{\"name\":\"a\"}": {".": {}, "f:image": {}}}, "f:args": {}},
          "f:metadata": {"f:labels": {"f:a.b/c": {}}}}},
      {"manager": "kubectl-scale", "time": "2025-01-02T00:00:00Z", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]}})");
  EXPECT_EQ(manager_of(object, "spec.replicas"), "kubectl-scale");
  EXPECT_EQ(manager_of(object, "spec.containers[name=a].image"), "ours");
  EXPECT_EQ(manager_of(object, "spec.args[1]"), "ours");
  EXPECT_EQ(manager_of(object, R"(metadata.labels["a.b/c"])"), "ours");
  EXPECT_EQ(manager_of(object, "spec.containers[name=b].image"), "");
  EXPECT_EQ(manager_of(Json::object(), "spec"), "");
}

Json owner() {
  return {
      {"apiVersion", "x/v1"}, {"kind", "Backend"}, {"metadata", {{"namespace", "n"}, {"name", "be1"}, {"uid", "u1"}}}};
}

Json desired(int replicas = 2) {
  return {{"apiVersion", "apps/v1"},
          {"kind", "Deployment"},
          {"metadata", {{"namespace", "n"}, {"name", "d"}}},
          {"spec", {{"replicas", replicas}}}};
}

Json wanted(int replicas = 2) {
  const auto by = owner();
  return *prepare(desired(replicas), &by, annotation);
}

// As the server has it after we applied it.
Json stored(int replicas = 2, const char* version = "10") {
  auto object = wanted(replicas);
  object["metadata"]["uid"] = "d1";
  object["metadata"]["resourceVersion"] = version;
  object["spec"]["progressDeadlineSeconds"] = 600;
  return object;
}

ApplyDecision decide(const Json& want, const Json* live, const Normalised& normalised = {}) {
  return decide_apply(want, live, annotation, normalised);
}

TEST(DecideApply, SendsNothingWhenNothingHasChanged) {
  const auto live = stored();
  EXPECT_TRUE(std::holds_alternative<Unchanged>(decide(wanted(), &live)));
}

TEST(DecideApply, SaysWhy) {
  EXPECT_EQ(std::get<Request>(decide(wanted(), nullptr)).reason, ApplyReason::Absent);
  const auto live = stored(2);
  const auto changed = std::get<Request>(decide(wanted(3), &live));
  EXPECT_EQ(changed.reason, ApplyReason::Changed);
  EXPECT_THAT(paths(changed.differences), ElementsAre("spec.replicas"));
  auto touched = stored(2);
  touched["spec"]["replicas"] = 7;
  const auto drifted = std::get<Request>(decide(wanted(2), &touched));
  EXPECT_EQ(drifted.reason, ApplyReason::Drifted);
  EXPECT_EQ(drifted.differences.at(0).text(), "spec.replicas: 7 instead of 2");
  // A field that is wanted no more: nothing differs but the hash.
  auto more = desired();
  more["spec"]["paused"] = true;
  const auto by = owner();
  auto had_more = *prepare(more, &by, annotation);
  EXPECT_EQ(std::get<Request>(decide(wanted(), &had_more)).reason, ApplyReason::Changed);
}

TEST(DecideApply, LeavesOthersObjectsAlone) {
  auto live = stored();
  live["metadata"]["ownerReferences"][0]["uid"] = "u2";
  EXPECT_EQ(std::get<Refused>(decide(wanted(), &live)).reason, "ControlledByAnother");
  live = stored();
  live["metadata"].erase("ownerReferences");
  live["metadata"].erase("annotations");
  EXPECT_EQ(std::get<Refused>(decide(wanted(), &live)).reason, "NotOurs");
  live = stored();
  live["metadata"].erase("ownerReferences");  // ours by its annotation: somebody took its owner away
  EXPECT_EQ(std::get<Request>(decide(wanted(), &live)).reason, ApplyReason::Drifted);
  live = stored();
  live["metadata"]["deletionTimestamp"] = "2025-01-01T00:00:00Z";
  EXPECT_EQ(std::get<Refused>(decide(wanted(), &live)).reason, "BeingDeleted");
}

TEST(DecideApply, DoesNotFightWithWhatTheServerMadeOfOurWords) {
  auto live = stored();
  live["spec"]["replicas"] = 5;
  EXPECT_TRUE(std::holds_alternative<Unchanged>(decide(wanted(), &live, {{"spec.replicas", 5}})));
  EXPECT_TRUE(std::holds_alternative<Request>(decide(wanted(), &live, {{"spec.replicas", 6}})));
}

TEST(Prepare, RefusesWhatIsTheServers) {
  for (const char* const member : {"uid", "resourceVersion", "managedFields", "generation"}) {
    auto object = desired();
    object["metadata"][member] = "x";
    EXPECT_FALSE(prepare(object, nullptr, annotation)) << member;
  }
  auto object = desired();
  object["status"] = Json::object();
  EXPECT_FALSE(prepare(object, nullptr, annotation));
  EXPECT_FALSE(prepare({{"kind", "x"}}, nullptr, annotation));
  EXPECT_EQ(wanted(), wanted());
  EXPECT_NE(annotation_of(wanted(2), annotation), annotation_of(wanted(3), annotation));
}

struct Bench {
  ScriptedHttp* http = nullptr;
  std::unique_ptr<Client> client;
  std::unique_ptr<ApplyEngine> engine;

  Bench() {
    auto script = std::make_unique<ScriptedHttp>();
    http = script.get();
    client = std::make_unique<Client>(std::move(script), ClientOptions{.user_agent = "test"});
    engine = std::make_unique<ApplyEngine>(*client, ApplyEngineOptions{"ours", annotation});
  }
  void answers(const Json& body) { http->answers.push_back(HttpResponse{200, {}, body.dump()}); }
  ApiResult<ApplyOutcome> apply(int replicas, const Json& live) {
    const auto by = owner();
    return engine->apply(deployments, desired(replicas), &by,
                         live.is_null() ? nullptr : std::make_shared<const Json>(live));
  }
};

TEST(ApplyEngine, AsksTheServerBeforeItRepairsAndTellsWhoDidIt) {
  Bench bench;
  auto touched = stored(2, "11");
  touched["spec"]["replicas"] = 7;
  auto with_managers = touched;
  with_managers["metadata"]["managedFields"] = Json::parse(
      R"([{"manager": "kubectl-scale", "time": "2025-01-02T00:00:00Z", "fieldsV1": {"f:spec": {"f:replicas": {}}}}])");
  bench.answers(with_managers);
  bench.answers(stored(2, "12"));
  const auto outcome = bench.apply(2, touched);
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(outcome->text, "updated Deployment n/d: drifted: spec.replicas: 7 instead of 2 (by kubectl-scale)");
  EXPECT_EQ(bench.http->requests[0].method, "GET");
  EXPECT_EQ(bench.http->requests[1].method, "PATCH");
}

TEST(ApplyEngine, DoesNothingWhenOnlyTheCacheIsBehind) {
  Bench bench;
  auto touched = stored(2, "11");
  touched["spec"]["replicas"] = 7;
  bench.answers(stored(2, "12"));
  EXPECT_EQ(bench.apply(2, touched)->kind, ApplyOutcome::Kind::Unchanged);
  EXPECT_EQ(bench.http->requests.size(), 1U);
  // And when it is known to be: the answer to our own request was later.
  bench.answers(stored(3, "20"));
  EXPECT_EQ(bench.apply(3, stored(2, "12"))->kind, ApplyOutcome::Kind::Updated);
  EXPECT_EQ(bench.apply(3, stored(2, "12"))->kind, ApplyOutcome::Kind::Unchanged);
  EXPECT_EQ(bench.http->requests.size(), 2U);
}

// What was found to be right is not looked at again; another version of it is, and so is another object of that name.
TEST(ApplyEngine, SeesDriftOfWhatItHasFoundToBeRight) {
  Bench bench;
  EXPECT_EQ(bench.apply(2, stored(2, "11"))->kind, ApplyOutcome::Kind::Unchanged);
  auto touched = stored(2, "12");
  touched["spec"]["replicas"] = 7;
  bench.answers(touched);
  bench.answers(stored(2, "13"));
  EXPECT_EQ(bench.apply(2, touched)->kind, ApplyOutcome::Kind::Updated);
  EXPECT_EQ(bench.apply(2, stored(2, "13"))->kind, ApplyOutcome::Kind::Unchanged);
  auto another = touched;
  another["metadata"]["uid"] = "d2";
  another["metadata"]["resourceVersion"] = "13";
  bench.answers(another);
  bench.answers(stored(2, "14"));
  EXPECT_EQ(bench.apply(2, another)->kind, ApplyOutcome::Kind::Updated);
}

TEST(ApplyEngine, NeverLoopsOverANormalisedValue) {
  Bench bench;
  auto normalised = stored(2, "10");
  normalised["spec"]["replicas"] = "two";  // in some way of the server's own
  bench.answers(normalised);
  EXPECT_EQ(bench.apply(2, {})->kind, ApplyOutcome::Kind::Created);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(bench.apply(2, normalised)->kind, ApplyOutcome::Kind::Unchanged);
  EXPECT_EQ(bench.http->requests.size(), 1U);
}

TEST(ApplyEngine, WritesAStatusOnlyWhenItDiffers) {
  Bench bench;
  auto live = stored();
  live["status"] = Json::parse(R"({"conditions": [{"type": "Ready", "status": "True"}], "x": 1})");
  EXPECT_EQ(bench.engine->apply_status(deployments, live, live["status"])->kind, ApplyOutcome::Kind::Unchanged);
  EXPECT_TRUE(bench.http->requests.empty());
  auto less = live["status"];
  less.erase("x");
  bench.answers(live);
  EXPECT_EQ(bench.engine->apply_status(deployments, live, less)->kind, ApplyOutcome::Kind::Updated);
  EXPECT_THAT(bench.http->requests.at(0).target, HasSubstr("/deployments/d/status?fieldManager=ours-status"));
  EXPECT_THAT(bench.http->requests.at(0).body, HasSubstr(R"("uid":"d1")"));
}

// What differs ends in logs, Events and statuses.
TEST(DecideApply, NamesWhatDiffersInASecretAndDoesNotTellIt) {
  const Json live = {{"apiVersion", "v1"},
                     {"kind", "Secret"},
                     {"metadata", {{"namespace", "n"}, {"name", "s"}, {"annotations", {{"x.org/hash", "1"}}}}},
                     {"data", {{"password", "aHVudGVyMQ=="}}}};
  for (const char* hash : {"1", "2"}) {
    Json wanted = live;
    wanted["metadata"]["annotations"]["x.org/hash"] = hash;
    wanted["data"]["password"] = "aHVudGVyMg==";
    const auto decision = decide_apply(wanted, &live, "x.org/hash", {});
    const auto& request = std::get<Request>(decision);
    ASSERT_EQ(request.differences.size(), 1u);
    EXPECT_THAT(request.differences[0].text(), testing::HasSubstr("data.password"));
    EXPECT_THAT(request.differences[0].text(), testing::Not(testing::HasSubstr("aHVudG")));
  }
}

}  // namespace
}  // namespace murder::kubernetes
