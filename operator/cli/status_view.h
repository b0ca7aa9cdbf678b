// One screen of a murder, from what its agents said. Pure.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "operator/agents/agents.h"
#include "operator/topology/topology.h"

namespace murder::cli {

struct NodeRow {
  std::string node;
  std::string role;
  std::string address;
  std::string state;      // "ready", "not ready", "no answer"
  std::string services;   // "8/8"
  std::string mailboxes;  // held, or listed; "-" when unknown
  std::string list;       // frontends: "in sync, 4 s ago"; backends: "pushed, 3 s ago", "held: MailboxConflict"
};

struct ConflictRow {
  std::string backend;
  std::string mailbox;
  std::string here;
  std::string master;
};

struct StatusView {
  std::string cluster;
  std::string cyrus;
  std::vector<NodeRow> nodes;
  std::vector<ConflictRow> conflicts;
  std::vector<std::string> problems;  // "fe1: service imap: connection refused"
  bool ready = false;                 // every node is, no list is out of sync, nothing is held
};

StatusView view(const topology::Topology& topology, const agents::Replies<agent::v1::NodeStatus>& replies,
                std::chrono::system_clock::time_point now);

nlohmann::ordered_json to_json(const StatusView& view);
void print(const StatusView& view, std::ostream& out);

// "4 s", "3 min", "2 h", "5 d".
std::string age(std::chrono::system_clock::time_point then, std::chrono::system_clock::time_point now);

}  // namespace murder::cli
