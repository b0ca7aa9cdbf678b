#include "sidecar/layout/directories.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

namespace murder::layout {
namespace {

void add_parent_of(const std::string& file, std::vector<std::string>& to) {
  if (!file.empty()) to.push_back(std::filesystem::path(file).parent_path().string());
}

Status make_directory(const std::filesystem::path& path) {
  if (mkdir(path.c_str(), 0700) == 0) return ok();
  const int error = errno;
  struct stat found {};
  if (error == EEXIST && stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return ok();
  return system_error("make directory", path.string(), error == EEXIST ? ENOTDIR : error);
}

Status make_with_parents(const std::filesystem::path& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return ok();
  if (path.has_parent_path() && path.parent_path() != path) MURDER_TRY(make_with_parents(path.parent_path()));
  return make_directory(path);
}

}  // namespace

std::vector<std::string> directories(const AgentConfig& config) {
  const auto& paths = config.paths;
  std::vector<std::string> result;
  if (!paths.config_directory.empty()) {
    result.push_back(paths.config_directory);
    for (const char* name : {"db", "socket", "proc", "log", "msg", "ptclient", "lock", "user", "quota", "backup"}) {
      result.push_back(paths.config_directory + "/" + name);
    }
  }
  if (!paths.run_directory.empty()) {
    result.push_back(paths.run_directory);
    for (const char* name : {"proc", "lock"}) result.push_back(paths.run_directory + "/" + name);
  }
  for (const auto& partition : config.partitions) result.push_back(partition.path);
  if (!paths.sieve_directory.empty()) result.push_back(paths.sieve_directory);
  for (const auto& file : {paths.sasldb, paths.master_pid, config.logs.socket, config.logs.spill, config.logs.file}) {
    add_parent_of(file, result);
  }
  return result;
}

Status make_directories(const std::vector<std::string>& paths) {
  for (const auto& path : paths) MURDER_TRY(make_with_parents(path));
  return ok();
}

}  // namespace murder::layout
