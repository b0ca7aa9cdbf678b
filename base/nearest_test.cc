#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace murder {
namespace {

TEST(EditDistance, CountsTheFourKindsOfMistakes) {
  struct Row {
    std::string_view a, b;
    std::size_t distance;
  };
  constexpr Row rows[] = {
      {"", "", 0},
      {"", "abc", 3},
      {"partition", "partition", 0},
      {"admin", "admins", 1},
      {"admmins", "admins", 1},
      {"edmins", "admins", 1},
      {"amdins", "admins", 1},
      {"ca", "abc", 3},  // No place is edited twice.
      {"kitten", "sitting", 3},
  };
  for (const auto& [a, b, distance] : rows) EXPECT_EQ(edit_distance(a, b), distance) << a << " " << b;
}

// Words over a small alphabet, so that swaps and repeats are common.
std::string random_word(std::mt19937& random) {
  std::string word(random() % 12, '\0');
  for (auto& letter : word) letter = static_cast<char>('a' + random() % 3);
  return word;
}

TEST(EditDistance, IsADistance) {
  std::mt19937 random(3656);
  for (int round = 0; round < 20'000; ++round) {
    const auto a = random_word(random);
    const auto b = random_word(random);
    const auto distance = edit_distance(a, b);
    EXPECT_EQ(edit_distance(a, a), 0u) << a;
    EXPECT_EQ(distance == 0, a == b) << a << " " << b;
    EXPECT_EQ(distance, edit_distance(b, a)) << a << " " << b;
    EXPECT_LE(distance, std::max(a.size(), b.size())) << a << " " << b;
    EXPECT_GE(distance, std::max(a.size(), b.size()) - std::min(a.size(), b.size())) << a << " " << b;
  }
}

TEST(EditDistance, OneMistakeIsOneAway) {
  std::mt19937 random(2005);
  for (int round = 0; round < 20'000; ++round) {
    const auto word = random_word(random) + "xy";
    auto mistyped = word;
    const auto at = random() % (word.size() - 1);
    switch (random() % 4) {
      case 0:
        mistyped.erase(at, 1);
        break;
      case 1:
        mistyped.insert(at, 1, 'z');
        break;
      case 2:
        mistyped[at] = 'z';
        break;
      default:
        std::swap(mistyped[at], mistyped[at + 1]);
    }
    EXPECT_EQ(edit_distance(word, mistyped), mistyped == word ? 0u : 1u) << word << " " << mistyped;
  }
}

constexpr std::array<std::string_view, 4> fields = {"replicas", "replica", "services", "tls"};

TEST(Nearest, IsTheNameThatWasMeant) {
  EXPECT_EQ(nearest("replicsa", fields), "replicas");
  EXPECT_EQ(nearest("replica", fields), "replica");
  EXPECT_EQ(nearest("servcies", fields), "services");
  EXPECT_EQ(nearest("tsl", fields), "tls");
}

TEST(Nearest, PrefersTheFirstOfEquals) {
  constexpr std::array<std::string_view, 2> names = {"cat", "car"};
  EXPECT_EQ(nearest("caz", names), "cat");
}

TEST(Nearest, DoesNotGuess) {
  EXPECT_EQ(nearest("storage", fields), std::nullopt);
  EXPECT_EQ(nearest("s", fields), std::nullopt);
  EXPECT_EQ(nearest("", fields), std::nullopt);
  EXPECT_EQ(nearest("tls", {}), std::nullopt);
}

TEST(Nearest, FindsEveryNameItself) {
  for (const auto field : fields) EXPECT_EQ(nearest(field, fields), field);
}

}  // namespace
}  // namespace murder
