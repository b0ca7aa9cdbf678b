#include "sidecar/logs/spill.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <vector>

#include "sidecar/logs/descriptor.h"
#include "sidecar/logs/test_directory.h"

namespace murder::logs {
namespace {

using Texts = std::vector<std::string>;

std::string spilled(const std::string& text) {
  return encode_record({.node = "be1", .program = "imap", .pid = 1, .text = text});
}

struct Parsed {
  Texts texts;
  SpillReport report;
};

// As a reader sees `bytes` that come in pieces of `piece`.
Parsed parse(const std::string& bytes, std::size_t piece) {
  Parsed parsed;
  std::string kept;
  const auto take = [&](const LogRecord& record) { parsed.texts.push_back(record.text); };
  for (std::size_t at = 0; at <= bytes.size(); at += piece) {
    const bool at_end = at + piece > bytes.size();
    kept += bytes.substr(at, piece);
    kept.erase(0, parse_spill(kept, at_end, take, parsed.report));
  }
  EXPECT_EQ(kept, "");
  return parsed;
}

TEST(Spill, GivesTheSameInPiecesOfAnySize) {
  const auto bytes = spilled("first") + spilled("") + spilled("ML1 in a text") + spilled(std::string(8192, 'x'));
  const Texts expected = {"first", "", "ML1 in a text", std::string(8192, 'x')};
  for (std::size_t piece = 1; piece <= bytes.size() + 1; piece += piece < 200 ? 1 : 997) {
    const auto parsed = parse(bytes, piece);
    EXPECT_EQ(parsed.texts, expected) << piece;
    EXPECT_EQ(parsed.report.damaged_bytes, 0u);
  }
}

// A full disk cuts a write short, at any byte; the records around it are whole.
TEST(Spill, SkipsARecordThatWasCutShort) {
  const auto torn = spilled("torn record with ML1 inside");
  for (std::size_t size = 1; size < torn.size(); ++size) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
      const auto parsed = parse(spilled("before") + torn.substr(0, size) + spilled("after"), piece);
      EXPECT_EQ(parsed.texts, (Texts{"before", "after"})) << size << " in pieces of " << piece;
      EXPECT_EQ(parsed.report.damaged_bytes, size);
      const auto last = parse(spilled("before") + torn.substr(0, size), piece);
      EXPECT_EQ(last.texts, Texts{"before"});
      EXPECT_EQ(last.report.damaged_bytes, size);
    }
  }
}

class SpillFile : public testing::Test {
 protected:
  Texts drain() {
    Texts texts;
    const auto report = drain_spill(directory.spill(), [&](const LogRecord& record) { texts.push_back(record.text); });
    EXPECT_TRUE(report) << report.error().message;
    return texts;
  }

  TestDirectory directory;
  const std::string aside = directory.spill() + ".reading";
};

TEST_F(SpillFile, IsReadOnceAndRemoved) {
  EXPECT_EQ(drain(), Texts{});
  TestDirectory::write(directory.spill(), spilled("a") + spilled("b"));
  EXPECT_EQ(drain(), (Texts{"a", "b"}));
  EXPECT_EQ(drain(), Texts{});
  EXPECT_FALSE(std::filesystem::exists(aside));
}

TEST_F(SpillFile, OfAReaderThatDiedComesFirst) {
  TestDirectory::write(directory.spill(), spilled("newer"));
  TestDirectory::write(aside, spilled("older"));
  EXPECT_EQ(drain(), (Texts{"older", "newer"}));
}

TEST_F(SpillFile, WaitsForAWriterInTheMiddleOfItsWrite) {
  TestDirectory::write(directory.spill(), spilled("first"));
  Descriptor writer{::open(directory.spill().c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
  ASSERT_EQ(::flock(writer.get(), LOCK_SH), 0);
  EXPECT_EQ(drain(), Texts{});
  TestDirectory::write(directory.spill(), spilled("third"));
  EXPECT_EQ(drain(), Texts{});  // must not take the place of the one set aside
  const auto second = spilled("second");
  ASSERT_EQ(::write(writer.get(), second.data(), second.size()), static_cast<ssize_t>(second.size()));
  writer = Descriptor{};
  EXPECT_EQ(drain(), (Texts{"first", "second", "third"}));
}

TEST_F(SpillFile, ThatIsNoFileIsAnError) {
  std::filesystem::create_directory(directory.spill());
  const auto report = drain_spill(directory.spill(), [](const LogRecord&) {});
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("not a file"), std::string::npos) << report.error().message;
}

}  // namespace
}  // namespace murder::logs
