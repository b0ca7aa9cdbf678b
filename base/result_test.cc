#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace murder {
namespace {

Result<int> parse(bool good) {
  if (!good) return Error{"not a number: 'x'"};
  return 7;
}

Status read_all(bool good) {
  auto number = parse(good);
  if (!number) return std::move(number).error().in("line 3");
  return ok();
}

Status read_file(bool good) {
  MURDER_TRY(read_all(good));
  return ok();
}

TEST(Result, CarriesTheValue) {
  const auto result = parse(true);
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 7);
}

TEST(Result, ErrorsGrowOutward) {
  EXPECT_TRUE(read_file(true));
  const auto result = read_file(false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().in("a.yaml").message, "a.yaml: line 3: not a number: 'x'");
}

TEST(Result, HoldsWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
  ASSERT_TRUE(result);
  auto owned = *std::move(result);
  EXPECT_EQ(*owned, 3);
}

TEST(Result, SystemErrorsNameTheSubject) {
  EXPECT_EQ(system_error("open", "/nowhere", ENOENT).message, "open /nowhere: No such file or directory");
}

}  // namespace
}  // namespace murder
