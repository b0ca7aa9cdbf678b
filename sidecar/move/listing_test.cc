#include "sidecar/move/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::move {
namespace {

using testing::ElementsAre;

TEST(Listing, ReadsWhatCyrusShows) {
  // `cyr_dbtool … show` of 3.6.1, in the middle of a life.
  const auto lines = parse_listing("user.u1",
                                   "Nuser\x1fu1\t%(T e I waaedp2f7izg81uyf3ctk0ca P p1 V 1 C 1 F 1 M 1 A %(u1 lrs))\n"
                                   "Nuser\x1fu1\x1fSub\t%(T ed I hrtzmhh1x527jhrvqbc2ms8n P p1 M 1 A %(u1 lrs))\n"
                                   "Nuser\x1fu1\x1fGap\t%(T i M 1)\n"
                                   "Nuser\x1fu1\x1fOn^its way\t%(T em S be2.test P p2 M 1 A %(u1 lrs))\n"
                                   "Nuser\x1fu1\x1fThere\t%(T er S be2.test P p2 M 1 A %(u1 lrs))\n"
                                   "Nuser\x1fu1x\t%(T e I z7bx5vz0mbuz4luuhroclsi6 P p1 A %(u1x lrs))\n"
                                   "\n");
  ASSERT_TRUE(lines) << lines.error().message;
  EXPECT_THAT(*lines, ElementsAre(Line{"user.u1", Holding::Held, "p1"}, Line{"user.u1.Sub", Holding::Gone, "p1"},
                                  Line{"user.u1.On^its way", Holding::Moving, "p2"},
                                  Line{"user.u1.There", Holding::Remote, "p2"}));
}

TEST(Listing, ASharedMailboxIsAlone) {
  const auto lines = parse_listing(
      "shared.team", "Nshared\x1fteam\t%(T e P p1 A %(a lrs))\nNshared\x1fteam\x1fkid\t%(T e P p1 A %(a lrs))\n");
  ASSERT_TRUE(lines);
  EXPECT_THAT(*lines, ElementsAre(Line{"shared.team", Holding::Held, "p1"}));
}

TEST(Listing, WhatIsNoLineIsAnError) {
  EXPECT_FALSE(parse_listing("user.u1", "Nuser\x1fu1\n"));
  EXPECT_FALSE(parse_listing("user.u1", "Iwaaed\t%(T e)\n"));
  EXPECT_FALSE(parse_listing("user.u1", "Nuser\x1fu1\t%(T e\n"));
}

TEST(DeletedCopy, IsTheNameWithItsTime) {
  EXPECT_TRUE(is_deleted_copy("user.u1", "DELETED.user.u1.6B062363"));
  EXPECT_TRUE(is_deleted_copy("user.u1", "DELETED.user.u1.Sub.6B062363"));
  EXPECT_FALSE(is_deleted_copy("user.u1", "DELETED.user.u12.6B062363"));
  EXPECT_FALSE(is_deleted_copy("user.u1", "DELETED.user.u1.Sub"));
  EXPECT_FALSE(is_deleted_copy("user.u1", "user.u1"));
  EXPECT_TRUE(is_deleted_copy("shared.team", "DELETED.shared.team.6B062363"));
  EXPECT_FALSE(is_deleted_copy("shared.team", "DELETED.shared.team.kid.6B062363"));
}

}  // namespace
}  // namespace murder::move
