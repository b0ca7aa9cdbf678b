#include "sidecar/push/local_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::push {
namespace {

using testing::ElementsAre;
using testing::Pair;

// ctl_mboxlist -d of 3.6.1, verbatim.
constexpr std::string_view dump =
    "{\n"
    R"("user.dup": {"name": "user.dup", "mtime": "1795569168", "uidvalidity": "1795569169", "mbtype": "e", )"
    R"("partition": "p1", "acl": {"dup": "lrswipkxtecdan"}, "uniqueid": "zot05vaow373qlavkpz5lvx5"},)"
    "\n"
    R"("user.gone": {"name": "user.gone", "mbtype": "ed", "partition": "p1", "acl": {}},)"
    "\n"
    R"("user.u2": {"name": "user.u2", "mbtype": "e", "partition": "p2", "acl": {"u2": "lrswipkxtecdan"}})"
    "\n}\n";

TEST(LocalList, CountsAndKeepsWhatIsAskedFor) {
  for (std::size_t cut = 0; cut <= dump.size(); cut += 7) {
    LocalListReader reader({"user.u2", "user.none"});
    reader.feed(dump.substr(0, cut));
    reader.feed(dump.substr(cut));
    const auto finished = reader.finish();
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(reader.count(), 2U);
    EXPECT_THAT(reader.partitions(), ElementsAre(Pair("user.u2", "p2")));
  }
}

TEST(LocalList, AnEmptyListIsEmpty) {
  for (const char* text : {"", "{\n}\n", "{\n\n}\n"}) {
    LocalListReader reader({});
    reader.feed(text);
    EXPECT_TRUE(reader.finish()) << text;
    EXPECT_EQ(reader.count(), 0U);
  }
}

TEST(LocalList, RefusesWhatIsNoDump) {
  for (const char* text : {"fatal error: cannot open mailboxes.db\n", "\"user.x\": 7\n", "\"user.x\": {\"a\": "}) {
    LocalListReader reader({});
    reader.feed(text);
    EXPECT_FALSE(reader.finish()) << text;
  }
}

}  // namespace
}  // namespace murder::push
