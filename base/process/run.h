// Runs a program to its end: argv (no shell), a deadline, bounded output, and nothing left behind.
//
// The child leads a process group of its own. At the deadline, or when the caller's stop token is triggered, the whole
// group gets SIGKILL, so that what the program started ends with it. The child starts with no signal blocked or
// ignored, whatever the calling thread had set, and with no open descriptors but 0, 1 and 2 as long as the caller opens
// its own with O_CLOEXEC.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace murder::process {

struct Command {
  std::vector<std::string> argv = {};                        // argv[0] is looked up in PATH when it has no slash
  std::optional<std::vector<std::string>> environment = {};  // "NAME=value"; the caller's own when absent
  std::string input = {};                                    // written to standard input, which is then closed
  std::chrono::milliseconds timeout{60'000};                 // for the whole run
  std::size_t max_output = 1 << 20;  // octets kept of each of stdout and stderr; the rest is dropped
  std::function<void(std::string_view)> on_output = {};  // when set, gets all of stdout as it comes; nothing is kept
  std::stop_token stop = {};
};

struct Outcome {
  int exit_status = 0;     // valid when signal is 0
  int signal = 0;          // that ended it
  bool timed_out = false;  // ended by the deadline
  bool stopped = false;    // ended by the stop token
  std::string output;      // stdout
  std::string errors;      // stderr
  bool truncated = false;  // more came than max_output
  std::chrono::milliseconds elapsed{0};

  bool succeeded() const { return exit_status == 0 && signal == 0 && !timed_out && !stopped; }
};

// An Error only when the program could not be started or watched. How it ended is in the Outcome.
Result<Outcome> run(const Command& command);

// The Outcome, or an Error that says how the program failed and the last line of what it had to say:
// "ctl_mboxlist: exit 1: couldn't connect to mupdate server".
Result<Outcome> run_successfully(const Command& command);

// How it ended, for people: "exit 1: last line of stderr", "killed by signal 11", "no end after 60 s".
std::string describe(const Outcome& outcome);

}  // namespace murder::process
