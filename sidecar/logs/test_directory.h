// A directory for one test, gone with it; with the paths that a log receiver uses.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace murder::logs {

class TestDirectory {
 public:
  TestDirectory() : path_(std::filesystem::temp_directory_path() / "murder-logs-XXXXXX") {
    auto name = path_.string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"mkdtemp " + name};
    path_ = name;
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string socket() const { return path_ / "log.sock"; }
  std::string spill() const { return path_ / "spill"; }

  static std::string read(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  static void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream{path, std::ios::binary} << bytes;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace murder::logs
