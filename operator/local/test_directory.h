// A directory for one test, gone after it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace murder::local {

class TestDirectory {
 public:
  TestDirectory() {
    char name[] = "/tmp/murder-local-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace murder::local
