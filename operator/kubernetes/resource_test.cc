#include "operator/kubernetes/resource.h"

#include <gtest/gtest.h>

#include "operator/kubernetes/server_url.h"

namespace murder::kubernetes {
namespace {

const Resource pods = {"", "v1", "pods", "Pod", true};
const Resource deployments = {"apps", "v1", "deployments", "Deployment", true};
const Resource nodes = {"", "v1", "nodes", "Node", false};

TEST(Resource, KnowsItsPaths) {
  EXPECT_EQ(pods.collection_path(), "/api/v1/pods");
  EXPECT_EQ(pods.collection_path("mail"), "/api/v1/namespaces/mail/pods");
  EXPECT_EQ(deployments.object_path({"mail", "x"}, "scale"), "/apis/apps/v1/namespaces/mail/deployments/x/scale");
  EXPECT_EQ(nodes.object_path({"", "node1"}), "/api/v1/nodes/node1");
}

TEST(Metadata, ReadsWhatIsThereAndNothingElse) {
  const Json object = Json::parse(R"({"metadata": {"name": "a", "namespace": "n", "uid": "u", "generation": 3,
      "labels": {"x": "1"}, "ownerReferences": [{"uid": "1"}, {"uid": "2", "kind": "K", "controller": true}]}})");
  EXPECT_EQ(key_of(object).text(), "n/a");
  EXPECT_EQ(generation_of(object), 3);
  EXPECT_EQ(label_of(object, "x"), "1");
  EXPECT_EQ(label_of(object, "y"), std::nullopt);
  EXPECT_EQ(controller_of(object)->uid, "2");
  EXPECT_FALSE(is_being_deleted(object));
  for (const char* const odd :
       {"{}", "[]", "3", R"({"metadata": []})", R"({"metadata": {"name": 1, "labels": "x"}})"}) {
    const Json other = Json::parse(odd);
    EXPECT_EQ(key_of(other), ObjectKey());
    EXPECT_EQ(label_of(other, "x"), std::nullopt);
    EXPECT_EQ(controller_of(other), std::nullopt);
  }
}

// KEP-5504: comparable only when they look it.
TEST(ResourceVersion, IsComparedAsTextOfDigits) {
  EXPECT_EQ(is_earlier_version("9", "10"), true);
  EXPECT_EQ(is_earlier_version("10", "9"), false);
  EXPECT_EQ(is_earlier_version("99999999999999999999", "100000000000000000000"), true);  // beyond 64 bits
  EXPECT_EQ(is_earlier_version("7", "7"), false);
  for (const char* const odd : {"", "0", "012", "1a", "-1"})
    EXPECT_EQ(is_earlier_version(odd, "7"), std::nullopt) << odd;
}

TEST(ServerUrl, TakesAddressesApart) {
  const auto url = parse_server_url("https://[fd00::1]:6443/prefix/");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->host, "fd00::1");
  EXPECT_EQ(url->port, 6443);
  EXPECT_EQ(url->path, "/prefix");
  EXPECT_EQ(parse_server_url("https://host")->port, 443);
  EXPECT_EQ(host_and_port("fd00::1", 1), "[fd00::1]:1");
  for (const char* const wrong : {"host:1", "ftp://x", "https://", "https://a:b", "https://a:0", "https://a:65536",
                                  "https://[::1", "https://[::1]x", "https://::1", "https://u@h", "https://h/?q"}) {
    EXPECT_FALSE(parse_server_url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace murder::kubernetes
