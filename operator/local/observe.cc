#include "operator/local/observe.h"

#include "operator/local/ask.h"

namespace murder::local {
namespace {

using topology::Node;

// A question, and where its answer belongs.
struct Asked {
  SeenNode* node;
  Sign SeenNode::*sign;
};

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

Question greeting_of_master(const topology::Topology& topology) {
  const auto port = static_cast<std::uint16_t>(topology.port(topology::Protocol::Mupdate));
  return {.endpoint = {.host = topology.master().address, .port = port}, .greeting = "* OK MUPDATE"};
}

}  // namespace

Result<Seen> observe(const topology::Topology& topology, const Places& places, net::Deadline deadline) {
  auto processes = scan(places, topology.target.library);
  if (!processes) return std::move(processes).error();
  Seen seen;
  for (auto& [name, found] : *processes) seen.nodes[name].processes = std::move(found);

  std::vector<Question> questions;
  std::vector<Asked> asked;
  const auto ask_agent = [&](const Node& node, const char* path, Sign SeenNode::*sign) {
    questions.push_back(
        {.endpoint = {.host = node.address, .port = static_cast<std::uint16_t>(node.agent_http_port)}, .path = path});
    asked.push_back({&seen.nodes[node.name], sign});
  };
  bool others_wait = false;
  for (const auto& node : topology.nodes) {
    const auto& found = seen.nodes[node.name].processes;
    if (node.role != Role::Master && !found.cyrmaster) others_wait = true;
    if (!found.agent) continue;
    if (!found.cyrmaster) {
      ask_agent(node, "/startupz", &SeenNode::startup);
    } else {
      ask_agent(node, "/livez", &SeenNode::alive);
      ask_agent(node, "/readyz", &SeenNode::ready);
    }
  }
  const bool ask_master = others_wait && seen.nodes[topology.master().name].processes.cyrmaster.has_value();
  if (ask_master) questions.push_back(greeting_of_master(topology));

  const auto answers = ask(questions, deadline);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    auto& node = *asked[i].node;
    node.*asked[i].sign = sign_of(answers[i]);
    if (node.*asked[i].sign == Sign::Good) continue;
    const auto text = answers[i].came ? what_is_bad(answers[i].text) : answers[i].text;
    if (!text.empty()) node.text = text;
  }
  seen.master_answers = ask_master ? answers.back().came : !others_wait;
  return seen;
}

}  // namespace murder::local
