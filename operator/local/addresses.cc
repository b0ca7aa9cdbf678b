#include "operator/local/addresses.h"

#include <cstdint>
#include <cstdlib>
#include <sstream>

namespace murder::local {
namespace {

constexpr int kFirstNetwork = 16;
constexpr int kLastNetwork = 239;
constexpr int kLastHost = 254;

int block_of(Role role) {
  switch (role) {
    case Role::Master:
      return 0;
    case Role::Backend:
      return 1;
    case Role::Frontend:
      return 2;
  }
  return 0;
}

// 12 of "be12"; 0 when the name has no number at its end.
int number_of(const std::string& name) {
  const auto last = name.find_last_not_of("0123456789");
  const auto digits = last == std::string::npos ? name : name.substr(last + 1);
  return digits.empty() || digits.size() > 3 ? 0 : std::atoi(digits.c_str());
}

// FNV-1a: the same on every machine and in every build, as std::hash is not.
std::uint32_t digest(const std::string& text) {
  std::uint32_t value = 2166136261U;
  for (const unsigned char c : text) value = (value ^ c) * 16777619U;
  return value;
}

}  // namespace

Result<Addresses> allocate(int network, Addresses known, const std::vector<std::pair<std::string, Role>>& nodes) {
  std::set<std::string> used;
  for (const auto& [name, address] : known) used.insert(address);
  for (const auto& [name, role] : nodes) {
    if (known.contains(name)) continue;
    const auto prefix = "127." + std::to_string(network) + "." + std::to_string(block_of(role)) + ".";
    int host = number_of(name);
    if (host < 1 || host > kLastHost || used.contains(prefix + std::to_string(host))) {
      host = 1;
      while (host <= kLastHost && used.contains(prefix + std::to_string(host))) ++host;
    }
    if (host > kLastHost) {
      return Error{"no address left for " + name + ": 254 " + std::string(to_string(role)) +
                   "s had one already; `murder local down --delete-data` forgets them"};
    }
    known[name] = prefix + std::to_string(host);
    used.insert(known[name]);
  }
  return known;
}

Result<int> choose_network(const std::string& cluster, const std::set<int>& taken) {
  constexpr int kCount = kLastNetwork - kFirstNetwork + 1;
  const int start = static_cast<int>(digest(cluster) % kCount);
  for (int i = 0; i < kCount; ++i) {
    const int network = kFirstNetwork + (start + i) % kCount;
    if (!taken.contains(network)) return network;
  }
  return Error{"no network of 127/8 is free: stop another local murder, or choose one with --network"};
}

std::set<int> networks_in_use(const std::string& proc_net_tcp) {
  // "  0: 0100147F:0F41 00000000:0000 0A …": the address as the CPU's number, the port, the peer, the state (0A:
  // listens).
  std::set<int> networks;
  std::istringstream lines(proc_net_tcp);
  std::string line;
  std::getline(lines, line);  // titles
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string slot, local, peer, state;
    fields >> slot >> local >> peer >> state;
    if (state != "0A" || local.size() < 8) continue;
    const auto address = static_cast<std::uint32_t>(std::strtoul(local.substr(0, 8).c_str(), nullptr, 16));
    if ((address & 0xFF) == 127) networks.insert(static_cast<int>((address >> 8) & 0xFF));
  }
  return networks;
}

}  // namespace murder::local
