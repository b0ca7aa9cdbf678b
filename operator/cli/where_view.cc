#include "operator/cli/where_view.h"

#include "operator/cli/output.h"

namespace murder::cli {
namespace {

using agent::v1::WhereReply;

const char* says(const WhereReply& reply) {
  switch (reply.state()) {
    case WhereReply::ACTIVE:
      return "active";
    case WhereReply::RESERVED:
      return "reserved";
    case WhereReply::LOCAL:
      return "holds it";
    case WhereReply::REMOTE:
      return "moved away";
    case WhereReply::DELETED:
      return "deleted";
    default:
      return "absent";
  }
}

// "be1.example.org!p1" → "be1.example.org"
std::string server_of(const std::string& location) { return location.substr(0, location.find('!')); }

struct Facts {
  std::string master = "unknown";            // server, "reserved", "absent" or "unknown"
  std::vector<std::string> holders;          // backends' hosts
  std::vector<std::string> frontends_apart;  // whose list says something else than the master
  std::vector<std::string> silent;
};

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void judge(const Facts& facts, WhereView& view) {
  if (!facts.silent.empty()) {
    view.verdict = "Not all answered: " + join(facts.silent) + ".";
  } else if (facts.holders.size() > 1) {
    view.verdict =
        "Two backends hold it (" + join(facts.holders) + "): `murder status` shows how to resolve the conflict.";
  } else if (facts.master == "absent" && facts.holders.empty()) {
    view.verdict = "No such mailbox.";
    view.agreed = facts.frontends_apart.empty();
  } else if (facts.holders.empty()) {
    view.verdict =
        "The master lists it, but no backend holds it: the next push of " + facts.master + " removes the entry.";
  } else if (facts.master != facts.holders.front()) {
    view.verdict = facts.holders.front() + " holds it, but the master says " + facts.master +
                   ": `murder push` of that backend shows why.";
  } else {
    view.verdict = "On " + facts.master + ".";
    view.agreed = facts.frontends_apart.empty();
  }
  if (!facts.frontends_apart.empty()) {
    view.verdict += " Not yet so on " + join(facts.frontends_apart) + "; changes reach frontends within 5 s.";
  }
}

}  // namespace

WhereView view(const topology::Topology& topology, const std::string& mailbox,
               const agents::Replies<WhereReply>& replies) {
  WhereView view{.mailbox = mailbox};
  Facts facts;
  std::string master_says;
  for (const auto& node : topology.nodes) {
    WhereRow row{.node = node.name, .role = std::string(to_string(node.role))};
    const auto found = replies.find(node.name);
    if (found == replies.end() || !found->second) {
      row.says = "no answer";
      if (found != replies.end()) row.location = found->second.error().message;
      facts.silent.push_back(node.name);
      view.rows.push_back(std::move(row));
      continue;
    }
    const auto& reply = *found->second;
    row.says = says(reply);
    row.location = reply.location();
    row.acl = reply.acl();
    const std::string entry = row.says + " " + row.location;
    if (node.role == Role::Master) {
      master_says = entry;
      facts.master = reply.state() == WhereReply::ACTIVE     ? server_of(reply.location())
                     : reply.state() == WhereReply::RESERVED ? "reserved"
                                                             : "absent";
    } else if (node.role == Role::Backend) {
      if (reply.state() == WhereReply::LOCAL) facts.holders.push_back(node.host);
    } else if (entry != master_says) {
      facts.frontends_apart.push_back(node.name);
    }
    view.rows.push_back(std::move(row));
  }
  judge(facts, view);
  return view;
}

nlohmann::ordered_json to_json(const WhereView& view) {
  nlohmann::ordered_json json{{"mailbox", view.mailbox}, {"agreed", view.agreed}, {"verdict", view.verdict}};
  json["nodes"] = nlohmann::ordered_json::array();
  for (const auto& row : view.rows) {
    json["nodes"].push_back(
        {{"node", row.node}, {"role", row.role}, {"says", row.says}, {"location", row.location}, {"acl", row.acl}});
  }
  return json;
}

void print(const WhereView& view, std::ostream& out) {
  Table table({"NODE", "ROLE", "SAYS", "LOCATION"});
  for (const auto& row : view.rows) table.add({row.node, row.role, row.says, row.location});
  table.print(out);
  out << "\n" << view.mailbox << ": " << view.verdict << "\n";
}

}  // namespace murder::cli
