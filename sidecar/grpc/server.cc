#include "sidecar/grpc/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>

#include "proto/agent.grpc.pb.h"
#include "sidecar/grpc/convert.h"

namespace murder::grpc {
namespace {

// gRPC shares the name of this namespace.
namespace rpc = ::grpc;
namespace v1 = agent::v1;

// The operator asks one thing at a time, and a push may last: one thread for it, one for a status meanwhile, and one
// that polls. The rest of what gRPC would take costs memory and serves nobody.
constexpr int max_threads = 4;
constexpr std::size_t memory_quota = 4 << 20;
constexpr int largest_request = 1 << 20;
constexpr unsigned certificate_refresh_seconds = 60;

class Service final : public v1::Agent::Service {
 public:
  Service(AgentConfig config, Actions actions) : config_(std::move(config)), actions_(std::move(actions)) {}

  rpc::Status GetStatus(rpc::ServerContext*, const v1::GetStatusRequest* request, v1::NodeStatus* reply) override {
    to_proto(config_, actions_.status(request->fresh()), *reply);
    return rpc::Status::OK;
  }

  rpc::Status Push(rpc::ServerContext*, const v1::PushRequest* request, v1::PushReport* reply) override {
    to_proto(actions_.push(from_proto(*request), request->dry_run()), *reply);
    return rpc::Status::OK;
  }

  rpc::Status Where(rpc::ServerContext*, const v1::WhereRequest* request, v1::WhereReply* reply) override {
    if (request->mailboxes_size() > 0) {
      const auto places = actions_.where_all({request->mailboxes().begin(), request->mailboxes().end()});
      if (!places) return {rpc::StatusCode::UNAVAILABLE, places.error().message};
      for (const auto& place : *places) to_proto(place, *reply->add_places());
      return rpc::Status::OK;
    }
    if (request->mailbox().empty()) return {rpc::StatusCode::INVALID_ARGUMENT, "name a mailbox"};
    const auto place = actions_.where(request->mailbox());
    if (!place) return {rpc::StatusCode::UNAVAILABLE, place.error().message};
    to_proto(*place, *reply);
    return rpc::Status::OK;
  }

  rpc::Status Inventory(rpc::ServerContext*, const v1::InventoryRequest* request, v1::InventoryReply* reply) override {
    if (const auto refused = only_on_backends(request->mailbox())) return *refused;
    const auto mailboxes = actions_.inventory(from_proto(*request));
    if (!mailboxes) return {rpc::StatusCode::UNAVAILABLE, mailboxes.error().message};
    for (const auto& mailbox : *mailboxes) to_proto(mailbox, *reply->add_mailboxes());
    return rpc::Status::OK;
  }

  rpc::Status Move(rpc::ServerContext*, const v1::MoveRequest* request, v1::MoveReport* reply) override {
    if (const auto refused = only_on_backends(request->mailbox())) return *refused;
    if (request->id().empty() || request->destination().empty()) {
      return {rpc::StatusCode::INVALID_ARGUMENT, "a move has an id and a destination"};
    }
    const auto report = actions_.move(from_proto(*request), request->start());
    if (!report) return {rpc::StatusCode::UNAVAILABLE, report.error().message};
    to_proto(*report, *reply);
    return rpc::Status::OK;
  }

  rpc::Status CarrySeen(rpc::ServerContext*, const v1::CarrySeenRequest* request, v1::CarrySeenReply* reply) override {
    if (const auto refused = only_on_backends(request->mailbox())) return *refused;
    const auto records = actions_.carry_seen(request->mailbox(), request->to());
    if (!records) return {rpc::StatusCode::UNAVAILABLE, records.error().message};
    reply->set_records(static_cast<std::uint32_t>(*records));
    return rpc::Status::OK;
  }

  rpc::Status MakeWay(rpc::ServerContext*, const v1::MakeWayRequest* request, v1::MakeWayReply*) override {
    if (const auto refused = only_on_backends(request->mailbox())) return *refused;
    const auto made = actions_.make_way(request->mailbox());
    if (!made) return {rpc::StatusCode::UNAVAILABLE, made.error().message};
    return rpc::Status::OK;
  }

  rpc::Status GetSeen(rpc::ServerContext*, const v1::GetSeenRequest* request, v1::GetSeenReply* reply) override {
    if (const auto refused = only_on_backends(request->mailbox())) return *refused;
    const auto seen = actions_.get_seen(
        request->mailbox(), request->of_this_backend_only() ? move::Mailboxes::OfThisBackend : move::Mailboxes::All);
    if (!seen) return {rpc::StatusCode::UNAVAILABLE, seen.error().message};
    for (const auto& record : seen->records) to_proto(record, *reply->add_records());
    return rpc::Status::OK;
  }

  rpc::Status PutSeen(rpc::ServerContext*, const v1::PutSeenRequest* request, v1::PutSeenReply* reply) override {
    if (const auto refused = only_on_backends(request->mailbox())) return *refused;
    move::SeenOfUser seen{request->mailbox()};
    for (const auto& record : request->records()) seen.records.push_back(from_proto(record));
    const auto changed = actions_.put_seen(seen, request->keep() ? move::Existing::Kept : move::Existing::Replaced);
    if (!changed) return {rpc::StatusCode::UNAVAILABLE, changed.error().message};
    reply->set_changed(static_cast<std::uint32_t>(*changed));
    return rpc::Status::OK;
  }

  rpc::Status HoldDeliveries(rpc::ServerContext*, const v1::HoldDeliveriesRequest* request,
                             v1::HoldDeliveriesReply*) override {
    if (config_.role != Role::Frontend) return {rpc::StatusCode::FAILED_PRECONDITION, "only a frontend lets mail in"};
    const auto done = actions_.hold_deliveries(request->mailbox(), std::chrono::seconds(request->seconds()));
    if (!done) return {rpc::StatusCode::UNAVAILABLE, done.error().message};
    return rpc::Status::OK;
  }

  rpc::Status Forget(rpc::ServerContext* context, const v1::ForgetRequest* request, v1::ForgetReply* reply) override {
    if (config_.role != Role::Master) return {rpc::StatusCode::FAILED_PRECONDITION, "only the master's list forgets"};
    if (request->server().empty()) return {rpc::StatusCode::INVALID_ARGUMENT, "name a server"};
    const auto removed = actions_.forget(request->server(), [context] { return context->IsCancelled(); });
    if (!removed) return {rpc::StatusCode::UNAVAILABLE, removed.error().message};
    reply->set_removed(*removed);
    return rpc::Status::OK;
  }

  rpc::Status Reload(rpc::ServerContext*, const v1::ReloadRequest*, v1::ReloadReply* reply) override {
    if (const auto reloaded = actions_.reload(); !reloaded) reply->set_error(reloaded.error().message);
    return rpc::Status::OK;
  }

 private:
  std::optional<rpc::Status> only_on_backends(const std::string& mailbox) const {
    if (config_.role != Role::Backend) {
      return rpc::Status(rpc::StatusCode::FAILED_PRECONDITION, "only a backend holds mailboxes");
    }
    if (mailbox.empty() || mailbox.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos) {
      return rpc::Status(rpc::StatusCode::INVALID_ARGUMENT, "name a mailbox");
    }
    return {};
  }

  const AgentConfig config_;
  const Actions actions_;
};

std::shared_ptr<rpc::ServerCredentials> credentials(const AgentConfig::Listen& listen) {
  namespace experimental = rpc::experimental;
  auto provider = std::make_shared<experimental::FileWatcherCertificateProvider>(
      listen.tls_key, listen.tls_cert, listen.tls_ca, certificate_refresh_seconds);
  experimental::TlsServerCredentialsOptions options(provider);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return experimental::TlsServerCredentials(options);
}

class GrpcServer : public Server {
 public:
  GrpcServer(const AgentConfig& config, Actions actions) : service_(config, std::move(actions)) {}
  ~GrpcServer() override {
    if (server_) server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  }

  Status listen(const AgentConfig::Listen& listen) {
    rpc::ResourceQuota quota("agent");
    quota.SetMaxThreads(max_threads);
    quota.Resize(memory_quota);
    rpc::ServerBuilder builder;
    int port = 0;
    builder.SetResourceQuota(quota);
    builder.SetMaxReceiveMessageSize(largest_request);
    builder.SetSyncServerOption(rpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(rpc::ServerBuilder::MIN_POLLERS, 1);
    builder.SetSyncServerOption(rpc::ServerBuilder::MAX_POLLERS, 1);
    builder.SetSyncServerOption(rpc::ServerBuilder::CQ_TIMEOUT_MSEC, 60'000);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(listen.grpc, credentials(listen), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (!server_ || port == 0) return Error{listen.grpc + ": cannot listen (in use, or not an address of this node?)"};
    return ok();
  }

 private:
  Service service_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const AgentConfig& config, Actions actions) {
  for (const auto& file : {config.listen.tls_ca, config.listen.tls_cert, config.listen.tls_key}) {
    if (file.empty()) return Error{"tlsCa, tlsCert and tlsKey are required"};
  }
  auto server = std::make_unique<GrpcServer>(config, std::move(actions));
  MURDER_TRY(server->listen(config.listen));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace murder::grpc
