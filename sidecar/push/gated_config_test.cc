#include "sidecar/push/gated_config.h"

#include <gtest/gtest.h>

namespace murder::push {
namespace {

TEST(GatedConfig, ReplacesTheServerAndTheWayOfDeleting) {
  EXPECT_EQ(gated_config("servername: be1\nmupdate_server: m1:3905\nmupdate_username: be1\ndelete_mode: immediate\n",
                         "127.0.0.1:4"),
            "servername: be1\nmupdate_username: be1\nmupdate_server: 127.0.0.1:4\ndelete_mode: delayed\n");
}

TEST(GatedConfig, LeavesEverythingElse) {
  const std::string text = "# mupdate_server: x\nmupdate_server_x: 1\nadmins: a \\\n  mupdate_server: b\n@include: /x";
  EXPECT_EQ(gated_config(text, "e"), text + "\nmupdate_server: e\ndelete_mode: delayed\n");
}

TEST(GatedConfig, DropsContinuedLinesWhole) {
  EXPECT_EQ(gated_config("  mupdate_server :\\\n m1\nadmins: a\n", "e"),
            "admins: a\nmupdate_server: e\ndelete_mode: delayed\n");
}

}  // namespace
}  // namespace murder::push
