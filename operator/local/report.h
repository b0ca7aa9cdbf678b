// How a local murder is: for `murder local status`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "operator/local/state.h"
#include "operator/local/supervise_plan.h"
#include "operator/topology/topology.h"

namespace murder::local {

struct NodeReport {
  std::string name;
  Role role = Role::Master;
  std::string host;
  std::string address;
  std::optional<Process> agent;
  std::optional<Process> cyrmaster;
  int agent_restarts = 0;
  int cyrus_restarts = 0;
  bool ready = false;
  std::string text;  // what is not well, and what is being done about it
};

struct Report {
  std::string cluster;
  Places places;
  bool wanted = false;
  std::optional<pid_t> supervisor;
  std::optional<pid_t> guard;
  std::vector<NodeReport> nodes;

  bool ready() const;
};

Result<Report> report(const Places& places);

// Tables for people; JSON for programs.
std::string to_text(const Report& report);
std::string to_json(const Report& report);

}  // namespace murder::local
