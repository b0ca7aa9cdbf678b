// How much a peer may make us keep.
#pragma once

#include <cstddef>

namespace murder::mupdate {

// The defaults take whatever a real Cyrus takes or sends: RFC 3656 asks for lines of 1024 and literals of 4096 bytes,
// Cyrus 3.6.1 accepts strings of 128 KiB (and dies of longer ones), and an UPDATE names at most 30 hosts.
struct Limits {
  std::size_t word = 64;            // bytes of a tag, of a command's name
  std::size_t string = 128 * 1024;  // bytes of one quoted string or literal
  std::size_t arguments = 32;       // strings of one command or response
  std::size_t total = 256 * 1024;   // bytes of a whole command or response, literals included
};

}  // namespace murder::mupdate
