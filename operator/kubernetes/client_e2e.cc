// The client and the apply engine against a real API server.
#include <gmock/gmock.h>

#include <fstream>

#include "operator/kubernetes/apply.h"
#include "operator/kubernetes/test_environment.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ClientE2e : public ApiServerTest {
 protected:
  // A client with other credentials, asking something that needs them.
  ApiResult<Json> ask(const Config& config) {
    CountingClient other(config);
    return other->get(namespaces, {"", namespace_}, {.retried = false});
  }
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = server().directory() / (namespace_ + name);
    std::ofstream(path) << text;
    return path;
  }
};

TEST_F(ClientE2e, ListsAllPagesOfALongList) {
  constexpr int count = 1200;
  for (int i = 0; i < count; ++i) (void)create(config_maps, config_map("m" + std::to_string(i)));
  client().take_records();
  const auto list = client()->list(config_maps, {.namespace_ = namespace_});
  ASSERT_TRUE(list) << list.error().text();
  std::set<std::string> names;
  for (const auto& item : list->items) names.insert(key_of(item).name);
  EXPECT_EQ(names.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(client().take_records().size(), 3U);  // 500 a page
  EXPECT_EQ(list->items[0]["kind"], "ConfigMap");
}

TEST_F(ClientE2e, SelectsByLabelFieldAndMetadata) {
  auto object = config_map("a", {{"secret", "text"}});
  object["metadata"]["labels"] = {{"x", "1"}};
  (void)create(config_maps, object);
  (void)create(config_maps, config_map("b"));
  EXPECT_EQ(client()->list(config_maps, {.namespace_ = namespace_, .label_selector = "x=1"})->items.size(), 1U);
  EXPECT_EQ(client()->list(config_maps, {.namespace_ = namespace_, .field_selector = "metadata.name=b"})->items.size(),
            1U);
  const auto partial = client()->list(config_maps, {.namespace_ = namespace_, .metadata_only = true});
  ASSERT_EQ(partial->items.size(), 2U);
  EXPECT_FALSE(partial->items[0].contains("data"));
  EXPECT_EQ(partial->items[0]["kind"], "ConfigMap");
}

TEST_F(ClientE2e, TellsFailuresApart) {
  EXPECT_TRUE(client()->get(config_maps, key("none")).failed_with(Failure::NotFound));
  const auto made = create(config_maps, config_map("a"));
  EXPECT_TRUE(client()->create(config_maps, config_map("a")).failed_with(Failure::AlreadyExists));
  auto stale = made;
  stale["metadata"]["resourceVersion"] = "1";
  EXPECT_TRUE(client()->replace(config_maps, stale).failed_with(Failure::Conflict));
  auto odd = config_map("b");
  odd["dada"] = 1;
  const auto strict = client()->create(config_maps, odd);
  EXPECT_TRUE(strict.failed_with(Failure::BadRequest)) << "an unknown field is refused";
  EXPECT_THAT(strict.error().message, HasSubstr("dada"));
  const auto invalid = client()->create(config_maps, config_map("Not_A_Name"));
  ASSERT_TRUE(invalid.failed_with(Failure::Invalid));
  EXPECT_EQ(invalid.error().causes.at(0).field, "metadata.name");
  EXPECT_TRUE(ask(server().anonymous()).failed_with(Failure::Unauthorized));
}

TEST_F(ClientE2e, DeletesOnlyTheObjectItMeant) {
  const auto made = create(config_maps, config_map("a"));
  EXPECT_TRUE(client()
                  ->remove(config_maps, key("a"), {.uid = "00000000-0000-0000-0000-000000000000"})
                  .failed_with(Failure::Conflict));
  EXPECT_TRUE(client()->get(config_maps, key("a")));
  EXPECT_TRUE(client()->remove(config_maps, key("a"), {.uid = uid_of(made)}));
  EXPECT_TRUE(client()->get(config_maps, key("a")).failed_with(Failure::NotFound));
}

TEST_F(ClientE2e, Patches) {
  const auto made = create(config_maps, config_map("a", {{"x", "1"}, {"y", "2"}}));
  const auto merged =
      client()->merge_patch(config_maps, key("a"), {{"data", {{"x", nullptr}, {"z", "ü🙂/\u0001"}}}});
  ASSERT_TRUE(merged) << merged.error().text();
  EXPECT_EQ((*merged)["data"], Json({{"y", "2"}, {"z", "ü🙂/\u0001"}}));
  const Json patch = {{{"op", "test"}, {"path", "/metadata/uid"}, {"value", "other"}},
                      {{"op", "remove"}, {"path", "/data/y"}}};
  EXPECT_FALSE(client()->json_patch(config_maps, key("a"), patch));
  const auto applied = client()->apply(config_maps, config_map("a", {{"w", "/ü🙂\u0001"}}), {.field_manager = "m"});
  ASSERT_TRUE(applied) << applied.error().text();
  EXPECT_EQ((*applied)["data"]["w"], "/ü🙂\u0001");
}

TEST_F(ClientE2e, RefusesAServerOfAnotherAuthorityOrName) {
  auto config = server().config();
  config.ca.file = server().directory() / "stranger.crt";
  const auto stranger = ask(config);
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().failure, Failure::Untrusted) << stranger.error().text();
  config = server().config();
  config.host = "localhost";  // not in the certificate
  const auto other_name = ask(config);
  ASSERT_FALSE(other_name);
  EXPECT_EQ(other_name.error().failure, Failure::Untrusted) << other_name.error().text();
  EXPECT_THAT(other_name.error().message, HasSubstr("ostname mismatch"));
  config.tls_server_name = "kubernetes";  // which is
  EXPECT_TRUE(ask(config));
  config = server().config();
  config.ca = {};  // the system's authorities do not vouch for it
  EXPECT_TRUE(ask(config).failed_with(Failure::Untrusted));
  config.port = 1;
  EXPECT_TRUE(ask(config).failed_with(Failure::Unreachable));
}

TEST_F(ClientE2e, ReadsARotatedTokenWhenTheOldOneIsRefused) {
  auto config = server().anonymous();
  config.token_file = write("token", "expired");
  CountingClient other(config);
  EXPECT_TRUE(other->get(namespaces, {"", namespace_}).failed_with(Failure::Unauthorized));
  (void)write("token", std::string(TestApiServer::token) + "\n");
  EXPECT_TRUE(other->get(namespaces, {"", namespace_}));
}

TEST_F(ClientE2e, UsesTheTokenOfAPluginAndRunsItAgainWhenRefused) {
  const auto word = write("word", "expired");
  const auto plugin = write("plugin",
                            "#!/bin/sh\nprintf '{\"kind\":\"ExecCredential\",\"apiVersion\":"
                            "\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"%s\"}}' \"$(cat " +
                                word + ")\"\n");
  std::filesystem::permissions(plugin, std::filesystem::perms::owner_all);
  auto config = server().anonymous();
  config.exec = ExecPlugin{.api_version = "client.authentication.k8s.io/v1", .command = plugin};
  CountingClient other(config);
  EXPECT_TRUE(other->get(namespaces, {"", namespace_}).failed_with(Failure::Unauthorized));
  (void)write("word", TestApiServer::token);
  EXPECT_TRUE(other->get(namespaces, {"", namespace_}));
  config.exec->command = "/nowhere/plugin";
  config.exec->install_hint = "install it";
  const auto missing = ask(config);
  ASSERT_TRUE(missing.failed_with(Failure::NoCredentials));
  EXPECT_THAT(missing.error().message, HasSubstr("install it"));
}

class ApplyE2e : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (HasFatalFailure()) return;
    owner_ = create(config_maps, config_map("owner"));
    engine_ = std::make_unique<ApplyEngine>(*client(), ApplyEngineOptions{"murder-test", "example.org/applied-hash"});
    client().take_records();
  }

  // With much that the server normalises or defaults.
  Json deployment(int replicas = 1) const {
    return Json{{"apiVersion", "apps/v1"},
                {"kind", "Deployment"},
                {"metadata", {{"namespace", namespace_}, {"name", "d"}, {"labels", {{"app.kubernetes.io/name", "x"}}}}},
                {"spec",
                 {{"replicas", replicas},
                  {"selector", {{"matchLabels", {{"a", "b"}}}}},
                  {"template",
                   {{"metadata", {{"labels", {{"a", "b"}}}, {"annotations", Json::object()}}},
                    {"spec",
                     {{"hostNetwork", false},
                      {"nodeSelector", Json::object()},
                      {"volumes", {{{"name", "v"}, {"emptyDir", {{"sizeLimit", "1024Mi"}}}}}},
                      {"containers",
                       {{{"name", "c"},
                         {"image", "i:1"},
                         {"args", {"a", "b"}},
                         {"env", {{{"name", "E"}, {"value", ""}}}},
                         {"ports", {{{"containerPort", 143}}}},
                         {"volumeMounts", {{{"name", "v"}, {"mountPath", "/v"}}, {{"name", "v"}, {"mountPath", "/w"}}}},
                         {"resources",
                          {{"requests", {{"cpu", "0.5"}, {"memory", "1024Mi"}}}, {"limits", {{"cpu", 2}}}}}}}}}}}}}}};
  }
  ApiResult<ApplyOutcome> apply(int replicas = 1) {
    auto live = client()->get(deployments, key("d"));
    ObjectPtr cached;
    if (live) cached = std::make_shared<const Json>(*std::move(live));
    client().take_records();
    return engine_->apply(deployments, deployment(replicas), &owner_, cached);
  }

  Json owner_;
  std::unique_ptr<ApplyEngine> engine_;
};

TEST_F(ApplyE2e, SendsNothingWhenNothingHasChangedEvenAfterARestart) {
  const auto first = apply();
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(first->kind, ApplyOutcome::Kind::Created);
  for (int i = 0; i < 100; ++i) {
    const auto again = apply();
    ASSERT_TRUE(again) << again.error().text();
    ASSERT_EQ(again->kind, ApplyOutcome::Kind::Unchanged) << again->text;
    ASSERT_TRUE(client().take_records().empty());
  }
  // A new process remembers nothing.
  engine_ = std::make_unique<ApplyEngine>(*client(), ApplyEngineOptions{"murder-test", "example.org/applied-hash"});
  EXPECT_EQ(apply()->kind, ApplyOutcome::Kind::Unchanged);
  EXPECT_TRUE(client().take_records().empty());
}

TEST_F(ApplyE2e, SaysWhatItChanges) {
  (void)apply();
  const auto more = apply(3);
  ASSERT_TRUE(more) << more.error().text();
  EXPECT_EQ(more->text, "updated Deployment " + namespace_ + "/d: changed: spec.replicas: 1 instead of 3");
}

TEST_F(ApplyE2e, RepairsDriftAndNamesWhoCausedIt) {
  (void)apply();
  const auto scaled = client()->merge_patch(deployments, key("d"), {{"spec", {{"replicas", 7}}}});
  ASSERT_TRUE(scaled);
  const auto repaired = apply();
  ASSERT_TRUE(repaired) << repaired.error().text();
  EXPECT_EQ(repaired->reason, ApplyReason::Drifted);
  ASSERT_EQ(repaired->differences.size(), 1U);
  EXPECT_EQ(repaired->differences[0].path, "spec.replicas");
  EXPECT_THAT(repaired->differences[0].manager,
              HasSubstr("kubernetes_e2e"));  // the User-Agent, as no manager was named
  EXPECT_EQ(repaired->object["spec"]["replicas"], 1);
  EXPECT_EQ(apply()->kind, ApplyOutcome::Kind::Unchanged);
  // A field that was taken away.
  ASSERT_TRUE(client()->json_patch(deployments, key("d"),
                                   {{{"op", "remove"}, {"path", "/spec/template/spec/containers/0/args"}}}));
  const auto back = apply();
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(back->differences.at(0).path, "spec.template.spec.containers[name=c].args");
  EXPECT_EQ(apply()->kind, ApplyOutcome::Kind::Unchanged);
}

TEST_F(ApplyE2e, LeavesAloneWhatIsAnothers) {
  (void)create(deployments, deployment());
  const auto refused = apply();
  ASSERT_TRUE(refused.failed_with(Failure::Conflict));
  EXPECT_EQ(refused.error().reason, "NotOurs");
  EXPECT_TRUE(client().take_records().empty());
}

TEST_F(ApplyE2e, WritesAStatusOnceAndRemovesWhatIsWantedNoMore) {
  const auto applied = apply();
  ASSERT_TRUE(applied);
  const Json status = {{"observedGeneration", 1}, {"replicas", 2}};
  const auto written = engine_->apply_status(deployments, applied->object, status);
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(written->object["status"], status);
  EXPECT_EQ(engine_->apply_status(deployments, written->object, status)->kind, ApplyOutcome::Kind::Unchanged);
  const auto less = engine_->apply_status(deployments, written->object, {{"replicas", 2}});
  ASSERT_TRUE(less);
  EXPECT_FALSE(less->object["status"].contains("observedGeneration"));
  // Of an object that was made anew in the meantime: another one.
  auto other = written->object;
  other["metadata"]["uid"] = "00000000-0000-0000-0000-000000000000";
  EXPECT_TRUE(engine_->apply_status(deployments, other, {{"replicas", 9}}).failed_with(Failure::Conflict));
}

TEST_F(ApplyE2e, DeletesOnce) {
  const auto applied = apply();
  ASSERT_TRUE(applied);
  EXPECT_TRUE(engine_->remove(deployments, applied->object));
  EXPECT_TRUE(engine_->remove(deployments, applied->object));  // gone is as good
}

}  // namespace
}  // namespace murder::kubernetes
