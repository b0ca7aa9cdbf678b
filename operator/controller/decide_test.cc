#include "operator/controller/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "operator/controller/testdata.h"

namespace murder::controller {
namespace {

using testdata::World;
using testing::HasSubstr;

template <typename Kind>
std::vector<Kind> only(const Plan& plan) {
  std::vector<Kind> found;
  for (const auto& action : plan.actions) {
    if (const auto* each = std::get_if<Kind>(&action)) found.push_back(*each);
  }
  return found;
}

std::vector<std::string> applied(const Plan& plan, const std::string& kind) {
  std::vector<std::string> names;
  for (const auto& apply : only<Apply>(plan)) {
    if (kubernetes::text_at(apply.object, {"kind"}) == kind) names.push_back(kubernetes::key_of(apply.object).name);
  }
  return names;
}

std::vector<std::string> removed(const Plan& plan) {
  std::vector<std::string> names;
  for (const auto& remove : only<Remove>(plan)) {
    names.push_back(kubernetes::text_at(*remove.object, {"kind"}) + " " + kubernetes::key_of(*remove.object).name);
  }
  return names;
}

// As if the pod template had been changed and the StatefulSet's controller had seen it.
void outdate(World& world, const std::string& name) {
  auto& live = world.snapshot.live[{"StatefulSet", name}];
  Json changed = *live;
  changed["status"]["updateRevision"] = name + "-2";
  live = std::make_shared<const Json>(std::move(changed));
}

TEST(Decide, MakesEverythingOfANewMurder) {
  const auto plan = World().decide();
  EXPECT_THAT(applied(plan, "StatefulSet"), testing::ElementsAre("mail-mupdate", "mail-be1", "mail-be2"));
  EXPECT_THAT(applied(plan, "Deployment"), testing::ElementsAre("mail-fe"));
  EXPECT_THAT(applied(plan, "PersistentVolumeClaim"),
              testing::ElementsAre("state-mail-mupdate", "state-mail-be1", "spool-p1-mail-be1", "state-mail-be2",
                                   "spool-p1-mail-be2"));
  EXPECT_TRUE(only<Remove>(plan).empty());
  EXPECT_TRUE(only<RestartPod>(plan).empty());
}

// decide(render, observed := applied) asks for the same objects and for nothing else.
TEST(Decide, OfWhatIsSettledChangesNothing) {
  World world;
  const auto first = world.decide();
  world.settle();
  const auto second = world.decide();
  EXPECT_EQ(only<Apply>(first).size(), second.actions.size());
  for (std::size_t i = 0; i < second.actions.size(); ++i) {
    ASSERT_TRUE(std::holds_alternative<Apply>(second.actions[i]));
    EXPECT_EQ(std::get<Apply>(second.actions[i]).object, only<Apply>(first)[i].object);
  }
  EXPECT_TRUE(second.holds.empty());
}

// What saves work must not change what is decided: one node's objects are looked at when one of them is another, and
// all when what they are made from is.
TEST(Decide, LeavesAloneWhatWasFoundToBeRightUntilItChanges) {
  World world;
  world.settle();
  const auto full = world.decide();
  const auto decide = [&](const std::function<void(World&, Credentials&)>& change) {
    World changed = world;
    Credentials credentials = testdata::credentials_of(*world.want().murder);
    change(changed, credentials);
    return controller::decide(changed.snapshot, changed.want(), credentials, full.settled);
  };
  const auto touch = [](World& changed, const char* kind, const char* name) {
    auto& live = changed.snapshot.live.at({kind, name});
    live = std::make_shared<const Json>(*live);
  };
  const auto nothing = decide([](World&, Credentials&) {});
  EXPECT_TRUE(applied(nothing, "StatefulSet").empty());
  EXPECT_TRUE(applied(nothing, "Secret") == std::vector<std::string>{"mail-tls"});
  EXPECT_TRUE(removed(nothing).empty());
  EXPECT_EQ(nothing.files_digest, full.files_digest);
  EXPECT_EQ(nothing.settled.nodes.size(), full.settled.nodes.size());

  const auto one = decide([&](World& changed, Credentials&) { touch(changed, "ConfigMap", "mail-be1"); });
  EXPECT_THAT(applied(one, "StatefulSet"), testing::ElementsAre("mail-be1"));
  EXPECT_EQ(one.settled.nodes.size(), full.settled.nodes.size());
  const auto lost = decide([](World& changed, Credentials&) { changed.snapshot.live.erase({"Service", "mail-be1"}); });
  EXPECT_THAT(applied(lost, "Service"), testing::Contains("mail-be1"));
  EXPECT_EQ(lost.settled.nodes.size(), full.settled.nodes.size() - 1);

  const auto all = testing::ElementsAre("mail-mupdate", "mail-be1", "mail-be2");
  const auto cluster = [](const char* member, const Json& value) {
    return [member, value](World& changed, Credentials&) {
      Json json = *changed.snapshot.object;
      json[Json::json_pointer(member)] = value;
      changed.set_cluster(json);
    };
  };
  EXPECT_THAT(applied(decide(cluster("/spec/frontend/replicas", 3)), "StatefulSet"), all);
  EXPECT_THAT(applied(decide(cluster("/metadata/uid", "another")), "StatefulSet"), all);
  EXPECT_THAT(applied(decide([](World&, Credentials& c) { c.passwords.begin()->second = "x"; }), "StatefulSet"), all);
  EXPECT_THAT(applied(decide([](World&, Credentials& c) { c.agents.begin()->second.key = "x"; }), "StatefulSet"), all);
  EXPECT_THAT(
      applied(decide([](World& w, Credentials&) { w.snapshot.cyrus_image_template = "x:{version}"; }), "StatefulSet"),
      all);
  for (const auto* others : {"/status/summary", "/metadata/annotations/x", "/metadata/labels/x"}) {
    EXPECT_TRUE(applied(decide(cluster(others, "x")), "StatefulSet").empty()) << others;
  }
}

TEST(Decide, RestartsOneBackendAtATime) {
  World world;
  world.settle();
  outdate(world, "mail-be1");
  outdate(world, "mail-be2");
  auto plan = world.decide();
  ASSERT_EQ(only<RestartPod>(plan).size(), 1u);
  EXPECT_EQ(only<RestartPod>(plan)[0].pod, "mail-be1-0");
  EXPECT_EQ(plan.holds.size(), 1u);

  world.pod("mail-be1-0").ready = false;
  world.pod("mail-be1-0").revision = "mail-be1-2";
  plan = world.decide();
  EXPECT_TRUE(only<RestartPod>(plan).empty());
  ASSERT_EQ(plan.holds.size(), 1u);
  EXPECT_EQ(plan.holds[0].predicate, "one_backend_at_a_time");

  world.pod("mail-be1-0").ready = true;
  EXPECT_EQ(only<RestartPod>(world.decide()).at(0).pod, "mail-be2-0");
}

// A crashing image is not waited for for ever: the pod that is down anyway gets the new template.
TEST(Decide, RestartsTheBackendThatIsDownItself) {
  World world;
  world.settle();
  outdate(world, "mail-be1");
  world.pod("mail-be1-0").ready = false;
  EXPECT_EQ(only<RestartPod>(world.decide()).size(), 1u);
}

TEST(Decide, RestartsNoBackendWhileTheMasterIsDown) {
  World world;
  world.settle();
  outdate(world, "mail-be1");
  world.pod("mail-mupdate-0").ready = false;
  const auto plan = world.decide();
  EXPECT_TRUE(only<RestartPod>(plan).empty());
  EXPECT_EQ(plan.holds.at(0).predicate, "master_up_before_backend_roll");
}

// For every state of readiness: never two of the master and the backends at once.
TEST(Decide, NeverTakesTwoDown) {
  for (int state = 0; state < 8; ++state) {
    for (int outdated = 0; outdated < 8; ++outdated) {
      World world;
      world.settle();
      const char* pods[] = {"mail-mupdate-0", "mail-be1-0", "mail-be2-0"};
      const char* sets[] = {"mail-mupdate", "mail-be1", "mail-be2"};
      for (int i = 0; i < 3; ++i) {
        world.pod(pods[i]).ready = (state >> i & 1) != 0;
        if ((outdated >> i & 1) != 0) outdate(world, sets[i]);
      }
      const auto restarts = only<RestartPod>(world.decide());
      ASSERT_LE(restarts.size(), 1u);
      if (restarts.empty()) continue;
      const bool takes_one_down = world.pod(restarts[0].pod).ready;
      const bool backend = restarts[0].node != "mupdate";
      for (int i = 1; i < 3; ++i) {
        if (takes_one_down && backend && pods[i] != restarts[0].pod) {
          EXPECT_TRUE(world.pod(pods[i]).ready) << restarts[0].pod << " goes while " << pods[i] << " is down";
        }
      }
    }
  }
}

TEST(Decide, TellsAPodOfFilesThatItHasNotTakenUp) {
  World world;
  world.settle();
  world.facts("mail-be1-0").files_digest = "earlier";
  auto plan = world.decide();
  ASSERT_EQ(only<HurryPod>(plan).size(), 1u);
  EXPECT_EQ(only<HurryPod>(plan)[0].pod, "mail-be1-0");
  // Told once.
  world.pod("mail-be1-0").files_annotation = only<HurryPod>(plan)[0].digest;
  EXPECT_TRUE(only<HurryPod>(world.decide()).empty());
}

TEST(Decide, RemovesWhatABackendLeavesButItsVolumes) {
  World world;
  world.settle();
  testdata::mark_deleted(world.backend("be2").object);
  const auto plan = world.decide();
  EXPECT_THAT(removed(plan), testing::UnorderedElementsAre("StatefulSet mail-be2", "ConfigMap mail-be2",
                                                           "Secret mail-be2", "Service mail-be2"));
  ASSERT_EQ(only<SetFinalizer>(plan).size(), 1u);
  EXPECT_FALSE(only<SetFinalizer>(plan)[0].present);
}

TEST(Decide, RemovesTheVolumesOfABackendThatSaysSo) {
  World world;
  world.settle();
  world.backend("be2").backend.spec.volume_retention = api::VolumeRetention::Delete;
  testdata::mark_deleted(world.backend("be2").object);
  EXPECT_THAT(removed(world.decide()), testing::IsSupersetOf({"PersistentVolumeClaim state-mail-be2",
                                                              "PersistentVolumeClaim spool-p1-mail-be2"}));
}

TEST(Decide, KeepsABackendThatHoldsMailboxes) {
  World world;
  world.settle();
  world.facts("mail-be2-0").mailboxes = 12;
  testdata::mark_deleted(world.backend("be2").object);
  const auto plan = world.decide();
  EXPECT_TRUE(removed(plan).empty());
  EXPECT_TRUE(only<SetFinalizer>(plan).empty());
  const std::string message = world.want().kept.at("be2").message;
  EXPECT_THAT(message, HasSubstr("12 mailboxes"));
  EXPECT_THAT(message, HasSubstr("murder.cyrus.dev/force-delete=true"));
}

// A count of a while ago says nothing of a mailbox that was made since: first no frontend makes any there, then it is
// counted anew.
TEST(Decide, KeepsABackendUntilItWasCountedAfterNoMailboxCouldCome) {
  World world;
  world.settle();
  world.facts("mail-be2-0").counted = false;
  testdata::mark_deleted(world.backend("be2").object);
  auto wanted = world.want();
  ASSERT_TRUE(wanted.kept.contains("be2"));
  EXPECT_FALSE(wanted.murder->topology.find("be2")->accepts_new_mailboxes);
  const auto plan = world.decide();
  EXPECT_TRUE(removed(plan).empty());
  EXPECT_TRUE(cordoned(world.snapshot, wanted, plan).empty()) << "no frontend knows of it yet";

  for (const char* pod : {"mail-fe-0", "mail-fe-1"}) world.facts(pod).files_digest = plan.files_digest.at("fe");
  EXPECT_EQ(cordoned(world.snapshot, wanted, plan), std::set<std::string>{"be2"});
  world.facts("mail-be2-0").counted = true;
  EXPECT_TRUE(world.want().released.contains("be2"));
}

// Unknown means wait.
TEST(Decide, KeepsABackendOfWhichNothingIsKnown) {
  World world;
  world.settle();
  world.snapshot.agents.erase("mail-be2-0");
  testdata::mark_deleted(world.backend("be2").object);
  EXPECT_TRUE(removed(world.decide()).empty());
  world.snapshot.pods.clear();
  EXPECT_TRUE(removed(world.decide()).empty()) << "its volume is there";
}

// By force: what the master still lists of it would never be found again, and its names never be free.
TEST(Decide, HasTheMasterForgetABackendThatIsDeletedByForce) {
  World world;
  world.settle();
  world.facts("mail-be2-0").mailboxes = 12;
  auto& backend = world.backend("be2").object;
  Json changed = *backend;
  changed["metadata"]["annotations"] = {{kForceDeleteAnnotation, "true"}};
  changed["status"] = {{"serverName", "mail-be2.post.svc.cluster.local"}, {"lastPush", "2026-01-01T00:00:00Z"}};
  backend = std::make_shared<const Json>(std::move(changed));
  testdata::mark_deleted(backend);

  auto plan = world.decide();
  EXPECT_THAT(removed(plan), testing::Contains("StatefulSet mail-be2"));
  EXPECT_TRUE(only<SetFinalizer>(plan).empty()) << "its pod could push again";
  EXPECT_EQ(plan.holds.at(0).predicate, "backend_down_before_it_is_forgotten");

  std::erase_if(world.snapshot.pods, [](const auto& pod) { return pod.node == "be2"; });
  world.pod("mail-mupdate-0").ready = false;
  plan = world.decide();
  EXPECT_TRUE(only<SetFinalizer>(plan).empty());
  EXPECT_EQ(plan.holds.at(0).predicate, "master_up_before_backend_is_forgotten");

  world.pod("mail-mupdate-0").ready = true;
  plan = world.decide();
  ASSERT_EQ(only<SetFinalizer>(plan).size(), 1u);
  const auto gone = only<SetFinalizer>(plan)[0];
  EXPECT_FALSE(gone.present);
  ASSERT_TRUE(gone.forget);
  EXPECT_EQ(gone.forget->server, "mail-be2.post.svc.cluster.local");
  EXPECT_EQ(gone.forget->master_pod, "mail-mupdate-0");
}

TEST(Decide, HasNothingForgottenOfABackendThatNeverPushed) {
  World world;
  world.settle();
  auto& backend = world.backend("be2").object;
  Json changed = *backend;
  changed["metadata"]["annotations"] = {{kForceDeleteAnnotation, "true"}};
  changed["status"] = {{"serverName", "mail-be2.post.svc.cluster.local"}};
  backend = std::make_shared<const Json>(std::move(changed));
  testdata::mark_deleted(backend);
  world.pod("mail-mupdate-0").ready = false;
  const auto plan = world.decide();
  ASSERT_EQ(only<SetFinalizer>(plan).size(), 1u);
  EXPECT_FALSE(only<SetFinalizer>(plan)[0].forget);
}

std::string image_of(const Plan& plan, const std::string& name) {
  for (const auto& apply : only<Apply>(plan)) {
    if (kubernetes::key_of(apply.object).name != name) continue;
    const auto* containers = kubernetes::find(apply.object, {"spec", "template", "spec", "containers"});
    if (containers != nullptr) return containers->front().at("image").get<std::string>();
  }
  return "";
}

TEST(Decide, UpgradesFrontendsLast) {
  World world;
  world.settle();
  Json cluster = testdata::cluster_json(/*replicas=*/5);
  cluster["spec"]["cyrusVersion"] = "3.12";
  world.set_cluster(cluster);

  auto plan = world.decide();
  EXPECT_EQ(image_of(plan, "mail-be1"), "cyrus:3.12");
  EXPECT_EQ(image_of(plan, "mail-mupdate"), "cyrus:3.12");
  EXPECT_EQ(image_of(plan, "mail-fe"), "cyrus:3.10");
  ASSERT_EQ(plan.holds.size(), 1u);
  EXPECT_EQ(plan.holds[0].node, "fe");
  EXPECT_EQ(plan.holds[0].predicate, "backends_before_frontends");
  for (const auto& apply : only<Apply>(plan)) {
    if (kubernetes::key_of(apply.object).name != "mail-fe" || apply.object["kind"] != "Deployment") continue;
    EXPECT_EQ(apply.object["spec"]["replicas"], 5) << "scaled meanwhile";
  }

  world.settle();
  world.pod("mail-be2-0").ready = false;
  EXPECT_EQ(image_of(world.decide(), "mail-fe"), "cyrus:3.10");
  EXPECT_THAT(world.decide().holds.at(0).message, HasSubstr("be2 does not run Cyrus 3.12"));
  world.pod("mail-be2-0").ready = true;
  EXPECT_EQ(image_of(world.decide(), "mail-fe"), "cyrus:3.12");
  EXPECT_TRUE(world.decide().holds.empty());
}

// What 3.12 has and 3.10 does not cannot be written for frontends of 3.10.
TEST(Decide, LeavesFrontendsAloneThatCannotTakeWhatIsNewYet) {
  World world;
  world.settle();
  Json cluster = testdata::cluster_json();
  cluster["spec"]["cyrusVersion"] = "3.12";
  cluster["spec"]["imapd"]["frontend"]["fatals_abort"] = "yes";
  world.set_cluster(cluster);
  const auto plan = world.decide();
  EXPECT_TRUE(applied(plan, "Deployment").empty());
  EXPECT_TRUE(removed(plan).empty());
  EXPECT_EQ(plan.holds.at(0).predicate, "backends_before_frontends");
}

TEST(Decide, RemovesNoVolumeThatIsMerelyUnknown) {
  World world;
  world.settle();
  // A Backend that is not in the cache, or was deleted without us.
  std::erase_if(world.snapshot.backends, [](const auto& seen) { return seen.name() == "be2"; });
  for (const auto& name : removed(world.decide())) EXPECT_THAT(name, testing::Not(HasSubstr("PersistentVolumeClaim")));
}

TEST(Decide, NeverRemovesPasswordsOrTheAuthority) {
  World world;
  world.settle();
  for (const char* name : {"mail-passwords", "mail-ca"}) {
    world.snapshot.live[{"Secret", name}] = std::make_shared<const Json>(
        Json{{"kind", "Secret"}, {"metadata", {{"name", name}, {"labels", {{"murder.cyrus.dev/cluster", "mail"}}}}}});
  }
  EXPECT_TRUE(removed(world.decide()).empty());
}

TEST(Want, SaysWhatIsWrong) {
  World world;
  Json cluster = testdata::cluster_json();
  cluster["spec"]["mupdate"]["engine"] = "native";
  world.set_cluster(cluster);
  const auto wanted = world.want();
  EXPECT_FALSE(wanted.murder);
  ASSERT_EQ(wanted.mistakes.size(), 1u);
  EXPECT_EQ(wanted.mistakes[0].path, "spec.mupdate.engine");
}

}  // namespace
}  // namespace murder::controller
