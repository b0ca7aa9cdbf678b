// What every node says of one mailbox, and whether they agree. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "operator/agents/agents.h"
#include "operator/topology/topology.h"

namespace murder::cli {

struct WhereRow {
  std::string node;
  std::string role;
  std::string says;  // "active", "reserved", "holds it", "moved away", "absent", "no answer"
  std::string location;
  std::string acl;
};

struct WhereView {
  std::string mailbox;
  std::vector<WhereRow> rows;
  bool agreed = false;
  std::string verdict;  // one sentence
};

WhereView view(const topology::Topology& topology, const std::string& mailbox,
               const agents::Replies<agent::v1::WhereReply>& replies);

nlohmann::ordered_json to_json(const WhereView& view);
void print(const WhereView& view, std::ostream& out);

}  // namespace murder::cli
