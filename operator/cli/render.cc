// murder render -f FILE… [--role ROLE] [--node NODE] [--to FOLDER]
#include "operator/config/render.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "operator/cli/exit_code.h"
#include "operator/cli/manifests.h"
#include "operator/cli/output.h"
#include "operator/cli/verbs.h"

namespace murder::cli {
namespace {

struct Options {
  ManifestOptions manifests;
  Format format = Format::Text;
  std::string role;
  std::string node;
  std::string folder;
};

// "nodes/be1/etc/imapd.conf": a file's path below the target's root.
std::string relative(const topology::Topology& topology, const config::File& file) {
  return topology.cluster + file.path.substr(topology.target.root.size());
}

Status write(const std::filesystem::path& path, const std::string& bytes) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) return Error{"make folder " + path.parent_path().string() + ": " + error.message()};
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  if (!file) return system_error("write", path.string());
  return ok();
}

int render(const Options& options) {
  auto loaded = load(options.manifests);
  if (const int* code = std::get_if<int>(&loaded)) return *code;
  const auto& manifests = std::get<api::Manifests>(loaded);
  std::vector<config::File> files;
  for (const auto& cluster : manifests.clusters) {
    auto derived = derive(cluster, manifests, preview_target(cluster, manifests.backends));
    if (const int* code = std::get_if<int>(&derived)) return *code;
    const auto& topology = std::get<topology::Topology>(derived);
    for (const auto& node : topology.nodes) {
      if (!options.role.empty() && options.role != to_string(node.role)) continue;
      if (!options.node.empty() && options.node != node.name) continue;
      for (auto& file : config::render(topology, node)) {
        file.path = relative(topology, file);
        files.push_back(std::move(file));
      }
    }
  }
  if (files.empty()) return fail(Error{"no node is called " + (options.node.empty() ? options.role : options.node)});
  if (!options.folder.empty()) {
    for (const auto& file : files) {
      if (const auto written = write(std::filesystem::path(options.folder) / file.path, file.bytes); !written) {
        return fail(written.error());
      }
    }
    std::cerr << files.size() << " files below " << options.folder << ". Passwords are not among them.\n";
    return kDone;
  }
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& file : files) json[file.path] = file.bytes;
  print(options.format, json, [&](std::ostream& out) {
    for (const auto& file : files) out << "==> " << file.path << " <==\n" << file.bytes << "\n";
  });
  return kDone;
}

}  // namespace

void add_render(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("render", "Show the files that each node would get: cyrus.conf, imapd.conf and others");
  add_manifests(*command, options->manifests);
  command->add_option("--role", options->role, "Only nodes of this role")
      ->check(CLI::IsMember({"master", "backend", "frontend"}));
  command->add_option("--node", options->node, "Only this node");
  command->add_option("--to", options->folder, "Write into this folder instead of showing")->type_name("FOLDER");
  add_format(*command, options->format);
  command->callback([options, &code] { code = render(*options); });
}

}  // namespace murder::cli
