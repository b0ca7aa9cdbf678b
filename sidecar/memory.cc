#include "sidecar/memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>

namespace murder::agent {

void use_one_heap() { mallopt(M_ARENA_MAX, 1); }

void give_back_memory() {
  malloc_trim(0);
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char permissions[5] = {};
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, permissions) != 3) continue;
    // Code of files alone: it is never written to, so dropping it loses nothing. What is read-only data may have been
    // relocated before it was protected, and would come back without that.
    if (std::string_view(permissions) != "r-xp" || line.find('/') == std::string::npos) continue;
    // Advice: when it is not taken the pages stay.
    static_cast<void>(madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED));
  }
}

}  // namespace murder::agent
