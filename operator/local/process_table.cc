#include "operator/local/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <utility>

#include "operator/local/durable_file.h"

namespace murder::local {
namespace {

using FileId = std::pair<dev_t, ino_t>;

std::optional<FileId> file_id(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return {};
  return FileId{found.st_dev, found.st_ino};
}

std::map<FileId, std::string> nodes_by_hosts_file(const Places& places) {
  std::map<FileId, std::string> nodes;
  std::error_code none;  // no directory: no nodes
  for (const auto& entry : std::filesystem::directory_iterator(places.nodes(), none)) {
    if (const auto id = file_id(entry.path().string() + "/etc/hosts")) nodes[*id] = entry.path().filename();
  }
  return nodes;
}

std::string program_of(const std::string& proc) {
  char target[PATH_MAX];
  const auto size = readlink((proc + "/exe").c_str(), target, sizeof target);
  std::string program(target, size > 0 ? static_cast<std::size_t>(size) : 0);
  // As the kernel shows a program that was replaced since.
  constexpr std::string_view kReplaced = " (deleted)";
  if (program.ends_with(kReplaced)) program.resize(program.size() - kReplaced.size());
  return program;
}

std::string version_of(const std::string& proc) {
  const auto environment = read_file(proc + "/environ");
  if (!environment || !*environment) return {};
  const std::string wanted = std::string(kVersionVariable) + "=";
  std::istringstream variables(**environment);
  for (std::string variable; std::getline(variables, variable, '\0');) {
    if (variable.starts_with(wanted)) return variable.substr(wanted.size());
  }
  return {};
}

std::optional<Process> describe(pid_t pid, const std::string& proc) {
  static const long ticks = sysconf(_SC_CLK_TCK);
  const auto text = read_file(proc + "/stat");
  if (!text || !*text) return {};
  const auto stat = parse_stat(**text, ticks);
  if (!stat || stat->state == 'Z' || stat->state == 'X') return {};
  Process process{.pid = pid, .started = stat->started, .session = stat->session, .program = program_of(proc)};
  if (pid == process.session) process.version = version_of(proc);
  return process;
}

bool is_below(const std::string& path, const std::string& directory) { return path.starts_with(directory + "/"); }

}  // namespace

Moment since_boot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::milliseconds(now.tv_nsec / 1'000'000);
}

std::optional<Stat> parse_stat(const std::string& text, long ticks_per_second) {
  // proc(5): pid (name) state ppid pgrp session … starttime, the 22nd. The name may hold anything, ")" too.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  Stat stat;
  std::string skipped;
  fields >> stat.state >> skipped >> skipped >> stat.session;
  for (int field = 7; field < 22; ++field) fields >> skipped;
  long long ticks = 0;
  if (!(fields >> ticks)) return {};
  stat.started = Moment(ticks * 1000 / ticks_per_second);
  return stat;
}

NodeProcesses sort_out(const std::vector<Process>& processes, const Places& places, const std::string& library) {
  NodeProcesses node;
  // The oldest of several is the one that holds the ports; the others are on their way out.
  const auto keep_oldest = [&](std::optional<Process>& into, const Process& process) {
    if (!into) {
      into = process;
    } else if (process.started < into->started) {
      node.children.push_back(std::exchange(into, process).value());
    } else {
      node.children.push_back(process);
    }
  };
  std::vector<Process> rest;
  for (const auto& process : processes) {
    const bool leads = process.pid == process.session;
    if (leads && process.program == places.agent()) {
      keep_oldest(node.agent, process);
    } else if (leads && process.program == library + "/master") {
      keep_oldest(node.cyrmaster, process);
    } else {
      rest.push_back(process);
    }
  }
  for (const auto& process : rest) {
    const bool has_leader = (node.agent && process.session == node.agent->pid) ||
                            (node.cyrmaster && process.session == node.cyrmaster->pid);
    // What somebody started in the node's view by hand (a shell, say) is no orphan: it is not Cyrus's.
    const bool is_orphan = !has_leader && is_below(process.program, library);
    (is_orphan ? node.orphans : node.children).push_back(process);
  }
  return node;
}

Result<std::map<std::string, NodeProcesses>> scan(const Places& places, const std::string& library) {
  const auto nodes = nodes_by_hosts_file(places);
  std::map<std::string, std::vector<Process>> found;
  if (!nodes.empty()) {
    DIR* directory = opendir("/proc");
    if (directory == nullptr) return system_error("open", "/proc");
    while (const dirent* entry = readdir(directory)) {
      const int pid = std::atoi(entry->d_name);
      if (pid <= 0) continue;
      const std::string proc = std::string("/proc/") + entry->d_name;
      const auto hosts = file_id(proc + "/root/etc/hosts");
      const auto node = hosts ? nodes.find(*hosts) : nodes.end();
      if (node == nodes.end()) continue;
      if (auto process = describe(pid, proc)) found[node->second].push_back(std::move(*process));
    }
    closedir(directory);
  }
  std::map<std::string, NodeProcesses> sorted;
  for (const auto& [node, processes] : found) sorted[node] = sort_out(processes, places, library);
  return sorted;
}

std::optional<Process> process_of(pid_t pid) { return describe(pid, "/proc/" + std::to_string(pid)); }

std::optional<net::UniqueFd> open_process(const Process& process) {
  net::UniqueFd handle(static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0)));
  if (!handle) return {};
  // Whoever has the pid now: the handle is on it, so that what is read of it next is true of it.
  const auto now = process_of(process.pid);
  if (!now || now->started != process.started) return {};
  return handle;
}

Status send_signal(const Process& process, int number) {
  const auto handle = open_process(process);
  if (!handle) return ok();
  if (syscall(SYS_pidfd_send_signal, handle->get(), number, nullptr, 0) != 0 && errno != ESRCH) {
    return system_error("signal process", std::to_string(process.pid));
  }
  return ok();
}

}  // namespace murder::local
