// The manifests of examples/manifests and operator/api/testdata, for tests.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "operator/api/manifests.h"
#include "operator/topology/preview.h"

namespace murder::testdata {

inline std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Files of a folder below the sources with this extension, by name.
inline std::vector<std::filesystem::path> files(const std::string& folder, const std::string& extension = ".yaml") {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(MURDER_SOURCE_DIR) / folder)) {
    if (entry.path().extension() == extension) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

inline std::vector<std::filesystem::path> good() { return files("examples/manifests"); }

inline api::ManifestFile manifest(const std::filesystem::path& path) { return {path.filename().string(), read(path)}; }

// A good manifest, as a test wants it.
inline api::Manifests parse(const std::filesystem::path& path) {
  return std::get<api::Manifests>(api::parse_manifests({manifest(path)}));
}

inline std::vector<topology::Topology> topologies(const api::Manifests& manifests,
                                                  const topology::Preview& preview = {}) {
  std::vector<topology::Topology> all;
  for (const auto& cluster : manifests.clusters) {
    const auto target = topology::preview_target(cluster, manifests.backends, preview);
    all.push_back(topology::derive(cluster, manifests.backends, target).topology.value());
  }
  return all;
}

// GoogleTest takes letters and digits only as the name of an instance.
inline std::string test_name(const std::filesystem::path& path) {
  std::string name = path.stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

}  // namespace murder::testdata
