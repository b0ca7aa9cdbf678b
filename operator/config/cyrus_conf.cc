// cyrus.conf(5).
#include <string>

#include "operator/config/render.h"
#include "operator/config/text.h"

namespace murder::config {
namespace {

using topology::Node;
using topology::Topology;

class CyrusConf {
 public:
  CyrusConf(const Topology& topology, const Node& node) : topology_(topology), node_(node) {}

  std::string text() {
    out_ = header(topology_, node_);
    start();
    services();
    daemon();
    events();
    return std::move(out_);
  }

 private:
  // "…/ctl_cyrusdb -C …/imapd.conf -r"
  std::string command(const std::string& program, const std::string& options = "") const {
    std::string command = topology_.target.library + "/" + program + " -C " + node_.paths.imapd_conf();
    if (!options.empty()) command += " " + options;
    return command;
  }
  void line(const std::string& name, const std::string& command, const std::string& rest = "") {
    out_ += "  " + name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + "cmd=\"" + command + "\"";
    if (!rest.empty()) out_ += " " + rest;
    out_ += "\n";
  }

  void start() {
    out_ += "\nSTART {\n";
    line("recover", command("ctl_cyrusdb", "-r"));
    if (node_.role == Role::Backend && topology_.spec.backend.push_at_start) {
      line("mupdatepush", command("ctl_mboxlist", "-m"));
    }
    out_ += "}\n";
  }

  void services() {
    out_ += "\nSERVICES {\n";
    for (const auto& service : node_.services) {
      std::string rest = "listen=\"" + service.listen + "\" prefork=" + std::to_string(service.prefork);
      if (service.max_child) rest += " maxchild=" + std::to_string(*service.max_child);
      line(service.name, command(service.program, service.options), rest);
    }
    out_ += "}\n";
  }

  // Without idled an IDLE on a backend is a poll every minute.
  void daemon() {
    if (node_.role != Role::Backend) return;
    out_ += "\nDAEMON {\n";
    line("idled", command("idled"));
    out_ += "}\n";
  }

  void events() {
    out_ += "\nEVENTS {\n";
    line("checkpoint", command("ctl_cyrusdb", "-c"), "period=30");
    if (node_.role == Role::Backend) {
      const auto& retention = topology_.spec.backend.retention;
      line("delprune", command("cyr_expire", "-E 3"), "at=0401");
      if (retention.deleted_mailbox_days > 0) {
        line("deleteprune", command("cyr_expire", "-E 4 -D " + std::to_string(retention.deleted_mailbox_days)),
             "at=0430");
      }
      if (retention.expunged_message_days > 0) {
        line("expungeprune", command("cyr_expire", "-E 4 -X " + std::to_string(retention.expunged_message_days)),
             "at=0445");
      }
    }
    if (node_.role == Role::Frontend) line("tlsprune", command("tls_prune"), "at=0401");
    out_ += "}\n";
  }

  const Topology& topology_;
  const Node& node_;
  std::string out_;
};

}  // namespace

std::string cyrus_conf(const Topology& topology, const Node& node) { return CyrusConf(topology, node).text(); }

}  // namespace murder::config
