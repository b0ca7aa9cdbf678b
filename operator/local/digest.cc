#include "operator/local/digest.h"

#include "base/digest.h"
#include "operator/local/durable_file.h"

namespace murder::local {

Result<std::string> digest_of(const std::vector<std::string>& paths) {
  std::map<std::string, std::string> files;
  for (const auto& path : paths) {
    auto bytes = read_file(path);
    if (!bytes) return std::move(bytes).error();
    files[path] = (*std::move(bytes)).value_or("");
  }
  return digest_of_files(files);
}

}  // namespace murder::local
