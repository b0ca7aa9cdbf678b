// murder render -f FILE… [--role ROLE] [--node NODE] [--to FOLDER [--passwords FILE]]
#include "operator/config/render.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "operator/cli/exit_code.h"
#include "operator/cli/manifests.h"
#include "operator/cli/output.h"
#include "operator/cli/verbs.h"
#include "operator/config/cyrus/installed.h"
#include "operator/topology/preview.h"

namespace murder::cli {
namespace {

struct Options {
  ManifestOptions manifests;
  Format format = Format::Text;
  std::string role;
  std::string node;
  std::string folder;
  topology::Preview preview;
  std::string release;
  std::string passwords;
};

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

// {"mupdate.be1": "…", …}: what `murder render --passwords` is given.
Result<config::Passwords> read_passwords(const std::string& path) {
  std::ifstream file(path);
  if (!file) return system_error("open", path);
  const auto json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  config::Passwords passwords;
  if (!json.is_object()) return Error{path + ": must be a JSON object of account and password"};
  for (const auto& [account, password] : json.items()) {
    if (!password.is_string()) return Error{path + ": the password of " + account + " must be a string"};
    passwords[account] = password;
  }
  return passwords;
}

Result<topology::Preview> preview_of(const Options& options) {
  topology::Preview preview = options.preview;
  if (!options.release.empty()) {
    auto release = cyrus::parse_version(options.release);
    if (!release) return std::move(release).error().in("--cyrus");
    preview.cyrus = *release;
  } else if (const auto installed = cyrus::installed_version()) {
    preview.cyrus = *installed;
  }
  return preview;
}

int render(const Options& options) {
  auto loaded = load(options.manifests);
  if (const int* code = std::get_if<int>(&loaded)) return *code;
  const auto& manifests = std::get<api::Manifests>(loaded);
  const auto preview = preview_of(options);
  if (!preview) return fail(preview.error());
  std::optional<config::Passwords> passwords;
  if (!options.passwords.empty()) {
    auto read = read_passwords(options.passwords);
    if (!read) return fail(read.error());
    passwords = *std::move(read);
  }
  auto derived = derive_all(
      manifests, [&](const auto& cluster) { return topology::preview_target(cluster, manifests.backends, *preview); });
  if (const int* code = std::get_if<int>(&derived)) return *code;
  const auto& topologies = std::get<std::vector<topology::Topology>>(derived);
  std::vector<config::File> files;
  for (std::size_t i = 0; i < topologies.size(); ++i) {
    const auto& topology = topologies[i];
    if (passwords) {
      for (const auto& secret : config::secrets_of(topology)) {
        if (!passwords->contains(secret)) return fail(Error{options.passwords + ": no password of " + secret});
      }
    }
    for (const auto& node : topology.nodes) {
      if (!options.role.empty() && options.role != to_string(node.role)) continue;
      if (!options.node.empty() && options.node != node.name) continue;
      auto of_node = config::render(topology, node);
      if (passwords) {
        for (auto& secret : config::render_secrets(topology, node, *passwords)) of_node.push_back(std::move(secret));
      }
      for (auto& file : of_node) {
        file.path = topology::folder_of(manifests.clusters[i].metadata) + file.path.substr(topology.target.root.size());
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
    std::cerr << files.size() << " files below " << options.folder
              << (passwords ? ".\n" : ". Passwords are not among them.\n");
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
  command->add_option("--cyrus", options->release, "Release, for clusters that name none; else the one installed here")
      ->type_name("RELEASE");
  command->add_option("--root", options->preview.root, "Where the clusters' folders are to be")
      ->capture_default_str()
      ->type_name("FOLDER");
  command->add_option("--network", options->preview.network, "First two octets of the nodes' addresses")
      ->capture_default_str()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return CLI::ValidIPV4(text + ".0.0").empty() ? "" : "must be two octets, such as 127.80";
          },
          "A.B"));
  command
      ->add_option("--passwords", options->passwords,
                   "JSON object of account and password: write the files that have them too")
      ->type_name("FILE");
  add_format(*command, options->format);
  command->callback([options, &code] { code = render(*options); });
}

}  // namespace murder::cli
