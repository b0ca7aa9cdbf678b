// Informers against a real API server, and what networks and servers do to them.
#include <gmock/gmock.h>

#include "e2e/faults/tcp_proxy.h"
#include "operator/kubernetes/informer.h"
#include "operator/kubernetes/pause.h"
#include "operator/kubernetes/test_environment.h"

namespace murder::kubernetes {
namespace {

using namespace std::chrono_literals;

class InformerE2e : public ApiServerTest {
 protected:
  InformerOptions options(WatchTimes times = {}) {
    return {.selection = {.namespace_ = namespace_}, .times = times, .on_problem = [this](const std::string& text) {
              const std::lock_guard lock(mutex_);
              problems_ += text + "\n";
            }};
  }
  std::string problems() {
    const std::lock_guard lock(mutex_);
    return problems_;
  }
  // Waits until the store holds `name` in a state that pleases.
  [[nodiscard]] bool eventually(const Informer& informer, const std::string& name,
                                const std::function<bool(const ObjectPtr&)>& pleases) {
    const auto deadline = std::chrono::steady_clock::now() + 90s;
    while (std::chrono::steady_clock::now() < deadline) {
      const int seen = changed_.count();
      if (pleases(informer.store().get(key(name)))) return true;
      (void)changed_.wait(500ms, seen + 1);
    }
    return false;
  }
  Informer::Handler signal() {
    return [this](const Change&) { changed_.set(); };
  }
  // What arrives after the list arrived by the watch.
  [[nodiscard]] bool is_watching(const Informer& informer) {
    (void)create(config_maps, config_map("first"));
    return eventually(informer, "first", exists);
  }
  static bool exists(const ObjectPtr& object) { return object != nullptr; }
  static bool absent(const ObjectPtr& object) { return object == nullptr; }

  Signal changed_;

 private:
  std::mutex mutex_;
  std::string problems_;
};

TEST_F(InformerE2e, FollowsWhatHappens) {
  (void)create(config_maps, config_map("a", {{"x", "1"}}));
  std::mutex mutex;
  std::vector<std::string> seen;
  Informer informer(*client(), config_maps, options(), [&](const Change& change) {
    const std::lock_guard lock(mutex);
    const auto value = [](const ObjectPtr& object) { return object ? text_at(*object, {"data", "x"}) : "-"; };
    seen.push_back(change.key().name + " " + value(change.before) + " " + value(change.after));
  });
  informer.add_handler(signal());
  informer.start();
  ASSERT_TRUE(informer.wait_until_synced(30s)) << problems();
  const auto b = create(config_maps, config_map("b", {{"x", "2"}}));
  ASSERT_TRUE(client()->merge_patch(config_maps, key("b"), {{"data", {{"x", "3"}}}}));
  ASSERT_TRUE(client()->remove(config_maps, key("b"), {.uid = uid_of(b)}));
  ASSERT_TRUE(changed_.wait(30s, 4));
  informer.stop();
  EXPECT_THAT(seen, testing::ElementsAre("a - 1", "b - 2", "b 2 3", "b 3 -"));
  EXPECT_EQ(informer.store().get(key("a"))->at("metadata").contains("managedFields"), false);
  EXPECT_EQ(problems(), "");
}

TEST_F(InformerE2e, SeesAnObjectThatIsSelectedNoMoreAsGone) {
  auto selected = options();
  selected.selection.label_selector = "x=1";
  selected.selection.metadata_only = true;
  Informer informer(*client(), config_maps, selected, signal());
  informer.start();
  ASSERT_TRUE(informer.wait_until_synced(30s));
  auto object = config_map("a", {{"large", "text"}});
  object["metadata"]["labels"] = {{"x", "1"}};
  (void)create(config_maps, object);
  ASSERT_TRUE(eventually(informer, "a", exists));
  EXPECT_FALSE(informer.store().get(key("a"))->contains("data"));
  EXPECT_EQ(informer.store().get(key("a"))->at("kind"), "ConfigMap");
  ASSERT_TRUE(client()->merge_patch(config_maps, key("a"), {{"metadata", {{"labels", {{"x", "2"}}}}}}));
  EXPECT_TRUE(eventually(informer, "a", absent));
}

TEST_F(InformerE2e, StopsAtOnceWhateverItWaitsFor) {
  const auto proxy = faults::TcpProxy::start(server().port());
  ASSERT_TRUE(proxy);
  auto config = server().config();
  config.port = (*proxy)->port();
  CountingClient through(config);
  auto informer = std::make_unique<Informer>(*through, config_maps, options(), signal());
  informer->start();
  ASSERT_TRUE(informer->wait_until_synced(30s));
  ASSERT_TRUE(is_watching(*informer));
  (*proxy)->freeze();
  informer.reset();  // would take 330 s if it waited for the watch
  auto never_started = std::make_unique<Informer>(*through, config_maps, options(), signal());
  never_started->start();
  never_started.reset();
}

TEST_F(InformerE2e, GoesOnAfterARestartOfTheServer) {
  Informer informer(*client(), config_maps, options(), signal());
  informer.start();
  ASSERT_TRUE(informer.wait_until_synced(30s));
  ASSERT_TRUE(server().restart());
  (void)create(config_maps, config_map("a"));
  EXPECT_TRUE(eventually(informer, "a", exists)) << problems();
}

// A watch that was away for longer than the server remembers: 410, and a new list that finds what was missed.
TEST_F(InformerE2e, ListsAgainAfterACompactionAndNoticesWhatItMissed) {
  const auto proxy = faults::TcpProxy::start(server().port());
  ASSERT_TRUE(proxy);
  auto config = server().config();
  config.port = (*proxy)->port();
  CountingClient through(config);
  const auto a = create(config_maps, config_map("a"));
  Informer informer(*through, config_maps, options({.shortest = 2s, .grace = 2s}), signal());
  informer.start();
  ASSERT_TRUE(informer.wait_until_synced(30s));
  ASSERT_TRUE(is_watching(informer));
  (*proxy)->freeze();
  ASSERT_TRUE(client()->remove(config_maps, key("a"), {.uid = uid_of(a)}));
  (void)create(config_maps, config_map("b"));
  const auto compacted = server().compact();
  ASSERT_TRUE(compacted) << compacted.error().message;
  ASSERT_TRUE(server().restart());
  EXPECT_TRUE(eventually(informer, "b", exists)) << problems();
  EXPECT_TRUE(eventually(informer, "a", absent));
  int lists = 0;
  for (const auto& record : through.take_records()) lists += record.is_watch ? 0 : 1;
  EXPECT_EQ(lists, 2);
}

TEST_F(InformerE2e, NoticesAPeerThatIsSilentForTooLong) {
  const auto proxy = faults::TcpProxy::start(server().port());
  ASSERT_TRUE(proxy);
  auto config = server().config();
  config.port = (*proxy)->port();
  CountingClient through(config);
  Informer informer(*through, config_maps, options({.shortest = 2s, .grace = 1s}), signal());
  informer.start();
  ASSERT_TRUE(informer.wait_until_synced(30s));
  ASSERT_TRUE(is_watching(informer));
  (*proxy)->freeze();  // both kernels keep the connection; nothing comes any more
  (void)create(config_maps, config_map("a"));
  EXPECT_TRUE(eventually(informer, "a", exists)) << problems();
  EXPECT_THAT(problems(), testing::HasSubstr("nothing came for"));
  // By watching on: nothing was listed again.
  int lists = 0;
  for (const auto& record : through.take_records()) lists += record.is_watch ? 0 : 1;
  EXPECT_EQ(lists, 1);
}

TEST_F(InformerE2e, WatchesOnAfterAResetConnection) {
  const auto proxy = faults::TcpProxy::start(server().port());
  ASSERT_TRUE(proxy);
  auto config = server().config();
  config.port = (*proxy)->port();
  CountingClient through(config);
  Informer informer(*through, config_maps, options(), signal());
  informer.start();
  ASSERT_TRUE(informer.wait_until_synced(30s));
  ASSERT_TRUE(is_watching(informer));
  (*proxy)->cut();
  (void)create(config_maps, config_map("a"));
  EXPECT_TRUE(eventually(informer, "a", exists)) << problems();
}

}  // namespace
}  // namespace murder::kubernetes
