#include "sidecar/move/make_way.h"

#include <gtest/gtest.h>

namespace murder::move {
namespace {

// `cyr_dbtool mailboxes.db twoskip get` of 3.12.4.
TEST(MakeWay, OnlyWhatNeitherIsNorWasAMailboxIsInTheWay) {
  EXPECT_TRUE(is_place_holder("%(T ei M 1795913361)\n"));
  EXPECT_FALSE(is_place_holder("\n")) << "nothing";
  EXPECT_FALSE(is_place_holder("%(T ed M 1795913533)\n")) << "what a mailbox that has moved leaves behind";
  EXPECT_FALSE(
      is_place_holder("%(T e I jx58vrwnwbxn6t2u7jcfllns P p1 V 1795913232 C 1 F 7 M 1795913545 A %(a lrswip))\n"));
  EXPECT_FALSE(is_place_holder("%(T ei I jx58vrwnwbxn6t2u7jcfllns M 1795913361)\n")) << "with an id it can be sent";
}

}  // namespace
}  // namespace murder::move
