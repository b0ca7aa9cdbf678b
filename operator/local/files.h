// A node's directories and generated files, as its processes and nobody else may read them.
//
// The node's directory and etc/ belong to who runs this (root) and are readable by Cyrus's group: what Cyrus is told to
// do is not for Cyrus to change. secrets/, tls/, log/ and what the agent lays out belong to Cyrus.
#pragma once

#include <string>
#include <vector>

#include "base/process/spawn.h"
#include "base/result.h"
#include "operator/config/render.h"
#include "operator/local/certificates.h"
#include "operator/local/durable_file.h"

namespace murder::local {

// Files whose bytes differ from what is there. etc/hosts and etc/services are mounted over those of /etc in processes
// that run, which see the file that was mounted and not one that took its name: they are written in place.
Result<std::vector<std::string>> write_changed(const std::vector<config::File>& files, const Access& access);

// Everything that a node needs before its agent starts: directories, generated files, certificates. Returns the paths
// that were changed.
Result<std::vector<std::string>> write_node(const topology::Topology& topology, const topology::Node& node,
                                            const config::Passwords& passwords,
                                            const pki::CertificateAuthority& authority, const Owner& cyrus);

}  // namespace murder::local
