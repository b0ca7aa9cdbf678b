#include "operator/local/twin.h"

#include <unistd.h>

#include "operator/local/process_table.h"
#include "operator/local/single.h"

namespace murder::local {
namespace {

// A handle on who holds the lock, made so that a pid that changed hands meanwhile is noticed.
std::optional<net::UniqueFd> handle_on_holder(const std::string& lock) {
  const auto pid = holder(lock);
  if (!pid) return {};
  const auto process = process_of(*pid);
  auto handle = process ? open_process(*process) : std::nullopt;
  if (!handle || holder(lock) != pid) return {};
  return handle;
}

}  // namespace

std::string lock_of(const Places& places, Twin twin) {
  return twin == Twin::Supervisor ? places.supervisor_lock() : places.guard_lock();
}

process::Spawn command_of(const Places& places, Twin twin) {
  return {.argv = {places.murder(), "local", twin == Twin::Supervisor ? "supervise" : "guard", places.root},
          .environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"},
          .output = places.log() + "/supervisor.out",
          .daemon = true};
}

Result<net::UniqueFd> ensure(const Places& places, Twin twin) {
  const auto lock = lock_of(places, twin);
  if (auto handle = handle_on_holder(lock)) return std::move(*handle);
  const auto pid = process::spawn(command_of(places, twin));
  if (!pid) return pid.error();
  // It has not taken its lock yet, or finds that another has it and ends; then the handle says so and we look again.
  const auto process = process_of(*pid);
  auto handle = process ? open_process(*process) : std::nullopt;
  if (!handle) return Error{command_of(places, twin).argv[2] + " ended as soon as it began"};
  return std::move(*handle);
}

}  // namespace murder::local
