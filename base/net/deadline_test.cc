#include "base/net/deadline.h"

#include <gtest/gtest.h>

namespace murder::net {
namespace {

using namespace std::chrono_literals;

TEST(Deadline, SaysHowLongWasAllowed) {
  EXPECT_EQ(Deadline::in(2s).allowed(), "2 s");
  EXPECT_EQ(Deadline::in(1500ms).allowed(), "1.5 s");
  EXPECT_EQ(Deadline::in(250ms).allowed(), "250 ms");
  EXPECT_EQ(Deadline::in(3min).allowed(), "180 s");
}

TEST(Deadline, NeverNeverPasses) {
  EXPECT_FALSE(Deadline::never().passed());
  EXPECT_EQ(Deadline::never().poll_timeout(), -1);
  EXPECT_FALSE(Deadline::never().share_with(3).is_bounded());
}

TEST(Deadline, HasPassedWhenNothingIsAllowed) {
  EXPECT_TRUE(Deadline::in(0s).passed());
  EXPECT_EQ(Deadline::in(0s).poll_timeout(), 0);
  EXPECT_EQ(Deadline::in(-5s).remaining(), 0s);
}

TEST(Deadline, LongOnesFitIntoPoll) { EXPECT_GT(Deadline::in(24h * 365).poll_timeout(), 0); }

TEST(Deadline, SharesWhatIsLeft) {
  const auto whole = Deadline::in(1h);
  EXPECT_LE(whole.share_with(3).remaining(), 15min);
  EXPECT_GT(whole.share_with(0).remaining(), 50min);
}

}  // namespace
}  // namespace murder::net
