#include "operator/local/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/net/unique_fd.h"

namespace murder::local {
namespace {

using topology::Node;

bool is_mounted_over(const std::string& path) {
  return path.ends_with("/etc/hosts") || path.ends_with("/etc/services");
}

// The new bytes first, then the new length: a reader in between sees a line too many rather than an empty file.
Status write_in_place(const std::string& path, const std::string& bytes, const Access& access) {
  const net::UniqueFd fd(open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && errno == ENOENT) return write_file(path, bytes, access);
  if (!fd) return system_error("open", path);
  if (pwrite(fd.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()) ||
      ftruncate(fd.get(), static_cast<off_t>(bytes.size())) != 0 || fsync(fd.get()) != 0) {
    return system_error("write", path);
  }
  return ok();
}

pki::CertificateNames names_of(const Node& node) {
  pki::CertificateNames names{.common_name = node.host, .hosts = {node.host, "localhost"}};
  if (!node.address.empty()) names.addresses.push_back(node.address);
  return names;
}

}  // namespace

Result<std::vector<std::string>> write_changed(const std::vector<config::File>& files, const Access& access) {
  std::vector<std::string> changed;
  for (const auto& file : files) {
    auto there = read_file(file.path);
    if (!there) return std::move(there).error();
    if (*there == file.bytes) continue;
    MURDER_TRY(is_mounted_over(file.path) ? write_in_place(file.path, file.bytes, access)
                                          : write_file(file.path, file.bytes, access));
    changed.push_back(file.path);
  }
  return changed;
}

Result<std::vector<std::string>> write_node(const topology::Topology& topology, const Node& node,
                                            const config::Passwords& passwords,
                                            const pki::CertificateAuthority& authority, const Owner& cyrus) {
  const auto& paths = node.paths;
  const Owner ours{self().uid, cyrus.gid};
  MURDER_TRY(make_directory(paths.root, {.mode = 0750, .owner = ours}));
  MURDER_TRY(make_directory(paths.etc(), {.mode = 0750, .owner = ours}));
  for (const auto& own :
       {paths.secrets(), paths.tls(), paths.conf(), paths.run(), paths.sieve(), paths.log(), paths.root + "/spool"}) {
    MURDER_TRY(make_directory(own, {.mode = own == paths.log() ? mode_t{0750} : mode_t{0700}, .owner = cyrus}));
  }

  auto changed = write_changed(config::render(topology, node), {.mode = 0640, .owner = ours});
  if (!changed) return changed;
  const Access secret{.mode = 0600, .owner = cyrus};
  for (const auto& files : {config::render_secrets(topology, node, passwords),
                            std::vector<config::File>{{paths.tls() + "/ca.crt", authority.certificate()}}}) {
    auto more = write_changed(files, secret);
    if (!more) return more;
    changed->insert(changed->end(), more->begin(), more->end());
  }
  const auto certify = [&](const std::string& name) -> Status {
    const auto certificate = paths.tls() + "/" + name + ".crt";
    auto made = ensure_certificate(authority, {certificate, paths.tls() + "/" + name + ".key"}, names_of(node),
                                   pki::CertificateUse::ServerAndClient, secret, pki::Clock::now());
    if (!made) return std::move(made).error();
    if (*made) changed->push_back(certificate);
    return ok();
  };
  MURDER_TRY(certify("agent"));
  if (node.role == Role::Frontend) MURDER_TRY(certify("tls"));
  return changed;
}

}  // namespace murder::local
