#include "sidecar/push/gate_rules.h"

#include <gtest/gtest.h>

namespace murder::push {
namespace {

using mupdate::Entry;
using mupdate::State;
using Listed = std::optional<Entry>;

Listed at(std::string location) { return Entry(State::Active, "user.x", std::move(location)); }

GateRules rules_of(Plan plan) { return GateRules("be1.test", std::move(plan)); }

const Conflict conflict{"user.x", "be1.test!p1", "be2.test!p1"};

TEST(GateRules, ShowsAConflictOnlyWhenItIsGivenUp) {
  EXPECT_EQ(rules_of({}).on_find("user.x", at("be2.test!p1")), GateRules::Show::Nothing);
  EXPECT_EQ(rules_of({.held = {conflict}}).on_find("user.x", at("be2.test!p1")), GateRules::Show::Nothing);
  EXPECT_EQ(rules_of({.take_over = {conflict}}).on_find("user.x", at("be2.test!p1")), GateRules::Show::Nothing);
  EXPECT_EQ(rules_of({.give_up = {conflict}}).on_find("user.x", at("be2.test!p1")), GateRules::Show::AsItIs);
  EXPECT_EQ(rules_of({.give_up = {conflict}}).on_find("user.y", at("be2.test!p1")), GateRules::Show::Nothing);
}

// A person gave the copy up for the one on be2; that it is on be3 now nobody has looked at.
TEST(GateRules, GivesUpOnlyForTheHolderThatWasNamed) {
  EXPECT_EQ(rules_of({.give_up = {conflict}}).on_find("user.x", at("be3.test!p1")), GateRules::Show::Nothing);
}

TEST(GateRules, ShowsWhatIsOurs) {
  EXPECT_EQ(rules_of({}).on_find("user.x", at("be1.test!p2")), GateRules::Show::AsItIs);
  EXPECT_EQ(rules_of({}).on_find("user.x", {}), GateRules::Show::AsItIs);
  EXPECT_EQ(rules_of({}).on_find("user.x", at("be1.test.other!p1")), GateRules::Show::Nothing);
}

TEST(GateRules, ActivatesWhatNobodyElseHolds) {
  EXPECT_EQ(rules_of({}).on_activate("user.x", {}), GateRules::Pass::Through);
  EXPECT_EQ(rules_of({}).on_activate("user.x", at("be1.test!")), GateRules::Pass::Through);
  EXPECT_EQ(rules_of({}).on_activate("user.x", at("be2.test!p1")), GateRules::Pass::Drop);
  EXPECT_EQ(rules_of({.held = {conflict}}).on_activate("user.x", at("be2.test!p1")), GateRules::Pass::Drop);
  EXPECT_EQ(rules_of({.give_up = {conflict}}).on_activate("user.x", at("be2.test!p1")), GateRules::Pass::Drop);
}

TEST(GateRules, TakesOverOnlyFromTheHolderThatWasNamed) {
  EXPECT_EQ(rules_of({.take_over = {conflict}}).on_activate("user.x", at("be2.test!p1")), GateRules::Pass::Through);
  EXPECT_EQ(rules_of({.take_over = {conflict}}).on_activate("user.x", at("be3.test!p1")), GateRules::Pass::Drop);
}

TEST(GateRules, RemovesNoMoreThanWasJudgedAndNothingOfOthers) {
  auto rules = rules_of({.max_removals = 1});
  EXPECT_EQ(rules.on_remove({}), GateRules::Pass::Drop);
  EXPECT_EQ(rules.on_remove(at("be2.test!p1")), GateRules::Pass::Drop);
  EXPECT_EQ(rules.on_remove(at("be1.test!p1")), GateRules::Pass::Through);
  EXPECT_EQ(rules.on_remove(at("be1.test!p1")), GateRules::Pass::Drop);
}

}  // namespace
}  // namespace murder::push
