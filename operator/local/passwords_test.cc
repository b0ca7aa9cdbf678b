#include "operator/local/passwords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/local/durable_file.h"
#include "operator/local/test_directory.h"

namespace murder::local {
namespace {

TEST(Passwords, AreGeneratedOnceAndAddedToLater) {
  TestDirectory directory;
  const auto path = directory / "secrets/passwords.json";
  const auto first = ensure_passwords(path, {"alice", "bob"});
  ASSERT_TRUE(first) << first.error().message;
  const auto second = ensure_passwords(path, {"alice", "carol"});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->at("alice"), first->at("alice"));
  EXPECT_EQ(second->at("bob"), first->at("bob"));  // no longer asked for, and not forgotten
  EXPECT_EQ(second->size(), 3u);
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
  EXPECT_EQ(std::filesystem::status(directory / "secrets").permissions(), std::filesystem::perms(0700));
}

TEST(Passwords, OfADamagedFileAreNotMadeAnew) {
  TestDirectory directory;
  ASSERT_TRUE(write_file(directory / "passwords.json", "{\"alice\":", {}));
  EXPECT_FALSE(ensure_passwords(directory / "passwords.json", {"alice"}));
}

}  // namespace
}  // namespace murder::local
