// (what is wanted, what is there) → what will be done to each node, and why. Pure: for saying it before it is done.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace murder::plan {

// Path → bytes. Paths end with the file's name in the node's directory: "…/etc/imapd.conf".
using Files = std::map<std::string, std::string>;

struct NodeFiles {
  std::string name;
  Files files;
  // What the processes that run were started with is not enough any more: a program, or what is read at a start alone.
  bool restarts_cyrus = false;
  bool restarts_agent = false;
};

struct Observed {
  Files files;
  bool running = false;
};

// From what disturbs a node most to what disturbs it least.
enum class Verb {
  Start,
  Stop,
  RestartCyrus,  // its sessions end
  Reload,        // Cyrus reads its files again; sessions go on
  RestartAgent,  // nobody notices
  Rewrite,
};
std::string_view to_string(Verb verb);

struct Step {
  std::string node;
  Verb verb;
  std::string reason;  // "imapd.conf: serverlist: be1.x → be1.x be2.x"
  bool operator==(const Step&) const = default;
};

// In the order of `wanted`, then what is there and not wanted any more. Nothing for a node that is as it should be.
std::vector<Step> plan(const std::vector<NodeFiles>& wanted, const std::map<std::string, Observed>& observed);

// What changes from one file to another, for a person: the first few lines that differ, with option names. Of a file
// with secrets only that it changes.
std::string difference(std::string_view file, std::string_view before, std::string_view after);

}  // namespace murder::plan
