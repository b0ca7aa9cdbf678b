// What the end-to-end tests share: one API server, clients that count their requests, and names that no two tests have.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "operator/kubernetes/client.h"
#include "operator/kubernetes/test_api_server.h"

namespace murder::kubernetes {

inline const Resource config_maps = {"", "v1", "configmaps", "ConfigMap", true};
inline const Resource pods = {"", "v1", "pods", "Pod", true};
inline const Resource deployments = {"apps", "v1", "deployments", "Deployment", true};
inline const Resource namespaces = {"", "v1", "namespaces", "Namespace", false};
inline const Resource event_resource = {"events.k8s.io", "v1", "events", "Event", true};
inline const Resource lease_resource = {"coordination.k8s.io", "v1", "leases", "Lease", true};

// A client that writes down what it asked for.
class CountingClient {
 public:
  explicit CountingClient(const Config& config)
      : client_(connect(config), {.user_agent = "kubernetes_e2e",
                                  .requests_per_second = 1e6,
                                  .burst = 1e6,
                                  .on_request = [this](const RequestRecord& record) {
                                    const std::lock_guard lock(mutex_);
                                    records_.push_back(record);
                                  }}) {}

  Client& operator*() { return client_; }
  Client* operator->() { return &client_; }
  std::vector<RequestRecord> take_records() {
    const std::lock_guard lock(mutex_);
    return std::exchange(records_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<RequestRecord> records_;
  Client client_;  // last: it calls on_request until its end
};

// A flag that other threads set and the test waits for.
class Signal {
 public:
  void set() {
    {
      const std::lock_guard lock(mutex_);
      ++count_;
    }
    changed_.notify_all();
  }
  [[nodiscard]] bool wait(std::chrono::milliseconds timeout = std::chrono::seconds(60), int at_least = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return count_ >= at_least; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// Each test has a namespace of its own on the server that all share.
class ApiServerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (server_) return;
    auto started = TestApiServer::start();
    if (!started) {
      start_error_ = started.error().message;
      return;
    }
    server_ = *std::move(started);
  }
  void SetUp() override {
    ASSERT_TRUE(server_) << start_error_;
    static std::atomic<int> number = 0;
    namespace_ = "test-" + std::to_string(++number);
    client_ = std::make_unique<CountingClient>(server_->config());
    const auto made = client()->create(
        namespaces, {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", namespace_}}}});
    ASSERT_TRUE(made) << made.error().text();
    client().take_records();
  }

  static TestApiServer& server() { return *server_; }
  CountingClient& client() { return *client_; }
  ObjectKey key(const std::string& name) const { return {namespace_, name}; }
  Json config_map(const std::string& name, const Json& data = Json::object()) const {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"namespace", namespace_}, {"name", name}}},
            {"data", data}};
  }
  Json create(const Resource& resource, const Json& object) {
    auto made = client()->create(resource, object);
    EXPECT_TRUE(made) << made.error().text();
    return made ? *made : Json();
  }

  std::string namespace_;

 private:
  static inline std::unique_ptr<TestApiServer> server_;
  static inline std::string start_error_;
  std::unique_ptr<CountingClient> client_;
};

}  // namespace murder::kubernetes
