#include "operator/kubernetes/store.h"

#include <gtest/gtest.h>

namespace murder::kubernetes {
namespace {

Json object(const char* name, const char* version, const char* owner = "") {
  Json json = {{"metadata", {{"namespace", "n"}, {"name", name}, {"uid", name}, {"resourceVersion", version}}}};
  if (*owner != '\0') json["metadata"]["ownerReferences"] = {{{"uid", owner}, {"controller", true}}};
  return json;
}

TEST(Store, TellsWhatHasChanged) {
  Store store;
  auto changes = store.apply(object("a", "1"));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].before, nullptr);
  EXPECT_TRUE(store.apply(object("a", "1")).empty());  // known already
  changes = store.apply(object("a", "2"));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(resource_version_of(*changes[0].before), "1");
  changes = store.erase({"n", "a"});
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].after, nullptr);
  EXPECT_EQ(changes[0].key().name, "a");
  EXPECT_TRUE(store.erase({"n", "a"}).empty());
}

TEST(Store, SynthesisesDeletesOfWhatAListDoesNotHave) {
  Store store;
  (void)store.apply(object("a", "1"));
  (void)store.apply(object("b", "1"));
  const auto held = store.get({"n", "a"});
  const auto changes = store.replace({object("b", "1"), object("c", "3")});
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].key().name, "c");
  EXPECT_EQ(changes[1].key().name, "a");
  EXPECT_EQ(changes[1].after, nullptr);
  EXPECT_EQ(store.size(), 2U);
  EXPECT_EQ(key_of(*held).name, "a");  // who holds it still has it
}

TEST(Store, FindsByIndexAndForgetsWhatMoved) {
  Store store({{"owner", by_controller_uid}});
  (void)store.apply(object("a", "1", "x"));
  (void)store.apply(object("b", "1", "x"));
  (void)store.apply(object("a", "2", "y"));
  ASSERT_EQ(store.list_by("owner", "x").size(), 1U);
  EXPECT_EQ(key_of(*store.list_by("owner", "x")[0]).name, "b");
  (void)store.erase({"n", "b"});
  EXPECT_TRUE(store.list_by("owner", "x").empty());
  EXPECT_EQ(store.list_by("owner", "y").size(), 1U);
  EXPECT_EQ(store.list_namespace("n").size(), 1U);
  EXPECT_TRUE(store.list_namespace("m").empty());
}

TEST(Change, OfStatusAloneIsNoneOfIntent) {
  auto before = object("a", "1");
  auto after = object("a", "2");
  after["status"] = {{"x", 1}};
  const auto change = [&] { return Change{std::make_shared<const Json>(before), std::make_shared<const Json>(after)}; };
  EXPECT_FALSE(change().is_of_intent());
  for (const char* const member : {"generation", "labels", "annotations", "deletionTimestamp", "finalizers"}) {
    auto intent = after;
    intent["metadata"][member] = "x";
    EXPECT_TRUE((Change{std::make_shared<const Json>(before), std::make_shared<const Json>(intent)}.is_of_intent()));
  }
  EXPECT_TRUE((Change{nullptr, std::make_shared<const Json>(after)}.is_of_intent()));
}

}  // namespace
}  // namespace murder::kubernetes
