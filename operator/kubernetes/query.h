// Builds "/path?name=value&…", percent-encoded (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace murder::kubernetes {

class Query {
 public:
  explicit Query(std::string path) : target_(std::move(path)) {}

  // Left out when the value is empty.
  Query& with(std::string_view name, std::string_view value);
  std::string take() && { return std::move(target_); }

 private:
  std::string target_;
  bool any_ = false;
};

}  // namespace murder::kubernetes
