// An Http whose answers a test has written down: for what is decided above the wire. What a real API server answers is
// for the end-to-end tests.
#pragma once

#include <deque>

#include "operator/kubernetes/http.h"

namespace murder::kubernetes {

class ScriptedHttp : public Http {
 public:
  ApiResult<HttpResponse> send(const HttpRequest& request) override {
    requests.push_back(request);
    if (answers.empty()) return ApiError{.failure = Failure::Unreachable, .message = "the script has ended"};
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  ApiResult<HttpResponse> stream(const HttpRequest& request, const Receiver& receiver) override {
    auto response = send(request);
    if (response && receiver.on_head(*response)) receiver.on_bytes(response->body);
    return response;
  }

  std::deque<ApiResult<HttpResponse>> answers;
  std::vector<HttpRequest> requests;
};

}  // namespace murder::kubernetes
