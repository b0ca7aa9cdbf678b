#include "operator/local/observe.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "base/sessions.h"
#include "operator/local/ask.h"

namespace murder::local {
namespace {

using topology::Node;

// A question's answer, put where it belongs.
using Taker = std::function<void(const Answer&)>;

Sign sign_of(const Answer& answer) {
  if (!answer.came) return Sign::Silent;
  return answer.status == 200 ? Sign::Good : Sign::Bad;
}

// The lines of an agent's page that say what is not well, on one line.
std::string what_is_bad(const std::string& page) {
  std::string text;
  std::size_t begin = 0;
  while (begin < page.size()) {
    const auto end = std::min(page.find('\n', begin), page.size());
    const auto line = page.substr(begin, end - begin);
    if (line.starts_with("[-]") || line.starts_with("[?]")) text += (text.empty() ? "" : "; ") + line.substr(4);
    begin = end + 1;
  }
  return text;
}

// What a server says first, by protocol; nothing for those that wait for the client.
std::string greeting_of(topology::Protocol protocol) {
  switch (protocol) {
    case topology::Protocol::Imap:
      return "* OK";
    case topology::Protocol::Mupdate:
      return "* OK MUPDATE";
    case topology::Protocol::Pop3:
      return "+OK";
    case topology::Protocol::Lmtp:
      return "220 ";
    default:
      return "";
  }
}

// The first of its services that greets in clear. A frontend's mupdate is none: it keeps silent until its list is
// there.
std::optional<Question> greeting_question(const Node& node) {
  for (const auto& service : node.services) {
    const auto greeting = greeting_of(service.protocol);
    const bool is_slave = service.protocol == topology::Protocol::Mupdate && node.role != Role::Master;
    auto endpoint = net::Endpoint::parse(service.listen);
    if (greeting.empty() || service.tls || is_slave || !endpoint || endpoint->is_unix()) continue;
    return Question{.endpoint = std::move(*endpoint), .greeting = greeting};
  }
  return {};
}

// Questions to all nodes, asked at once, and where the answers go.
class Look {
 public:
  Look(const topology::Topology& topology, Seen& seen) : seen_(seen) {
    for (const auto& node : topology.nodes) add(node);
  }

  void take(net::Deadline deadline) {
    const auto answers = ask(questions_, deadline);
    for (std::size_t i = 0; i < answers.size(); ++i) takers_[i](answers[i]);
  }

 private:
  void add(const Node& node) {
    auto& seen = seen_.nodes[node.name];
    if (seen.processes.agent && !seen.processes.cyrmaster) {
      ask_agent(node, seen, "/startupz", &SeenNode::startup);
    } else if (seen.processes.agent) {
      ask_agent(node, seen, "/livez", &SeenNode::alive);
      ask_agent(node, seen, "/readyz", &SeenNode::ready);
      ask_agent(node, "/filesz", [&seen](const Answer& answer) {
        if (answer.came && answer.status == 200) seen.files = answer.text.substr(0, answer.text.find('\n'));
      });
    }
    if (!seen.processes.cyrmaster || !is_young(*seen.processes.cyrmaster, since_boot())) return;
    if (auto question = greeting_question(node)) {
      questions_.push_back(std::move(*question));
      takers_.emplace_back([&seen](const Answer& answer) { seen.serves = answer.came; });
    } else {
      seen.serves = true;
    }
  }

  void ask_agent(const Node& node, const char* path, Taker take) {
    questions_.push_back(
        {.endpoint = {.host = node.address, .port = static_cast<std::uint16_t>(node.agent_http_port)}, .path = path});
    takers_.push_back(std::move(take));
  }
  void ask_agent(const Node& node, SeenNode& seen, const char* path, Sign SeenNode::*sign) {
    ask_agent(node, path, [&seen, sign](const Answer& answer) { note(seen, sign, answer); });
  }

  static void note(SeenNode& node, Sign SeenNode::*sign, const Answer& answer) {
    node.*sign = sign_of(answer);
    if (node.*sign == Sign::Good) return;
    const auto text = answer.came ? what_is_bad(answer.text) : answer.text;
    if (!text.empty()) node.text = text;
  }

  Seen& seen_;
  std::vector<Question> questions_;
  std::vector<Taker> takers_;
};

}  // namespace

Result<Seen> observe(const topology::Topology& topology, const Places& places, net::Deadline deadline) {
  auto processes = scan(places, topology.target.library);
  if (!processes) return std::move(processes).error();
  Seen seen;
  for (auto& [name, found] : *processes) {
    auto& node = seen.nodes[name];
    node.processes = std::move(found);
    if (topology::is_frontend_name(name) && topology.find(name) == nullptr) {
      node.sessions = count_sessions(places.node(name) + "/run/proc");
    }
  }
  Look(topology, seen).take(deadline);
  const auto& master = seen.nodes[topology.master().name];
  seen.master_answers =
      master.processes.cyrmaster && (master.serves || !is_young(*master.processes.cyrmaster, since_boot()));
  return seen;
}

}  // namespace murder::local
