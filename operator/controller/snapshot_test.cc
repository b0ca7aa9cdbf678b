#include "operator/controller/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <tuple>

#include "operator/objects/names.h"

namespace murder::controller {
namespace {

Json pod() {
  std::ifstream file(MURDER_SOURCE_DIR "/bench/kubernetes/pod.json");
  return Json::parse(file);
}

void expect_same(const Json& pod) {
  Json kept = pod;
  fields_of_pods().prune(kept);
  EXPECT_LT(kept.dump().size(), pod.dump().size() / 8);
  const auto key = [](const PodSeen& seen) {
    return std::tie(seen.name, seen.uid, seen.node, seen.ip, seen.ready, seen.deleting, seen.revision,
                    seen.template_hash, seen.files_annotation, seen.trouble);
  };
  const auto seen = pod_seen(pod);
  const auto seen_of_kept = pod_seen(kept);
  EXPECT_EQ(key(seen_of_kept), key(seen));
  EXPECT_EQ(kubernetes::resource_version_of(kept), kubernetes::resource_version_of(pod));
  EXPECT_EQ(kubernetes::key_of(kept), kubernetes::key_of(pod));
}

// What the caches leave out of pods is nothing that is looked at.
TEST(PodSeen, IsTheSameOfWhatIsKept) {
  auto running = pod();
  EXPECT_TRUE(pod_seen(running).ready);
  expect_same(running);

  auto template_hash = running;
  template_hash["metadata"]["labels"]["pod-template-hash"] = "5d4f";
  template_hash["metadata"]["annotations"][std::string(objects::kFilesAnnotation)] = "digest";
  template_hash["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  expect_same(template_hash);

  auto waiting = running;
  waiting["status"]["containerStatuses"][0]["state"] = {
      {"waiting", {{"reason", "CrashLoopBackOff"}, {"message", "x"}}}};
  EXPECT_THAT(pod_seen(waiting).trouble, testing::HasSubstr("CrashLoopBackOff: x"));
  expect_same(waiting);

  auto unschedulable = running;
  for (auto& condition : unschedulable["status"]["conditions"]) {
    if (condition["type"] == "PodScheduled")
      condition.update({{"status", "False"}, {"reason", "Unschedulable"}, {"message", "full"}});
  }
  EXPECT_EQ(pod_seen(unschedulable).trouble, "Unschedulable: full");
  expect_same(unschedulable);
}

}  // namespace
}  // namespace murder::controller
