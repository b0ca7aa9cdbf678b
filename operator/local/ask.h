// Asks many servers at once, on one thread: an HTTP GET of agents, or what a server says by itself.
#pragma once

#include <string>
#include <vector>

#include "base/net/deadline.h"
#include "base/net/endpoint.h"

namespace murder::local {

struct Question {
  net::Endpoint endpoint;  // an address, not a name
  std::string path;        // of an HTTP GET; empty to listen for a greeting only
  std::string greeting;    // then: the text that makes it an answer
};

struct Answer {
  bool came = false;  // a whole HTTP answer; or the greeting
  int status = 0;     // of HTTP
  std::string text;   // its body; or why there was no answer
};

// In the order of the questions; never longer than the deadline.
std::vector<Answer> ask(const std::vector<Question>& questions, net::Deadline deadline);

// "HTTP/1.1 200 OK…" → status and body; pure, for tests.
Answer parse_http(const std::string& bytes);

}  // namespace murder::local
