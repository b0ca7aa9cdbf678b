#include "operator/api/transition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::api {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(Transition, LetsWhatCanBeChangedBeChanged) {
  MurderCluster before;
  before.metadata.name = "mail";
  MurderCluster after = before;
  after.spec.frontend.replicas = 7;
  after.spec.imapd.all["imapidlepoll"] = "7";
  EXPECT_THAT(check_transition(before, after), IsEmpty());
}

TEST(Transition, NamesWhatCannot) {
  MurderCluster before;
  MurderCluster after;
  after.origin.file = "mail.yaml";
  after.spec.namespace_.alt_namespace = !before.spec.namespace_.alt_namespace;
  after.spec.domain = "mail.example.org";
  const auto mistakes = check_transition(before, after);
  ASSERT_EQ(mistakes.size(), 2u);
  EXPECT_EQ(mistakes[0].path, "spec.domain");
  EXPECT_THAT(mistakes[0].message, HasSubstr("it is absent, not mail.example.org"));
  EXPECT_EQ(mistakes[1].path, "spec.namespace.altNamespace");
}

TEST(Transition, OfABackend) {
  Backend before;
  before.spec.cluster_ref.name = "mail";
  Backend after = before;
  after.spec.partitions.push_back({.name = "p2"});
  EXPECT_THAT(check_transition(before, after), IsEmpty());
  after.spec.cluster_ref.name = "other";
  EXPECT_EQ(check_transition(before, after).at(0).path, "spec.clusterRef");
}

}  // namespace
}  // namespace murder::api
