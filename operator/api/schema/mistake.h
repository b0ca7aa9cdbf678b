// What is wrong with a manifest, where, and what to write instead.
#pragma once

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace murder::api {

struct Mistake {
  std::string file;
  int line = 0;      // from 1; 0 when the whole file is meant
  std::string path;  // of the field: "spec.partitions[1].name"
  std::string message;

  // "cluster.yaml:12: spec.frontend.replicas: must be at least 0, not -1"
  std::string text() const {
    std::string text = file;
    if (line > 0) text += ":" + std::to_string(line);
    text += ": ";
    if (!path.empty()) text += path + ": ";
    return text + message;
  }
  bool operator==(const Mistake&) const = default;
};

using Mistakes = std::vector<Mistake>;

// As a reader goes through his files.
inline void sort_as_written(Mistakes& mistakes) {
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const Mistake& a, const Mistake& b) {
    return std::tie(a.file, a.line) < std::tie(b.file, b.line);
  });
}

}  // namespace murder::api
