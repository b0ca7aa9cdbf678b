#include "operator/topology/services.h"

#include <utility>

namespace murder::topology {
namespace {

class Services {
 public:
  Services(const Topology& topology, const Node& node) : topology_(topology), node_(node) {}

  // Common to ServiceSpec and LmtpServiceSpec.
  template <typename Spec>
  Services& add(std::string name, Protocol protocol, const char* program, const char* options, const Spec& spec,
                bool tls = false) {
    if (!spec.enabled) return *this;
    const std::string port = std::to_string(topology_.port(protocol, tls));
    services_.push_back({.name = std::move(name),
                         .protocol = protocol,
                         .program = program,
                         .options = options,
                         .listen = node_.address.empty() ? port : node_.address + ":" + port,
                         .prefork = spec.prefork,
                         .max_child = spec.max_child,
                         .tls = tls});
    return *this;
  }
  Services& at(std::string path) {
    services_.back().listen = std::move(path);
    return *this;
  }
  std::vector<Service> take() { return std::move(services_); }

 private:
  const Topology& topology_;
  const Node& node_;
  std::vector<Service> services_;
};

}  // namespace

std::vector<Service> master_services(const Topology& topology, const Node& node) {
  return Services(topology, node)
      .add("mupdate", Protocol::Mupdate, "mupdate", "-m", api::ServiceSpec{.prefork = 1})
      .take();
}

std::vector<Service> backend_services(const Topology& topology, const Node& node) {
  const auto& spec = topology.spec.backend.services;
  return Services(topology, node)
      .add("imap", Protocol::Imap, "imapd", "", spec.imap)
      .add("pop3", Protocol::Pop3, "pop3d", "", spec.pop3)
      .add("nntp", Protocol::Nntp, "nntpd", "", spec.nntp)
      .add("http", Protocol::Http, "httpd", "", spec.http)
      .add("sieve", Protocol::Sieve, "timsieved", "", spec.sieve)
      .add("lmtp", Protocol::Lmtp, "lmtpd", "", spec.lmtp)
      .take();
}

std::vector<Service> frontend_services(const Topology& topology, const Node& node) {
  const auto& spec = topology.spec.frontend.services;
  const api::ServiceSpec slave{.prefork = topology.spec.frontend.mupdate_prefork};
  const char* lmtp_options = spec.lmtp.authentication == api::LmtpAuthentication::None ? "-a" : "";
  Services services(topology, node);
  services.add("mupdate", Protocol::Mupdate, "mupdate", "", slave)
      .add("imap", Protocol::Imap, "imapd", "", spec.imap)
      .add("imaps", Protocol::Imap, "imapd", "-s", spec.imaps, true)
      .add("pop3", Protocol::Pop3, "pop3d", "", spec.pop3)
      .add("pop3s", Protocol::Pop3, "pop3d", "-s", spec.pop3s, true)
      .add("kpop", Protocol::Kpop, "pop3d", "-k", spec.kpop)
      .add("nntp", Protocol::Nntp, "nntpd", "", spec.nntp)
      .add("nntps", Protocol::Nntp, "nntpd", "-s", spec.nntps, true)
      .add("http", Protocol::Http, "httpd", "", spec.http)
      .add("https", Protocol::Http, "httpd", "-s", spec.https, true)
      .add("sieve", Protocol::Sieve, "timsieved", "", spec.sieve)
      .add("lmtp", Protocol::Lmtp, "lmtpd", lmtp_options, spec.lmtp);
  if (spec.lmtp_unix.enabled) {
    services.add("lmtpunix", Protocol::Lmtp, "lmtpd", "", spec.lmtp_unix).at(node.paths.run() + "/lmtp");
  }
  return services.take();
}

}  // namespace murder::topology
