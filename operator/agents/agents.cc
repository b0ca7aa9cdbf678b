#include "operator/agents/agents.h"

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <mutex>

#include "proto/agent.grpc.pb.h"

namespace murder::agents {
namespace {

namespace v1 = agent::v1;

Error error_of(const std::string& node, const grpc::Status& status) {
  const char* what = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ? "no answer in time"
                     : status.error_code() == grpc::StatusCode::UNAVAILABLE     ? "cannot be reached"
                                                                                : "refused";
  return Error{"agent of " + node + ": " + what + " (" + status.error_message() + ")"};
}

Error no_such(const std::string& node) { return Error{"no node is called " + node}; }

// One call of one agent, which may be none.
template <typename Channel, typename Request, typename Reply>
Result<Reply> ask(const Channel* channel, const std::string& node,
                  grpc::Status (v1::Agent::Stub::*method)(grpc::ClientContext*, const Request&, Reply*),
                  const Request& request, std::chrono::milliseconds timeout) {
  if (channel == nullptr) return no_such(node);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  Reply reply;
  const auto status = (channel->stub.get()->*method)(&context, request, &reply);
  if (!status.ok()) return error_of(node, status);
  return reply;
}

// Sends one call to many agents and waits until each has ended, by an answer or by its deadline.
template <typename Reply>
class FanOut {
 public:
  struct Call {
    grpc::ClientContext context;
    Reply reply;
    grpc::Status status;
  };

  Call& add(const std::string& node, std::chrono::milliseconds timeout) {
    Call& call = calls_[node];
    call.context.set_deadline(std::chrono::system_clock::now() + timeout);
    const std::lock_guard lock(mutex_);
    ++running_;
    return call;
  }
  void ended(Call& call, grpc::Status status) {
    const std::lock_guard lock(mutex_);
    call.status = std::move(status);
    --running_;
    changed_.notify_all();
  }
  Replies<Reply> wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return running_ == 0; });
    Replies<Reply> replies;
    for (auto& [node, call] : calls_) {
      if (call.status.ok()) {
        replies.emplace(node, std::move(call.reply));
      } else {
        replies.emplace(node, error_of(node, call.status));
      }
    }
    return replies;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int running_ = 0;
  std::map<std::string, Call> calls_;
};

}  // namespace

struct Agents::Channel {
  std::unique_ptr<v1::Agent::Stub> stub;
};

Agents::Agents(const std::vector<Endpoint>& endpoints, const Credentials& credentials) {
  const auto tls = grpc::SslCredentials({credentials.ca, credentials.key, credentials.certificate});
  for (const auto& endpoint : endpoints) {
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride(endpoint.host);
    auto channel = std::make_unique<Channel>();
    channel->stub = v1::Agent::NewStub(grpc::CreateCustomChannel(endpoint.address, tls, arguments));
    channels_.emplace(endpoint.node, std::move(channel));
  }
}

Agents::~Agents() = default;

Replies<v1::NodeStatus> Agents::status(bool fresh, std::chrono::milliseconds timeout) const {
  v1::GetStatusRequest request;
  request.set_fresh(fresh);
  FanOut<v1::NodeStatus> all;
  for (const auto& [node, channel] : channels_) {
    auto& call = all.add(node, timeout);
    channel->stub->async()->GetStatus(&call.context, &request, &call.reply,
                                      [&](grpc::Status status) { all.ended(call, std::move(status)); });
  }
  return all.wait();
}

Result<v1::NodeStatus> Agents::status(const std::string& node, bool fresh, std::chrono::milliseconds timeout) const {
  v1::GetStatusRequest request;
  request.set_fresh(fresh);
  return ask(find(node), node, &v1::Agent::Stub::GetStatus, request, timeout);
}

Replies<v1::WhereReply> Agents::where(const std::string& mailbox, std::chrono::milliseconds timeout) const {
  v1::WhereRequest request;
  request.set_mailbox(mailbox);
  FanOut<v1::WhereReply> all;
  for (const auto& [node, channel] : channels_) {
    auto& call = all.add(node, timeout);
    channel->stub->async()->Where(&call.context, &request, &call.reply,
                                  [&](grpc::Status status) { all.ended(call, std::move(status)); });
  }
  return all.wait();
}

const Agents::Channel* Agents::find(const std::string& node) const {
  const auto channel = channels_.find(node);
  return channel == channels_.end() ? nullptr : channel->second.get();
}

Replies<v1::WhereReply> Agents::where(const std::vector<std::string>& nodes, const std::vector<std::string>& mailboxes,
                                      std::chrono::milliseconds timeout) const {
  v1::WhereRequest request;
  for (const auto& mailbox : mailboxes) request.add_mailboxes(mailbox);
  FanOut<v1::WhereReply> all;
  std::vector<std::string> unknown;
  for (const auto& node : nodes) {
    const auto* channel = find(node);
    if (channel == nullptr) {
      unknown.push_back(node);
      continue;
    }
    auto& call = all.add(node, timeout);
    channel->stub->async()->Where(&call.context, &request, &call.reply,
                                  [&](grpc::Status status) { all.ended(call, std::move(status)); });
  }
  auto replies = all.wait();
  for (const auto& node : unknown) replies.emplace(node, no_such(node));
  return replies;
}

Replies<v1::InventoryReply> Agents::inventory(const std::map<std::string, v1::InventoryRequest>& requests,
                                              std::chrono::milliseconds timeout) const {
  FanOut<v1::InventoryReply> all;
  std::vector<std::string> unknown;
  for (const auto& [node, request] : requests) {
    const auto* channel = find(node);
    if (channel == nullptr) {
      unknown.push_back(node);
      continue;
    }
    auto& call = all.add(node, timeout);
    channel->stub->async()->Inventory(&call.context, &request, &call.reply,
                                      [&](grpc::Status status) { all.ended(call, std::move(status)); });
  }
  auto replies = all.wait();
  for (const auto& node : unknown) replies.emplace(node, no_such(node));
  return replies;
}

std::map<std::string, Error> Agents::hold_deliveries(const std::vector<std::string>& nodes, const std::string& mailbox,
                                                     std::chrono::seconds duration,
                                                     std::chrono::milliseconds timeout) const {
  v1::HoldDeliveriesRequest request;
  request.set_mailbox(mailbox);
  request.set_seconds(static_cast<std::uint32_t>(duration.count()));
  FanOut<v1::HoldDeliveriesReply> all;
  std::map<std::string, Error> failed;
  for (const auto& node : nodes) {
    const auto* channel = find(node);
    if (channel == nullptr) {
      failed.emplace(node, no_such(node));
      continue;
    }
    auto& call = all.add(node, timeout);
    channel->stub->async()->HoldDeliveries(&call.context, &request, &call.reply,
                                           [&](grpc::Status status) { all.ended(call, std::move(status)); });
  }
  for (const auto& [node, reply] : all.wait()) {
    if (!reply) failed.emplace(node, reply.error());
  }
  return failed;
}

Result<std::uint32_t> Agents::carry_seen(const std::string& node, const std::string& mailbox, const std::string& to,
                                         std::chrono::milliseconds timeout) const {
  v1::CarrySeenRequest request;
  request.set_mailbox(mailbox);
  request.set_to(to);
  const auto reply = ask(find(node), node, &v1::Agent::Stub::CarrySeen, request, timeout);
  if (!reply) return reply.error();
  return reply->records();
}

Status Agents::make_way(const std::string& node, const std::string& mailbox, std::chrono::milliseconds timeout) const {
  v1::MakeWayRequest request;
  request.set_mailbox(mailbox);
  const auto reply = ask(find(node), node, &v1::Agent::Stub::MakeWay, request, timeout);
  if (!reply) return reply.error();
  return ok();
}

Result<v1::GetSeenReply> Agents::get_seen(const std::string& node, const v1::GetSeenRequest& request,
                                          std::chrono::milliseconds timeout) const {
  return ask(find(node), node, &v1::Agent::Stub::GetSeen, request, timeout);
}

Result<v1::PutSeenReply> Agents::put_seen(const std::string& node, const v1::PutSeenRequest& request,
                                          std::chrono::milliseconds timeout) const {
  return ask(find(node), node, &v1::Agent::Stub::PutSeen, request, timeout);
}

Result<std::uint64_t> Agents::forget(const std::string& node, const std::string& server,
                                     std::chrono::milliseconds timeout) const {
  v1::ForgetRequest request;
  request.set_server(server);
  const auto reply = ask(find(node), node, &v1::Agent::Stub::Forget, request, timeout);
  if (!reply) return reply.error();
  return reply->removed();
}

Result<v1::MoveReport> Agents::move(const std::string& node, const v1::MoveRequest& request,
                                    std::chrono::milliseconds timeout) const {
  return ask(find(node), node, &v1::Agent::Stub::Move, request, timeout);
}

Result<v1::PushReport> Agents::push(const std::string& node, const v1::PushRequest& request,
                                    std::chrono::milliseconds timeout) const {
  return ask(find(node), node, &v1::Agent::Stub::Push, request, timeout);
}

}  // namespace murder::agents
