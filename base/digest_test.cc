#include "base/digest.h"

#include <gtest/gtest.h>

namespace murder {
namespace {

// FIPS 180-4's own example.
TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestOfFiles, TellsWhereOneEndsAndTheNextBegins) {
  EXPECT_NE(digest_of_files({{"a", "xy"}, {"b", ""}}), digest_of_files({{"a", "x"}, {"b", "y"}}));
  EXPECT_NE(digest_of_files({{"a", "x"}}), digest_of_files({{"b", "x"}}));
  EXPECT_EQ(digest_of_files({{"b", "y"}, {"a", "x"}}), digest_of_files({{"a", "x"}, {"b", "y"}}));
}

}  // namespace
}  // namespace murder
