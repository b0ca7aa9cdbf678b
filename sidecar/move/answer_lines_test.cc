#include "sidecar/move/answer_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace murder::move {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> lines_of(std::string_view bytes, std::size_t piece = 1 << 20) {
  AnswerLines lines;
  std::vector<std::string> all;
  while (!bytes.empty()) {
    lines.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (auto line = lines.next()) all.push_back(*line);
  }
  return all;
}

constexpr std::string_view answer =
    "* SEEN %(UNIQUEID a SEENUIDS {5+}\r\n1:3,7)\r\n* X {0}\r\n {2}\r\n\r\n!\r\n* no literal {x}\n* {3}{\r\n3 OK "
    "{99}\r\n";

TEST(AnswerLines, AreWholeWithTheirLiterals) {
  EXPECT_THAT(lines_of(answer), ElementsAre("* SEEN %(UNIQUEID a SEENUIDS {5+}\r\n1:3,7)", "* X {0}\r\n {2}\r\n\r\n!",
                                            "* no literal {x}", "* {3}{"));
}

TEST(AnswerLines, AreTheSameInPiecesOfAnySize) {
  for (std::size_t piece = 1; piece < answer.size(); ++piece) EXPECT_EQ(lines_of(answer, piece), lines_of(answer));
}

TEST(AnswerLines, AreNotThereBeforeTheirEnd) {
  EXPECT_THAT(lines_of("* SEEN"), IsEmpty());
  EXPECT_THAT(lines_of("* {7}\r\n1\r\n2\r\n3"), IsEmpty());
  EXPECT_THAT(lines_of("* {4294967295}\r\n1\r\n2\r\n3"), IsEmpty());
}

}  // namespace
}  // namespace murder::move
