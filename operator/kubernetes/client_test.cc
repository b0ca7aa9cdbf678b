#include "operator/kubernetes/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/kubernetes/retry.h"
#include "operator/kubernetes/test_http.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const Resource maps = {"", "v1", "configmaps", "ConfigMap", true};

HttpResponse answer(int status, std::string body = "{}", Headers headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

// A client over a script, whose pauses take no time and are written down.
struct Bench {
  ScriptedHttp* http = nullptr;
  std::vector<std::chrono::nanoseconds> pauses;
  std::vector<std::string> warnings;
  std::unique_ptr<Client> client;

  explicit Bench(double burst = 40) {
    auto script = std::make_unique<ScriptedHttp>();
    http = script.get();
    ClientOptions options{.user_agent = "test/1", .burst = burst};
    options.on_warning = [this](const std::string& text) { warnings.push_back(text); };
    options.pause = [this](std::chrono::nanoseconds length, const std::stop_token&) {
      pauses.push_back(length);
      return true;
    };
    client = std::make_unique<Client>(std::move(script), std::move(options));
  }
};

TEST(Retry, FollowsTheRulesOfClientGo) {
  const auto error = [](Failure failure, std::optional<std::chrono::seconds> after = {}) {
    return ApiError{.failure = failure, .retry_after = after};
  };
  EXPECT_EQ(retry_pause(error(Failure::TooManyRequests, 3s), "POST", 1), 3s);
  EXPECT_EQ(retry_pause(error(Failure::ServerError, 1s), "DELETE", 10), 1s);
  EXPECT_EQ(retry_pause(error(Failure::ServerError, 1s), "DELETE", 11), std::nullopt);
  EXPECT_EQ(retry_pause(error(Failure::ServerError), "GET", 1), std::nullopt);
  EXPECT_EQ(retry_pause(error(Failure::ConnectionLost), "GET", 1), 1s);
  // It may have been carried out.
  EXPECT_EQ(retry_pause(error(Failure::ConnectionLost), "POST", 1), std::nullopt);
  for (const auto failure : {Failure::Conflict, Failure::NotFound, Failure::Invalid, Failure::Forbidden,
                             Failure::Unreachable, Failure::Expired, Failure::Stopped}) {
    EXPECT_EQ(retry_pause(error(failure, 1s), "GET", 1), std::nullopt);
  }
}

TEST(Client, ObeysRetryAfterOfABusyServer) {
  Bench bench;
  bench.http->answers = {answer(429, "busy", {{"retry-after", "2"}}), answer(200, R"({"a": 1})")};
  const auto object = bench.client->get(maps, {"n", "x"});
  ASSERT_TRUE(object);
  EXPECT_THAT(bench.pauses, ElementsAre(2s));
}

TEST(Client, GivesUpWhenTheServerAsksForMoreThanThereIsTime) {
  Bench bench;
  bench.http->answers = {answer(503, "busy", {{"Retry-After", "120"}})};
  const auto object = bench.client->get(maps, {"n", "x"}, {.deadline = 60s});
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().failure, Failure::ServerError);
  EXPECT_TRUE(bench.pauses.empty());
}

TEST(Client, DoesNotRepeatAWriteWhoseOutcomeIsUnknown) {
  Bench bench;
  bench.http->answers = {ApiError{.failure = Failure::ConnectionLost}, answer(201)};
  const auto created = bench.client->create(maps, {{"metadata", {{"namespace", "n"}, {"name", "x"}}}});
  ASSERT_FALSE(created);
  EXPECT_TRUE(created.error().outcome_unknown());
  EXPECT_EQ(bench.http->requests.size(), 1U);
}

TEST(Client, WaitsAtItsSeatBeltButLeasesDoNot) {
  Bench bench(2);
  for (int i = 0; i < 4; ++i) bench.http->answers.push_back(answer(200));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(bench.client->get(maps, {"n", "x"}));
  EXPECT_EQ(bench.pauses.size(), 1U);
  ASSERT_TRUE(bench.client->get(maps, {"n", "x"}, {.throttled = false}));
  EXPECT_EQ(bench.pauses.size(), 1U);
}

TEST(Client, DecodesAStatusWithItsCauses) {
  Bench bench;
  bench.http->answers = {answer(422, R"({"kind": "Status", "code": 422, "reason": "Invalid", "message": "no",
      "details": {"causes": [{"reason": "FieldValueInvalid", "message": "must", "field": "spec.replicas"}]}})")};
  const auto stored = bench.client->replace(maps, {{"metadata", {{"namespace", "n"}, {"name", "x"}}}});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().failure, Failure::Invalid);
  EXPECT_EQ(stored.error().causes.at(0).field, "spec.replicas");
  EXPECT_EQ(stored.error().text(), "422 Invalid: no");
}

TEST(ApiError, ToldApartByCodeAndReason) {
  const auto of = [](int code, const char* reason) {
    return decode_error(code, "", Json{{"kind", "Status"}, {"code", code}, {"reason", reason}}.dump()).failure;
  };
  EXPECT_EQ(of(409, "AlreadyExists"), Failure::AlreadyExists);
  EXPECT_EQ(of(409, "Conflict"), Failure::Conflict);
  EXPECT_EQ(of(410, "Expired"), Failure::Expired);
  EXPECT_EQ(of(504, "Timeout"), Failure::ServerError);
  const auto lagging = decode_error(504, "", R"({"kind": "Status", "code": 504, "reason": "Timeout",
      "details": {"causes": [{"reason": "ResourceVersionTooLarge"}]}})");
  EXPECT_EQ(lagging.failure, Failure::VersionTooLarge);
  // A proxy's page.
  const auto page = decode_error(502, "", "<html>\nBad gateway");
  EXPECT_EQ(page.failure, Failure::ServerError);
  EXPECT_EQ(page.text(), "502 ServerError: <html>");
}

TEST(Client, BeginsAListAnewWhenItsTokenHasExpired) {
  Bench bench;
  const auto page = [](const char* name, const char* token, const char* version) {
    return Json{{"metadata", {{"resourceVersion", version}, {"continue", token}}},
                {"items", Json::array({{{"metadata", {{"name", name}}}}})}}
        .dump();
  };
  bench.http->answers = {answer(200, page("a", "t1", "5")), answer(410), answer(200, page("a", "t2", "9")),
                         answer(200, page("b", "", "9"))};
  const auto list = bench.client->list(maps, {.label_selector = "a in (b,c)"});
  ASSERT_TRUE(list) << list.error().text();
  EXPECT_EQ(list->resource_version, "9");
  ASSERT_EQ(list->items.size(), 2U);
  EXPECT_EQ(list->items[1]["kind"], "ConfigMap");  // which a list leaves out
  EXPECT_THAT(bench.http->requests[3].target, HasSubstr("continue=t2"));
  EXPECT_THAT(bench.http->requests[0].target, HasSubstr("labelSelector=a%20in%20%28b%2Cc%29"));
}

TEST(Client, SaysWhatItIsAndAsksForStrictValidation) {
  Bench bench;
  bench.http->answers = {answer(200, "{}", {{"Warning", R"(299 - "v1 is \"old\"")"}}),
                         answer(200, "{}", {{"Warning", R"(299 - "v1 is \"old\"")"}})};
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(bench.client->apply(maps, {{"metadata", {{"namespace", "n"}, {"name", "x"}}}}, {.field_manager = "m"}));
  }
  const auto& request = bench.http->requests[0];
  EXPECT_EQ(request.target, "/api/v1/namespaces/n/configmaps/x?fieldManager=m&fieldValidation=Strict&force=true");
  EXPECT_THAT(request.headers, testing::Contains(testing::Pair("Content-Type", "application/apply-patch+yaml")));
  EXPECT_THAT(request.headers, testing::Contains(testing::Pair("User-Agent", "test/1")));
  EXPECT_THAT(bench.warnings, ElementsAre(R"(v1 is "old")"));  // once
}

TEST(Client, RefusesToDeleteWithoutSayingWhich) {
  Bench bench;
  EXPECT_TRUE(bench.client->remove(maps, {"n", "x"}, {}).failed_with(Failure::BadRequest));
  EXPECT_TRUE(bench.http->requests.empty());
}

TEST(Client, RefusesTextThatIsNoUtf8) {
  Bench bench;
  EXPECT_TRUE(bench.client->create(maps, {{"data", {{"x", "\xff"}}}}).failed_with(Failure::BadRequest));
}

}  // namespace
}  // namespace murder::kubernetes
