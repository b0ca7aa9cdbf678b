#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

#include "operator/api/manifests.h"

namespace murder::api {
namespace {

Result<std::string> read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return system_error("open", path.string());
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return system_error("read", path.string());
  return text;
}

}  // namespace

Result<std::vector<ManifestFile>> read_manifest_files(const std::vector<std::string>& paths) {
  std::vector<ManifestFile> files;
  const auto add = [&](const std::filesystem::path& path) -> Status {
    auto text = read_all(path);
    if (!text) return std::move(text).error();
    files.push_back({path.string(), *std::move(text)});
    return ok();
  };
  for (const auto& path : paths) {
    if (path == "-") {
      files.push_back({"standard input", std::string((std::istreambuf_iterator<char>(std::cin)), {})});
      continue;
    }
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      MURDER_TRY(add(path));
      continue;
    }
    std::set<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      const auto extension = entry.path().extension();
      if (extension == ".yaml" || extension == ".yml" || extension == ".json") found.insert(entry.path());
    }
    if (error) return Error{"read folder " + path + ": " + error.message()};
    if (found.empty()) return Error{"folder " + path + " has no *.yaml, *.yml or *.json"};
    for (const auto& file : found) MURDER_TRY(add(file));
  }
  return files;
}

}  // namespace murder::api
