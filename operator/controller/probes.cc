#include "operator/controller/probes.h"

#include <httplib.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <thread>

#include "base/net/endpoint.h"

namespace murder::controller {

struct Probes::Server {
  httplib::Server http;
  std::atomic<bool> ended = false;
  std::jthread thread;

  // Stopped before the thread is joined.
  ~Server() { http.stop(); }
};

Probes::Probes(Question live, Question ready, std::function<void()> before_scrape, prometheus::Registry& registry)
    : server_(std::make_unique<Server>()) {
  auto& http = server_->http;
  http.new_task_queue = [] { return new httplib::ThreadPool(2); };
  // A connection holds a thread for as long as it lives.
  http.set_keep_alive_max_count(1);
  http.set_read_timeout(5);
  http.set_write_timeout(5);
  http.set_payload_max_length(4096);
  const auto page = [](const Question& question) {
    return [question](const httplib::Request&, httplib::Response& response) {
      const std::string wrong = question();
      response.status = wrong.empty() ? 200 : 503;
      response.set_content(wrong.empty() ? "ok\n" : wrong + "\n", "text/plain; charset=utf-8");
    };
  };
  http.Get("/healthz", page(live));
  http.Get("/readyz", page(ready));
  http.Get("/metrics",
           [before_scrape = std::move(before_scrape), &registry](const httplib::Request&, httplib::Response& response) {
             before_scrape();
             response.set_content(prometheus::TextSerializer().Serialize(registry.Collect()),
                                  "text/plain; version=0.0.4; charset=utf-8");
           });
}

Probes::~Probes() = default;

Status Probes::listen(const std::string& text) {
  const auto endpoint = net::Endpoint::parse(text);
  if (!endpoint) return endpoint.error().in("--http");
  auto& server = *server_;
  if (!server.http.bind_to_port(endpoint->host, endpoint->port)) return system_error("--http: bind", text);
  server.thread = std::jthread([&server] {
    server.http.listen_after_bind();
    server.ended = true;
  });
  // stop() does nothing to a server that does not run yet.
  while (!server.http.is_running() && !server.ended) std::this_thread::yield();
  return server.ended ? Status(Error{"--http: " + text + ": cannot listen"}) : ok();
}

}  // namespace murder::controller
