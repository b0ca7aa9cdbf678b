#include "operator/cli/connect_view.h"

#include <unistd.h>

#include <algorithm>

#include "operator/cli/output.h"

namespace murder::cli {
namespace {

using topology::AccountUse;
using topology::Node;
using topology::Topology;

std::string secrets_folder(const local::Places& places) { return places.root + "/secrets"; }

const topology::Account* first(const Topology& topology, AccountUse use) {
  const auto found = std::find_if(topology.accounts.begin(), topology.accounts.end(),
                                  [&](const topology::Account& account) { return account.use == use; });
  return found == topology.accounts.end() ? nullptr : &*found;
}

const topology::Service* service(const Node& node, std::string_view name) {
  const auto found = std::find_if(node.services.begin(), node.services.end(),
                                  [&](const topology::Service& service) { return service.name == name; });
  return found == node.services.end() ? nullptr : &*found;
}

std::string port_of(const topology::Service& service) {
  const auto colon = service.listen.rfind(':');
  return colon == std::string::npos ? service.listen : service.listen.substr(colon + 1);
}

// "imap 143, imaps 993, lmtpunix /…/lmtp"
std::string ports_text(const Node& node) {
  std::string text;
  for (const auto& service : node.services) text += (text.empty() ? "" : ", ") + service.name + " " + port_of(service);
  return text;
}

const char* use_text(AccountUse use) {
  switch (use) {
    case AccountUse::Admin:
      return "administrator, on every node";
    case AccountUse::User:
      return "user, at the frontends";
    case AccountUse::Mupdate:
      return "a node at the MUPDATE master";
    case AccountUse::MailProxy:
      return "frontends at this backend, for any user";
    case AccountUse::Move:
      return "backends at each other, for moves";
  }
  return "";
}

// The frontend, and the IMAP port there, that a client is sent to.
struct Door {
  const Node* frontend;
  std::string port;
};
std::optional<Door> imap_door(const Topology& topology) {
  for (const auto* frontend : topology.with_role(Role::Frontend)) {
    if (const auto* imap = service(*frontend, "imap")) return Door{frontend, port_of(*imap)};
  }
  return {};
}

std::string netrc(const Topology& topology, const std::string& user, const std::string& password) {
  std::string text;
  for (const auto* frontend : topology.with_role(Role::Frontend)) {
    text += "machine " + frontend->address + " login " + user + " password " + password + "\n";
  }
  return text;
}

std::string mbsyncrc(const Door& door, const local::Places& places, const std::string& user,
                     const std::string& password) {
  const std::string mail = places.root + "/mbsync";
  return "IMAPAccount " + user + "\nHost " + door.frontend->address + "\nPort " + door.port + "\nUser " + user +
         "\nPass " + password + "\nSSLType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount " + user +
         "\n\nMaildirStore near\nPath " + mail + "/\nInbox " + mail + "/INBOX\nSubFolders Verbatim\n\nChannel " + user +
         "\nFar :far:\nNear :near:\nPatterns *\nCreate Near\nSyncState *\n";
}

}  // namespace

std::vector<config::File> client_files(const Topology& topology, const local::Places& places,
                                       const config::Passwords& passwords) {
  const auto* user = first(topology, AccountUse::User);
  const auto door = imap_door(topology);
  if (user == nullptr || !door) return {};
  const std::string& password = passwords.at(user->secret);
  return {{secrets_folder(places) + "/netrc", netrc(topology, user->name, password)},
          {secrets_folder(places) + "/mbsyncrc", mbsyncrc(*door, places, user->name, password)}};
}

std::vector<std::string> commands_to_try(const Topology& topology, const local::Places& places) {
  const auto door = imap_door(topology);
  if (!door) return {};
  std::vector<std::string> commands;
  const auto* admin = first(topology, AccountUse::Admin);
  commands.push_back("cyradm --user " + admin->name + " --port " + door->port + " " + door->frontend->address);
  if (const auto* user = first(topology, AccountUse::User)) {
    commands.push_back("curl --netrc-file " + secrets_folder(places) + "/netrc 'imap://" + door->frontend->address +
                       ":" + door->port + "/INBOX;MAILINDEX=1'");
    commands.push_back("mbsync -c " + secrets_folder(places) + "/mbsyncrc " + user->name);
  }
  return commands;
}

nlohmann::ordered_json connect_json(const Topology& topology, const local::Places& places) {
  nlohmann::ordered_json json{{"cluster", topology.cluster}, {"state", places.root}, {"passwords", places.passwords()}};
  auto& nodes = json["nodes"] = nlohmann::ordered_json::array();
  for (const auto& node : topology.nodes) {
    nlohmann::ordered_json ports = nlohmann::ordered_json::object();
    for (const auto& service : node.services) ports[service.name] = port_of(service);
    nodes.push_back({{"node", node.name},
                     {"role", to_string(node.role)},
                     {"host", node.host},
                     {"address", node.address},
                     {"ports", std::move(ports)},
                     {"files", node.paths.etc()},
                     {"logs", node.paths.log()}});
  }
  auto& accounts = json["accounts"] = nlohmann::ordered_json::array();
  for (const auto& account : topology.accounts) {
    accounts.push_back({{"account", account.name}, {"secret", account.secret}, {"nodes", account.nodes}});
  }
  json["try"] = commands_to_try(topology, places);
  return json;
}

void print_connect(const Topology& topology, const local::Places& places, std::ostream& out) {
  Table nodes({"NODE", "ROLE", "ADDRESS", "PORTS"});
  for (const auto& node : topology.nodes) {
    nodes.add({node.name, std::string(to_string(node.role)), node.address, ports_text(node)});
  }
  out << "\n";
  nodes.print(out);
  out << "\nA node's files: " << places.nodes() << "/NODE: generated in etc/, logs in log/NODE.jsonl\n\n";

  Table accounts({"ACCOUNT", "IS FOR", "PASSWORD"});
  for (const auto& account : topology.accounts) accounts.add({account.name, use_text(account.use), account.secret});
  accounts.print(out);
  out << "\nPasswords, by the names of the last column: " << places.passwords() << "\n\nTry:\n";
  for (const auto& command : commands_to_try(topology, places)) out << "  " << command << "\n";
}

}  // namespace murder::cli
