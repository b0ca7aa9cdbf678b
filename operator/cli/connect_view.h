// What a person is told once a local murder is up: its nodes, its accounts, and three commands to try. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "operator/config/render.h"
#include "operator/local/state.h"
#include "operator/topology/topology.h"

namespace murder::cli {

// Files with which the suggested commands find user and password, so that neither stands on a command line.
std::vector<config::File> client_files(const topology::Topology& topology, const local::Places& places,
                                       const config::Passwords& passwords);

// "cyradm …", "curl …", "mbsync …"; the latter two only when there is a user to be.
std::vector<std::string> commands_to_try(const topology::Topology& topology, const local::Places& places);

nlohmann::ordered_json connect_json(const topology::Topology& topology, const local::Places& places);
void print_connect(const topology::Topology& topology, const local::Places& places, std::ostream& out);

}  // namespace murder::cli
