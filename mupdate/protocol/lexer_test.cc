#include "mupdate/protocol/lexer.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "mupdate/protocol/encode.h"
#include "mupdate/protocol/transcript.h"
#include "mupdate/protocol/vectors.h"

namespace murder::mupdate {
namespace {

// Whole, byte by byte and cut in two at every offset: the same comes out.
void expect_transcript(std::span<const Vector> vectors, std::string (*transcribe)(Pieces, Limits), Limits limits) {
  for (const auto& [bytes, expected] : vectors) {
    for (const auto& pieces : every_split(bytes)) {
      ASSERT_EQ(transcribe(pieces, limits), expected)
          << printable(bytes) << " in " << pieces.size() << " pieces, the first of " << pieces[0].size();
    }
  }
}

TEST(CommandLexer, AnswersEveryVectorHoweverItIsCut) { expect_transcript(command_vectors, command_transcript, {}); }

TEST(CommandLexer, KeepsItsLimits) { expect_transcript(small_command_vectors, command_transcript, small_limits); }

TEST(ResponseReader, AnswersEveryVectorHoweverItIsCut) { expect_transcript(response_vectors, response_transcript, {}); }

TEST(CommandLexer, ReadsAllVectorsInOneStream) {
  std::string bytes;
  std::string expected;
  for (const auto& vector : command_vectors) {
    if (vector.transcript.starts_with("fatal")) continue;
    bytes += vector.bytes;
    expected += vector.transcript;
  }
  for (const auto& pieces : every_split(bytes)) ASSERT_EQ(command_transcript(pieces), expected);
}

TEST(CommandLexer, StaysBrokenAfterAFatalError) {
  Lexer lexer(Lexer::Reading::Commands, small_limits);
  lexer.feed("A FIND {17+}\r\n12345678901234567\r\nX DELETE {1+}\r\na\r\n");
  for (int i = 0; i < 3; ++i) {
    const auto next = lexer.next();
    ASSERT_TRUE(std::holds_alternative<Lexer::Malformed>(next));
    EXPECT_TRUE(std::get<Lexer::Malformed>(next).fatal);
    lexer.feed("X DELETE {1+}\r\na\r\n");
  }
}

TEST(CommandLexer, IsDrainedBetweenLinesOnly) {
  Lexer lexer(Lexer::Reading::Commands);
  EXPECT_TRUE(lexer.is_drained());
  lexer.feed("A NOOP\r\nB");
  EXPECT_FALSE(lexer.is_drained());
  EXPECT_TRUE(std::holds_alternative<Lexer::Line>(lexer.next()));
  EXPECT_TRUE(std::holds_alternative<Lexer::NeedMore>(lexer.next()));
  EXPECT_FALSE(lexer.is_drained());
  lexer.feed(" NOOP\r\n");
  EXPECT_TRUE(std::holds_alternative<Lexer::Line>(lexer.next()));
  EXPECT_TRUE(lexer.is_drained());
}

// Whatever is written is read back.
TEST(Encode, RoundTripsAnyBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::array<std::string, 3> strings;
    for (auto& string : strings) {
      string.resize(random() % 40);
      for (auto& byte : string) byte = static_cast<char>(random());
    }
    const std::array<std::string_view, 3> arguments = {strings[0], strings[1], strings[2]};
    std::string bytes;
    append_command(bytes, "X1", "ACTIVATE", arguments);

    Lexer lexer(Lexer::Reading::Commands);
    const auto cut = random() % bytes.size();
    lexer.feed(std::string_view(bytes).substr(0, cut));
    ASSERT_TRUE(std::holds_alternative<Lexer::NeedMore>(lexer.next()));
    lexer.feed(std::string_view(bytes).substr(cut));
    const auto next = lexer.next();
    ASSERT_TRUE(std::holds_alternative<Lexer::Line>(next));
    const auto& line = std::get<Lexer::Line>(next);
    EXPECT_EQ(line.tag, "X1");
    EXPECT_EQ(line.name, "ACTIVATE");
    EXPECT_TRUE(std::equal(line.arguments.begin(), line.arguments.end(), arguments.begin(), arguments.end()));
  }
}

TEST(Encode, QuotesWhatPeopleRead) {
  std::string out;
  append_quoted(out, std::string_view("say \"a\\b\"\r\n\0", 12));
  EXPECT_EQ(out, "\"say \\\"a\\\\b\\\"   \"");
}

TEST(Printable, ShowsEveryByteAndCutsWhatIsLong) {
  EXPECT_EQ(printable("a\tb\xff"), "a\\x09b\\xff");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace murder::mupdate
