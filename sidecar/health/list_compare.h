// How many entries of two mailbox lists differ, in 16 bytes of memory for each entry: a frontend's list is compared
// with the master's for as long as it runs, and may have a million entries.
#pragma once

#include <cstdint>
#include <vector>

#include "mupdate/client/entry.h"

namespace murder::health {

struct Differences {
  std::uint64_t missing = 0;    // expected, and not there
  std::uint64_t extra = 0;      // there, and not expected
  std::uint64_t different = 0;  // there with another location, state or ACL

  bool none() const { return missing + extra + different == 0; }
  bool operator==(const Differences&) const = default;
};

// Keeps of each entry a 64-bit hash of its name and one of the rest.
class Digest {
 public:
  void add(const mupdate::EntryView& entry);
  std::uint64_t size() const { return entries_.size(); }

  // Sorts both.
  static Differences compare(Digest& expected, Digest& actual);

 private:
  struct Hashes {
    std::uint64_t name;
    std::uint64_t rest;
    auto operator<=>(const Hashes&) const = default;
  };
  std::vector<Hashes> entries_;
};

}  // namespace murder::health
