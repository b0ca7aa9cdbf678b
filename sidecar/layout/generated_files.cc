#include "sidecar/layout/generated_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/digest.h"

namespace murder::layout {
namespace {

namespace fs = std::filesystem;

constexpr const char* kClientFiles[] = {"tls.crt", "tls.key"};

std::string folder_of(const std::string& file) { return fs::path(file).parent_path().string(); }

// Kubernetes keeps the bytes in a hidden folder of a mount, and links to them.
Result<std::set<std::string>> files_in(const std::string& folder) {
  std::set<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with('.') && entry.is_regular_file(error)) found.insert(entry.path().string());
  }
  if (error) return Error{"read folder " + folder + ": " + error.message()};
  return found;
}

Result<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // An empty file fails to be streamed, and is no failure.
  if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf()))) {
    return system_error("read", path);
  }
  return std::move(text).str();
}

Result<std::set<std::string>> generated(const AgentConfig& config) {
  std::set<std::string> paths;
  for (const auto& folder : {folder_of(config.paths.imapd_conf), folder_of(config.paths.accounts)}) {
    if (folder.empty()) continue;
    auto found = files_in(folder);
    if (!found) return found;
    paths.merge(*found);
  }
  for (const auto& path : {config.listen.tls_ca, config.listen.tls_cert, config.listen.tls_key}) {
    if (!path.empty()) paths.insert(path);
  }
  return paths;
}

std::set<std::string> of_clients(const AgentConfig& config) {
  std::set<std::string> paths;
  if (config.listen.tls_cert.empty()) return paths;
  for (const char* name : kClientFiles) {
    const std::string path = folder_of(config.listen.tls_cert) + "/" + name;
    std::error_code error;
    if (fs::exists(path, error)) paths.insert(path);
  }
  return paths;
}

Status read_into(std::map<std::string, std::string>& files, const std::set<std::string>& paths) {
  for (const auto& path : paths) {
    auto bytes = read(path);
    if (!bytes) return std::move(bytes).error();
    files[fs::path(path).filename().string()] = *std::move(bytes);
  }
  return ok();
}

bool is_of_cyrus(std::string_view name) {
  return name == "imapd.conf" || name == "cyrus.conf" || name == "imapd-secrets.conf";
}

}  // namespace

std::string GeneratedFiles::digest() const { return digest_of_files(files); }

std::string GeneratedFiles::cyrus_digest() const {
  auto kept = brought;
  for (const auto& [name, bytes] : files) {
    if (is_of_cyrus(name)) kept[name] = bytes;
  }
  return digest_of_files(kept);
}

GeneratedFiles GeneratedFiles::of_others() const {
  GeneratedFiles kept;
  for (const auto& [name, bytes] : files) {
    if (!is_of_cyrus(name)) kept.files[name] = bytes;
  }
  return kept;
}

Result<GeneratedFiles> read_generated_files(const AgentConfig& config) {
  const auto paths = generated(config);
  if (!paths) return paths.error();
  GeneratedFiles read;
  MURDER_TRY(read_into(read.files, *paths));
  MURDER_TRY(read_into(read.brought, of_clients(config)));
  return read;
}

std::string stamp_of_generated_files(const AgentConfig& config) {
  auto paths = generated(config);
  if (!paths) return {};
  paths->merge(of_clients(config));
  std::string stamp;
  for (const auto& path : *paths) {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return {};
    stamp += path + " " + std::to_string(found.st_ino) + " " + std::to_string(found.st_size) + " " +
             std::to_string(found.st_mtim.tv_sec) + "." + std::to_string(found.st_mtim.tv_nsec) + "\n";
  }
  return stamp;
}

Concerned concerned_by(const GeneratedFiles& before, const GeneratedFiles& after) {
  Concerned concerned;
  std::set<std::string> names;
  for (const auto& [name, bytes] : before.files) names.insert(name);
  for (const auto& [name, bytes] : after.files) names.insert(name);
  for (const auto& name : names) {
    const auto was = before.files.find(name);
    const auto is = after.files.find(name);
    if (was != before.files.end() && is != after.files.end() && was->second == is->second) continue;
    if (name == "accounts.json") {
      concerned.accounts = true;
    } else if (is_of_cyrus(name)) {
      concerned.cyrus = true;
    } else if (name == "agent.json" || name == "agent.crt" || name == "agent.key" || name == "ca.crt") {
      concerned.agent = true;
    }
    // What is left is read each time (mupdate-password), or needs a restart of Cyrus (services).
  }
  if (before.brought != after.brought) concerned.cyrus = true;
  return concerned;
}

}  // namespace murder::layout
