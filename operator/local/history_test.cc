#include "operator/local/history.h"

#include <gtest/gtest.h>

namespace murder::local {
namespace {

History example() {
  History history;
  history.memory.nodes["be1"] = {.agent = {.pid = 7, .started = Moment(8), .restarts = 2, .message = "m"},
                                 .cyrus = {.not_before = Moment(9), .failures = 3, .reason = Reason::ServiceDisabled}};
  history.holds = {{"be1", Reason::BackingOff, "later"}};
  return history;
}

TEST(History, IsWhatWasWritten) { EXPECT_EQ(parse_history(to_json(example(), "boot"), "boot"), example()); }

TEST(History, OfAnotherBootIsVoid) { EXPECT_EQ(parse_history(to_json(example(), "boot"), "later"), History{}); }

TEST(History, ThatIsDamagedIsVoid) {
  for (const auto* text : {"", "[]", R"({"boot": "boot", "nodes": {"be1": {}}, "holds": []})"}) {
    EXPECT_EQ(parse_history(text, "boot"), History{}) << text;
  }
}

}  // namespace
}  // namespace murder::local
