#include "sidecar/health/list_compare.h"

#include <gtest/gtest.h>

namespace murder::health {
namespace {

using mupdate::Entry;
using mupdate::State;

Digest digest_of(const std::vector<Entry>& entries) {
  Digest digest;
  for (const auto& entry : entries) digest.add(entry.view());
  return digest;
}

const std::vector<Entry> list{{State::Active, "user.a", "be1!p1", "a\tlrs\t"},
                              {State::Active, "user.b", "be2!p1", "b\tlrs\t"},
                              {State::Reserved, "user.c", "be2!p1"}};

TEST(ListCompare, EqualListsAreEqualInAnyOrder) {
  auto expected = digest_of(list);
  auto actual = digest_of({list[2], list[0], list[1]});
  EXPECT_TRUE(Digest::compare(expected, actual).none());
}

TEST(ListCompare, CountsEachKindOfDifference) {
  auto expected = digest_of(list);
  auto actual = digest_of({{State::Active, "user.a", "be1!p1", "a\tlr\t"},
                           {State::Active, "user.b", "be2!p2", "b\tlrs\t"},
                           {State::Active, "user.c", "be2!p1"},
                           {State::Active, "user.d", "be2!p1"},
                           {State::Active, "user.e", "be2!p1"}});
  EXPECT_EQ(Digest::compare(expected, actual), (Differences{0, 2, 3}));
  auto nothing = digest_of({});
  EXPECT_EQ(Digest::compare(expected, nothing), (Differences{3, 0, 0}));
  EXPECT_EQ(Digest::compare(nothing, expected), (Differences{0, 3, 0}));
}

}  // namespace
}  // namespace murder::health
