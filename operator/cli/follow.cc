#include "operator/cli/follow.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/net/unique_fd.h"

namespace murder::cli {
namespace {

class Followed {
 public:
  explicit Followed(std::string path) : path_(std::move(path)) {}

  // From the beginning of its last `count` lines.
  void begin(int count) {
    open();
    std::string line;
    std::vector<std::streamoff> begins;
    for (std::streamoff at = 0; std::getline(file_, line); at = file_.tellg()) {
      begins.push_back(at);
      if (file_.eof()) break;
    }
    file_.clear();
    const auto lines = static_cast<std::size_t>(count);
    file_.seekg(begins.size() > lines ? begins[begins.size() - lines] : 0);
  }

  void print_new(std::ostream& out) {
    drain(out);
    if (!is_replaced()) return;
    partial_.clear();
    open();
    drain(out);
  }

 private:
  void open() {
    file_ = std::ifstream(path_);
    struct stat found {};
    inode_ = stat(path_.c_str(), &found) == 0 ? found.st_ino : 0;
  }

  bool is_replaced() const {
    struct stat found {};
    return stat(path_.c_str(), &found) == 0 && found.st_ino != inode_;
  }

  void drain(std::ostream& out) {
    if (!file_.is_open()) return;
    file_.clear();
    for (std::string line; std::getline(file_, line);) {
      partial_ += line;
      if (file_.eof()) return;  // not ended yet
      out << partial_ << '\n';
      partial_.clear();
    }
  }

  const std::string path_;
  std::ifstream file_;
  ino_t inode_ = 0;
  std::string partial_;
};

}  // namespace

void print_last(const std::string& path, int count, std::ostream& out) {
  Followed file(path);
  file.begin(count);
  file.print_new(out);
}

Status follow(const std::vector<std::string>& paths, int count, std::ostream& out) {
  const net::UniqueFd changes(inotify_init1(IN_CLOEXEC));
  if (changes.get() < 0) return Error{std::string("inotify: ") + std::strerror(errno)};
  std::set<std::string> folders;
  for (const auto& path : paths) folders.insert(std::filesystem::path(path).parent_path());
  for (const auto& folder : folders) {
    if (inotify_add_watch(changes.get(), folder.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
      return Error{folder + ": cannot be watched: " + std::strerror(errno)};
    }
  }
  std::vector<Followed> files(paths.begin(), paths.end());
  for (auto& file : files) file.begin(count);
  while (true) {
    for (auto& file : files) file.print_new(out);
    if (!out.flush()) return ok();  // whoever read this has gone
    // Which file has changed is not asked: they are few, and looking at one that has not costs nothing.
    std::array<char, 4096> events;
    if (read(changes.get(), events.data(), events.size()) < 0 && errno != EINTR) {
      return Error{std::string("inotify: ") + std::strerror(errno)};
    }
  }
}

}  // namespace murder::cli
