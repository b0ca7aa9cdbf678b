#include "sidecar/http/server.h"

#include <httplib.h>

#include <atomic>
#include <thread>

#include "base/net/endpoint.h"
#include "sidecar/http/pages.h"

namespace murder::http {
namespace {

// A probe must not wait behind a scraper; more threads than that only cost memory.
constexpr std::size_t threads = 2;

void answer(httplib::Response& response, const Page& page) {
  response.status = page.status;
  response.set_content(page.body, "text/plain; charset=utf-8");
}

class HttplibServer : public Server {
 public:
  HttplibServer(const AgentConfig& config, const health::State& state, std::function<LogCounts()> logs) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(threads); };
    // A connection holds a thread for as long as it lives: one request each, so that an idle one holds none.
    server_.set_keep_alive_max_count(1);
    server_.set_read_timeout(5);
    server_.set_write_timeout(5);
    server_.set_payload_max_length(4096);
    // Not httplib's own choice, SO_REUSEPORT: two agents of one node would share its probes.
    server_.set_socket_options([](int socket) {
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    server_.Get("/startupz", [&state](const httplib::Request&, httplib::Response& response) {
      answer(response, startup_page(state.read()));
    });
    server_.Get("/startedz", [&state](const httplib::Request&, httplib::Response& response) {
      answer(response, started_page(state.read()));
    });
    server_.Get("/filesz", [&state](const httplib::Request&, httplib::Response& response) {
      answer(response, files_page(state.read()));
    });
    server_.Get("/livez", [&state](const httplib::Request& request, httplib::Response& response) {
      answer(response, live_page(state.read(), request.has_param("verbose")));
    });
    server_.Get("/readyz", [&state](const httplib::Request& request, httplib::Response& response) {
      answer(response, ready_page(state.read(), request.has_param("verbose")));
    });
    server_.Get("/metrics", [config, &state, logs](const httplib::Request&, httplib::Response& response) {
      response.set_content(metrics_text(config, state.read(), logs()), "text/plain; version=0.0.4; charset=utf-8");
    });
  }

  Status listen(const std::string& text) {
    const auto endpoint = net::Endpoint::parse(text);
    if (!endpoint) return endpoint.error().in("listen.http");
    if (!server_.bind_to_port(endpoint->host, endpoint->port)) return system_error("listen.http: bind", text);
    thread_ = std::jthread([this] {
      server_.listen_after_bind();
      ended_ = true;
    });
    // stop() does nothing to a server that does not run yet, so it has to run before anybody can stop it.
    while (!server_.is_running() && !ended_) std::this_thread::yield();
    return ended_ ? Status(Error{"listen.http: " + text + ": cannot listen"}) : ok();
  }

  ~HttplibServer() override { server_.stop(); }

 private:
  httplib::Server server_;
  std::atomic<bool> ended_ = false;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const AgentConfig& config, const health::State& state,
                                              std::function<LogCounts()> logs) {
  auto server = std::make_unique<HttplibServer>(config, state, std::move(logs));
  MURDER_TRY(server->listen(config.listen.http));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace murder::http
