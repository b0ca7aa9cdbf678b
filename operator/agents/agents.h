// Asks the agents beside each Cyrus (proto/agent.proto) over gRPC with mutual TLS, all of them at once.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "proto/agent.pb.h"

namespace murder::agents {

struct Endpoint {
  std::string node;     // "be1"
  std::string address;  // "127.80.1.1:8481"
  std::string host;     // that its certificate is made out to
};

// PEM texts: the cluster's CA, and the certificate and key that the operator shows.
struct Credentials {
  std::string ca;
  std::string certificate;
  std::string key;
};

template <typename Reply>
using Replies = std::map<std::string, Result<Reply>>;  // by node

class Agents {
 public:
  Agents(const std::vector<Endpoint>& endpoints, const Credentials& credentials);
  ~Agents();

  // An answer or an error of each node, within the timeout. `fresh` has each agent check again before it answers.
  Replies<agent::v1::NodeStatus> status(bool fresh, std::chrono::milliseconds timeout) const;
  Result<agent::v1::NodeStatus> status(const std::string& node, bool fresh, std::chrono::milliseconds timeout) const;
  Replies<agent::v1::WhereReply> where(const std::string& mailbox, std::chrono::milliseconds timeout) const;

  // Of many mailboxes, at once; of the master and frontends.
  Replies<agent::v1::WhereReply> where(const std::vector<std::string>& nodes, const std::vector<std::string>& mailboxes,
                                       std::chrono::milliseconds timeout) const;

  // Of backends, each its own request.
  Replies<agent::v1::InventoryReply> inventory(const std::map<std::string, agent::v1::InventoryRequest>& requests,
                                               std::chrono::milliseconds timeout) const;
  Result<agent::v1::MoveReport> move(const std::string& node, const agent::v1::MoveRequest& request,
                                     std::chrono::milliseconds timeout) const;
  // Asks a backend to send ahead what everybody has read in a shared mailbox; how many records went.
  Result<std::uint32_t> carry_seen(const std::string& node, const std::string& mailbox, const std::string& to,
                                   std::chrono::milliseconds timeout) const;
  // Has a backend let a shared mailbox come.
  Status make_way(const std::string& node, const std::string& mailbox, std::chrono::milliseconds timeout) const;
  // What a user has read in mailboxes that are not its own.
  Result<agent::v1::GetSeenReply> get_seen(const std::string& node, const agent::v1::GetSeenRequest& request,
                                           std::chrono::milliseconds timeout) const;
  Result<agent::v1::PutSeenReply> put_seen(const std::string& node, const agent::v1::PutSeenRequest& request,
                                           std::chrono::milliseconds timeout) const;
  // Of frontends; nothing of those that did.
  std::map<std::string, Error> hold_deliveries(const std::vector<std::string>& nodes, const std::string& mailbox,
                                               std::chrono::seconds duration, std::chrono::milliseconds timeout) const;
  // Asks the master to forget all that it lists of a server (its host name); how many entries went.
  Result<std::uint64_t> forget(const std::string& node, const std::string& server,
                               std::chrono::milliseconds timeout) const;
  Result<agent::v1::PushReport> push(const std::string& node, const agent::v1::PushRequest& request,
                                     std::chrono::milliseconds timeout) const;

 private:
  struct Channel;
  const Channel* find(const std::string& node) const;

  std::map<std::string, std::unique_ptr<Channel>> channels_;
};

}  // namespace murder::agents
