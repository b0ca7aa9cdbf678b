#include "sidecar/logs/file_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "sidecar/logs/test_directory.h"

namespace murder::logs {
namespace {

class FileSinkTest : public testing::Test {
 protected:
  FileSink open(std::uint64_t max_bytes, int files) {
    auto sink = FileSink::open({.path = path, .max_bytes = max_bytes, .files = files});
    if (!sink) throw std::runtime_error{sink.error().message};
    return *std::move(sink);
  }
  std::string contents(const std::string& suffix = "") { return TestDirectory::read(path + suffix); }
  bool exists(const std::string& suffix) { return std::filesystem::exists(path + suffix); }

  TestDirectory directory;
  const std::string path = directory.path() / "cyrus.log";
};

TEST_F(FileSinkTest, AppendsToWhatIsThere) {
  TestDirectory::write(path, "old\n");
  auto sink = open(1000, 2);
  ASSERT_TRUE(sink.write("new\n"));
  ASSERT_TRUE(sink.flush());
  EXPECT_EQ(contents(), "old\nnew\n");
}

TEST_F(FileSinkTest, KeepsTheNewestFiles) {
  auto sink = open(10, 3);
  for (const auto* line : {"1111\n", "2222\n", "3333\n", "4444\n", "5555\n", "6666\n", "7777\n"}) {
    ASSERT_TRUE(sink.write(line));
    ASSERT_TRUE(sink.flush());
  }
  EXPECT_EQ(contents(), "7777\n");
  EXPECT_EQ(contents(".1"), "5555\n6666\n");
  EXPECT_EQ(contents(".2"), "3333\n4444\n");
  EXPECT_FALSE(exists(".3"));
  EXPECT_FALSE(exists(".new"));
}

TEST_F(FileSinkTest, OfOneFileStartsItAnew) {
  auto sink = open(10, 1);
  for (const auto* line : {"1111\n", "2222\n", "3333\n"}) {
    ASSERT_TRUE(sink.write(line));
    ASSERT_TRUE(sink.flush());
  }
  EXPECT_EQ(contents(), "3333\n");
  EXPECT_FALSE(exists(".1"));
}

TEST_F(FileSinkTest, WritesALineLongerThanAFileWhole) {
  auto sink = open(10, 2);
  const auto line = std::string(100, 'x') + "\n";
  ASSERT_TRUE(sink.write("a\n"));
  ASSERT_TRUE(sink.flush());
  ASSERT_TRUE(sink.write(line));
  ASSERT_TRUE(sink.flush());
  EXPECT_EQ(contents(), line);
  EXPECT_EQ(contents(".1"), "a\n");
}

TEST_F(FileSinkTest, GoesOnInTheOldFileWhenItCannotRotate) {
  auto sink = open(10, 2);
  ASSERT_TRUE(sink.write("11111111\n"));
  ASSERT_TRUE(sink.flush());
  std::filesystem::create_directory(path + ".new");
  EXPECT_FALSE(sink.write("2222\n"));
  ASSERT_TRUE(sink.flush());
  EXPECT_EQ(contents(), "11111111\n2222\n");
  EXPECT_FALSE(exists(".1"));
}

TEST_F(FileSinkTest, CountsWhatAFullDiskLoses) {
  auto full = FileSink::open({.path = "/dev/full"});
  ASSERT_TRUE(full);
  ASSERT_TRUE(full->write("a\n"));
  ASSERT_TRUE(full->write("b\n"));
  EXPECT_FALSE(full->flush());
  EXPECT_EQ(full->lost_lines(), 2u);
}

TEST(StreamSink, WritesAtFlush) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  Descriptor reader{ends[0]}, writer{ends[1]};
  StreamSink sink{writer.get()};
  ASSERT_TRUE(sink.write("a\n"));
  char buffer[8];
  EXPECT_EQ(::read(reader.get(), buffer, sizeof buffer), -1);
  ASSERT_TRUE(sink.flush());
  EXPECT_EQ(::read(reader.get(), buffer, sizeof buffer), 2);
}

}  // namespace
}  // namespace murder::logs
