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
    if (request->mailbox().empty()) return {rpc::StatusCode::INVALID_ARGUMENT, "name a mailbox"};
    const auto place = actions_.where(request->mailbox());
    if (!place) return {rpc::StatusCode::UNAVAILABLE, place.error().message};
    to_proto(*place, *reply);
    return rpc::Status::OK;
  }

  rpc::Status Reload(rpc::ServerContext*, const v1::ReloadRequest*, v1::ReloadReply* reply) override {
    if (const auto reloaded = actions_.reload(); !reloaded) reply->set_error(reloaded.error().message);
    return rpc::Status::OK;
  }

 private:
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
