#include "operator/local/supervise_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace murder::local {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Action::Kind;

const std::vector<WantedNode> kWanted = {{"mupdate", Role::Master, {"a1", "c1", "f1"}},
                                         {"be1", Role::Backend, {"a1", "c1", "f1"}},
                                         {"be2", Role::Backend, {"a1", "c1", "f1"}},
                                         {"fe1", Role::Frontend, {"a1", "c1", "f1"}}};
constexpr Moment kNow{1'000'000};
constexpr Moment kLongAgo{100'000};

Process agent(pid_t pid, Moment started = kLongAgo) {
  return {.pid = pid, .started = started, .session = pid, .program = "murder-agent", .version = "a1"};
}
Process cyrmaster(pid_t pid, Moment started = kLongAgo) {
  return {.pid = pid, .started = started, .session = pid, .program = "master", .version = "c1"};
}

// A murder in which all is well, and a memory of it.
class SupervisePlan : public ::testing::Test {
 protected:
  SupervisePlan() {
    pid_t pid = 100;
    for (const auto& node : kWanted) {
      auto& seen = seen_.nodes[node.name];
      seen.processes.agent = agent(pid++);
      seen.processes.cyrmaster = cyrmaster(pid++);
      seen.alive = seen.ready = Sign::Good;
      seen.files = "f1";
    }
    seen_.master_answers = true;
    look(kNow - Moment(10'000));
  }

  SeenNode& node(const std::string& name) { return seen_.nodes[name]; }
  void look(Moment now) { remember(memory_, kWanted, seen_, now); }
  Decision at(Moment now) {
    look(now);
    return decide(kWanted, seen_, memory_, now);
  }
  // "start agent be1: NotRunning"
  static std::vector<std::string> text(const Decision& decision) {
    std::vector<std::string> lines;
    for (const auto& action : decision.actions) {
      lines.push_back(std::string(to_string(action.kind)) + " " + action.node + ": " +
                      std::string(to_string(action.reason)));
    }
    for (const auto& hold : decision.holds) {
      lines.push_back("hold " + hold.node + ": " + std::string(to_string(hold.reason)));
    }
    return lines;
  }

  Seen seen_;
  Memory memory_;
};

TEST_F(SupervisePlan, DoesNothingWhenAllIsWell) {
  const auto decision = at(kNow);
  EXPECT_THAT(text(decision), IsEmpty());
  EXPECT_EQ(decision.look_again, Moment(10'000));
}

TEST_F(SupervisePlan, StartsAllAgentsAtOnceAndNoCyrusYet) {
  seen_ = {};
  memory_ = {};
  const auto decision = at(kNow);
  EXPECT_THAT(text(decision),
              ElementsAre("start agent mupdate: NotRunning", "start agent be1: NotRunning",
                          "start agent be2: NotRunning", "start agent fe1: NotRunning", "hold mupdate: WaitingForAgent",
                          "hold be1: WaitingForAgent", "hold be2: WaitingForAgent", "hold fe1: WaitingForAgent"));
  EXPECT_LE(decision.look_again, Moment(100));
}

// A slave that misses the master when it starts comes back to it 20 s later only.
TEST_F(SupervisePlan, StartsTheMasterBeforeTheOthers) {
  for (auto& [name, seen] : seen_.nodes) {
    seen.processes.cyrmaster.reset();
    seen.startup = Sign::Good;
  }
  seen_.master_answers = false;
  memory_ = {};
  EXPECT_THAT(text(at(kNow)), ElementsAre("start Cyrus mupdate: NotRunning", "hold be1: WaitingForMaster",
                                          "hold be2: WaitingForMaster", "hold fe1: WaitingForMaster"));
  node("mupdate").processes.cyrmaster = cyrmaster(200, kNow);
  seen_.master_answers = true;
  EXPECT_THAT(text(at(kNow + Moment(300))),
              ElementsAre("start Cyrus be1: NotRunning", "start Cyrus be2: NotRunning", "start Cyrus fe1: NotRunning"));
}

TEST_F(SupervisePlan, ServesMailWithoutAMasterThatDoesNotComeBack) {
  for (const auto* name : {"mupdate", "be1"}) {
    node(name).processes.cyrmaster.reset();
    node(name).startup = Sign::Good;
  }
  seen_.master_answers = false;
  EXPECT_THAT(text(at(kNow)), ::testing::Contains("hold be1: BackingOff").Times(0));
  at(kNow);
  EXPECT_THAT(text(at(kNow + kMasterPatience)), ::testing::Contains("start Cyrus be1: Exited"));
}

TEST_F(SupervisePlan, StartsAgainWithPausesThatDouble) {
  Moment now = kNow;
  for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
    node("be1").processes.agent.reset();
    auto decision = at(now);
    EXPECT_THAT(text(decision), ElementsAre("hold be1: BackingOff")) << pause;
    EXPECT_EQ(decision.look_again, Moment(std::min(pause, 10) * 1000));
    EXPECT_THAT(decision.holds.front().message, HasSubstr(std::to_string(pause) + " s"));
    now += Moment(pause * 1000);
    decision = at(now);
    EXPECT_THAT(text(decision), ElementsAre("start agent be1: Exited"));
    const auto process = agent(300 + pause, now);
    remember(memory_, decision.actions.front(), {.process = process}, now);
    node("be1").processes.agent = process;
    now += Moment(1'000);
    look(now);
  }
  EXPECT_EQ(memory_.nodes["be1"].agent.restarts, 8);
  // Being up for a minute is forgiveness.
  look(now + kForgiven);
  EXPECT_EQ(memory_.nodes["be1"].agent.failures, 0);
}

// It ended between two looks: nothing of it was ever seen.
TEST_F(SupervisePlan, AProcessThatEndsAtOnceIsAFailure) {
  node("be1").processes.agent.reset();
  look(kNow);
  const auto decision = at(kNow + Moment(1'000));
  remember(memory_, decision.actions.front(), {.process = agent(300, kNow)}, kNow + Moment(1'000));
  EXPECT_THAT(text(at(kNow + Moment(1'100))), ElementsAre("hold be1: BackingOff"));
  EXPECT_EQ(memory_.nodes["be1"].agent.failures, 2);
}

TEST_F(SupervisePlan, AStartThatFailsIsAFailureAndSaysWhy) {
  node("be1").processes.agent.reset();
  look(kNow);
  const auto decision = at(kNow + Moment(1'000));
  remember(memory_, decision.actions.front(), {.failure = "execute x: Permission denied"}, kNow + Moment(1'000));
  EXPECT_EQ(memory_.nodes["be1"].agent.failures, 2);
  EXPECT_EQ(memory_.nodes["be1"].agent.message, "execute x: Permission denied");
}

TEST_F(SupervisePlan, TakesOverWhatRuns) {
  memory_ = {};
  EXPECT_THAT(text(at(kNow)), IsEmpty());
  EXPECT_EQ(memory_.nodes["be1"].cyrus.pid, node("be1").processes.cyrmaster->pid);
}

// CYRUS.md section 3: a new cyrmaster keeps running without the services whose ports the orphans hold.
TEST_F(SupervisePlan, EndsOrphansBeforeItStartsCyrus) {
  auto& be1 = node("be1");
  be1.processes.cyrmaster.reset();
  be1.startup = Sign::Good;
  be1.processes.orphans = {{.pid = 400, .session = 103, .program = "imapd"}};
  EXPECT_THAT(text(at(kNow)), ElementsAre("end orphans be1: OrphanedChildren"));
  EXPECT_THAT(text(at(kNow + kOrphanPatience)), ElementsAre("kill orphans be1: OrphanedChildren"));
  be1.processes.orphans.clear();
  EXPECT_THAT(text(at(kNow + Moment(2'100))), ElementsAre("start Cyrus be1: Exited"));
}

// CYRUS.md finding 2: cyrmaster stays up when it has disabled a service.
TEST_F(SupervisePlan, RestartsCyrusWhoseServiceWasDisabled) {
  node("fe1").alive = node("fe1").ready = Sign::Bad;
  node("fe1").text = "service imap failed: disabled";
  EXPECT_THAT(text(at(kNow)), IsEmpty());
  const auto decision = at(kNow + kBadPatience);
  ASSERT_THAT(text(decision), ElementsAre("stop Cyrus fe1: ServiceDisabled"));
  EXPECT_THAT(decision.actions.front().message, HasSubstr("service imap"));
  remember(memory_, decision.actions.front(), {}, kNow + kBadPatience);
  EXPECT_THAT(text(at(kNow + kBadPatience + Moment(100))), IsEmpty());
  EXPECT_THAT(text(at(kNow + kBadPatience + kStopPatience)), ElementsAre("kill Cyrus fe1: StopTooSlow"));
  // It was asked to end: no pause before the start.
  node("fe1").processes.cyrmaster.reset();
  node("fe1").startup = Sign::Good;
  EXPECT_THAT(text(at(kNow + kBadPatience + kStopPatience)), ::testing::Contains(HasSubstr("start Cyrus fe1")));
}

TEST_F(SupervisePlan, DoesNotJudgeWhatHasJustBegun) {
  node("fe1").processes.agent = agent(500, kNow);
  node("fe1").alive = node("fe1").ready = Sign::Bad;
  at(kNow + Moment(100));
  EXPECT_THAT(text(at(kNow + kFirstCheck - Moment(1))), IsEmpty());
}

TEST_F(SupervisePlan, RestartsAnAgentThatDoesNotAnswer) {
  node("be1").alive = node("be1").ready = Sign::Silent;
  at(kNow);
  EXPECT_THAT(text(at(kNow + kSilentPatience - Moment(1))), IsEmpty());
  EXPECT_THAT(text(at(kNow + kSilentPatience)), ElementsAre("stop agent be1: AgentUnresponsive"));
}

TEST_F(SupervisePlan, RestartsBackendsOneByOne) {
  for (const auto* name : {"be1", "be2"}) node(name).processes.cyrmaster->version = "c0";
  const auto decision = at(kNow);
  ASSERT_THAT(text(decision), ElementsAre("stop Cyrus be1: ConfigurationChanged", "hold be2: OneAtATime"));
  remember(memory_, decision.actions.front(), {}, kNow);
  node("be1").processes.cyrmaster.reset();
  node("be1").startup = Sign::Good;
  EXPECT_THAT(text(at(kNow + Moment(500))), ElementsAre("start Cyrus be1: NotRunning", "hold be2: OneAtATime"));
  node("be1").processes.cyrmaster = cyrmaster(600, kNow + Moment(500));
  node("be1").ready = Sign::Bad;
  EXPECT_THAT(text(at(kNow + Moment(1'000))), ElementsAre("hold be2: OneAtATime"));
  // What its agent says may be from before the restart, as long as nobody has seen it serve.
  node("be1").ready = Sign::Good;
  EXPECT_THAT(text(at(kNow + Moment(1'500))), ElementsAre("hold be2: OneAtATime"));
  node("be1").serves = true;
  EXPECT_THAT(text(at(kNow + Moment(2'000))), ElementsAre("stop Cyrus be2: ConfigurationChanged"));
}

// Or two ill backends would wait for each other for ever.
TEST_F(SupervisePlan, AnIllBackendDoesNotKeepTheOther) {
  node("be1").processes.cyrmaster->version = "c0";
  node("be2").ready = Sign::Bad;
  EXPECT_THAT(text(at(kNow)), ElementsAre("stop Cyrus be1: ConfigurationChanged"));
}

TEST_F(SupervisePlan, StopsWhatIsNoNodeAnyMore) {
  auto& gone = seen_.nodes["be9"];
  gone.processes.agent = agent(700);
  gone.processes.cyrmaster = cyrmaster(701);
  auto decision = at(kNow);
  ASSERT_THAT(text(decision), ElementsAre("stop Cyrus be9: NotWanted"));
  remember(memory_, decision.actions.front(), {}, kNow);
  gone.processes.cyrmaster.reset();
  gone.processes.orphans = {{.pid = 702, .program = "imapd"}};
  EXPECT_THAT(text(at(kNow)), ElementsAre("kill orphans be9: NotWanted", "stop agent be9: NotWanted"));
  gone.processes = {};
  at(kNow);
  EXPECT_FALSE(memory_.nodes.contains("be9"));
}

TEST_F(SupervisePlan, TellsAnAgentOfNewFilesUntilItHasTakenThemUp) {
  node("be1").files = "f0";
  auto decision = at(kNow);
  ASSERT_THAT(text(decision), ElementsAre("tell agent be1: ConfigurationChanged"));
  EXPECT_LE(decision.look_again, kToldAgain);
  remember(memory_, decision.actions.front(), {}, kNow);
  EXPECT_THAT(text(at(kNow + Moment(500))), IsEmpty()) << "it was told";
  EXPECT_THAT(text(at(kNow + kToldAgain)), ElementsAre("tell agent be1: ConfigurationChanged"));
  node("be1").files = "f1";
  EXPECT_THAT(text(at(kNow + kToldAgain)), IsEmpty());
}

TEST_F(SupervisePlan, DoesNotRestartWhatHasNotBeenToldYet) {
  node("be1").files = "f0";
  node("be1").alive = Sign::Bad;
  at(kNow);
  EXPECT_THAT(text(at(kNow + kBadPatience)), ElementsAre("tell agent be1: ConfigurationChanged"));
  node("be1").files = "f1";
  at(kNow + kBadPatience);
  EXPECT_THAT(text(at(kNow + 2 * kBadPatience)), ElementsAre("stop Cyrus be1: ServiceDisabled"));
}

// One that does not say what it has taken up is of an earlier build, or busy.
TEST_F(SupervisePlan, TellsNothingToAnAgentThatDoesNotSay) {
  node("be1").files = "";
  EXPECT_THAT(text(at(kNow)), IsEmpty());
}

TEST_F(SupervisePlan, LetsAFrontendThatGoesFinishItsSessions) {
  auto& gone = seen_.nodes["fe9"];
  gone.processes.cyrmaster = cyrmaster(701);
  gone.sessions = 2;
  constexpr Moment drain(30'000);
  const auto text_at = [&](Moment now) {
    look(now);
    return text(decide(kWanted, seen_, memory_, now, drain));
  };
  EXPECT_THAT(text_at(kNow), ElementsAre("hold fe9: Draining"));
  EXPECT_THAT(text_at(kNow + drain - Moment(1)), ElementsAre("hold fe9: Draining"));
  EXPECT_THAT(text_at(kNow + drain), ElementsAre("stop Cyrus fe9: NotWanted"));
  gone.sessions = 0;
  EXPECT_THAT(text_at(kNow + Moment(1'000)), ElementsAre("stop Cyrus fe9: NotWanted"));
}

}  // namespace
}  // namespace murder::local
