#include "sidecar/layout/told.h"

#include <fstream>

namespace murder::layout {
namespace {

std::string path_of(const AgentConfig& config) { return config.paths.run_directory + "/cyrus-files"; }

}  // namespace

Status remember_told(const AgentConfig& config, const GeneratedFiles& files) {
  std::ofstream file(path_of(config), std::ios::trunc);
  file << files.cyrus_digest() << '\n';
  if (!file.flush()) return system_error("write", path_of(config));
  return ok();
}

bool was_told(const AgentConfig& config, const GeneratedFiles& files) {
  std::ifstream file(path_of(config));
  std::string digest;
  return std::getline(file, digest) && digest == files.cyrus_digest();
}

}  // namespace murder::layout
