// This backend's own mailbox list: what `ctl_mboxlist -d` prints, one JSON object with a line for each mailbox.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/lines.h"
#include "base/result.h"

namespace murder::push {

// Reads the dump as it comes and keeps of it what is asked for, so that a million mailboxes cost no memory.
class LocalListReader {
 public:
  // The partitions of these mailboxes are kept.
  explicit LocalListReader(std::set<std::string, std::less<>> wanted) : wanted_(std::move(wanted)) {}

  void feed(std::string_view bytes);
  // The error is the first line that could not be read.
  Status finish();

  std::uint64_t count() const { return count_; }  // without those that are only remembered as deleted
  const std::map<std::string, std::string>& partitions() const { return partitions_; }

 private:
  void take_line(std::string_view line);

  std::set<std::string, std::less<>> wanted_;
  std::map<std::string, std::string> partitions_;
  std::uint64_t count_ = 0;
  Lines lines_{1 << 20};  // an ACL of 60 000 octets was seen to be accepted
  std::optional<Error> error_;
};

}  // namespace murder::push
