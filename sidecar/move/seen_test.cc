#include "sidecar/move/seen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::move {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// `cyr_dbtool alice.seen twoskip show` of 3.6.1.
TEST(Seen, KeysAreUniqueIds) {
  EXPECT_THAT(keys_of("msdzqdc5mx9klmfiify8ezqv\t1 1795900794 4 1795900794 1:2\nabc\t1 1 1 1 \n\n\tx\nno tab\n"),
              ElementsAre("msdzqdc5mx9klmfiify8ezqv", "abc"));
  EXPECT_THAT(keys_of(""), IsEmpty());
}

TEST(Seen, ALineNamesTheUserAsItLogsIn) { EXPECT_EQ(seen_line("fred^smith", "abc"), "SEEN fred.smith abc\n"); }

TEST(Option, IsTheLastOneSet) {
  constexpr std::string_view text =
      "# proxy_authname: nobody\nproxy_authname: first\n proxy_authname :  xfer \r\nproxy_authname_x: y\n"
      "@include: /etc/secrets.conf\nno colon\n";
  EXPECT_EQ(option_in(text, "proxy_authname"), "xfer");
  EXPECT_EQ(option_in(text, "proxy_password"), std::nullopt);
  EXPECT_THAT(includes_in(text), ElementsAre("/etc/secrets.conf"));
}

}  // namespace
}  // namespace murder::move
