#include "operator/local/state.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "operator/local/durable_file.h"

namespace murder::local {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* kKind = "cyrus-murder local state";

// nlohmann's own conversions throw on a wrong type; the caller turns that into an Error.
ClusterState from_json(const Json& json) {
  ClusterState state;
  state.cluster = json.at("cluster").get<std::string>();
  state.mode = json.at("mode").get<std::string>() == "root" ? Mode::Root : Mode::User;
  state.port_offset = json.at("portOffset").get<int>();
  state.network = json.at("network").get<int>();
  state.addresses = json.at("addresses").get<std::map<std::string, std::string>>();
  state.library = json.at("library").get<std::string>();
  for (const auto& file : json.at("manifests")) {
    state.manifests.push_back({file.at("name").get<std::string>(), file.at("text").get<std::string>()});
  }
  for (const auto& [node, versions] : json.at("versions").items()) {
    state.versions[node] = {versions.at("agent").get<std::string>(), versions.at("cyrus").get<std::string>(),
                            versions.value("files", "")};
  }
  const Json programs = json.value("programs", Json::object());
  state.programs = {programs.value("agent", ""), programs.value("preload", "")};
  state.to_forget = json.value("toForget", std::vector<std::string>());
  state.unfinished = json.value("unfinished", false);
  state.wanted = json.at("wanted").get<bool>();
  return state;
}

}  // namespace

std::string to_json(const ClusterState& state) {
  Json json = {{"kind", kKind},
               {"format", ClusterState::kFormat},
               {"cluster", state.cluster},
               {"mode", to_string(state.mode)},
               {"portOffset", state.port_offset},
               {"network", state.network},
               {"addresses", state.addresses},
               {"library", state.library},
               {"toForget", state.to_forget},
               {"unfinished", state.unfinished},
               {"wanted", state.wanted},
               {"programs", {{"agent", state.programs.agent}, {"preload", state.programs.preload}}},
               {"versions", Json::object()},
               {"manifests", Json::array()}};
  for (const auto& [node, versions] : state.versions) {
    json["versions"][node] = {{"agent", versions.agent}, {"cyrus", versions.cyrus}, {"files", versions.files}};
  }
  for (const auto& file : state.manifests) json["manifests"].push_back({{"name", file.name}, {"text", file.text}});
  return json.dump(2) + "\n";
}

Result<ClusterState> parse_state(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("kind", Json()) != kKind) {
    return Error{"is not the state of a local murder; choose another directory with --state"};
  }
  const Json format = json.value("format", Json());
  if (format != ClusterState::kFormat) {
    return Error{"has format " + format.dump() + ", and this build knows format " +
                 std::to_string(ClusterState::kFormat) + " only: use the version of murder that made it"};
  }
  try {
    return from_json(json);
  } catch (const Json::exception& exception) {
    return Error{std::string("is damaged: ") + exception.what()};
  }
}

std::string default_base() {
  if (geteuid() == 0) return "/var/lib/cyrus-murder";
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return std::string(state) + "/cyrus-murder";
  }
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.local/state/cyrus-murder";
}

std::vector<std::string> clusters_in(const std::string& base) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(base, failed)) {
    if (fs::exists(entry.path() / "cluster.json", failed)) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<Places> find_places(const std::string& base, const std::string& cluster) {
  if (!cluster.empty()) return Places{base + "/" + cluster};
  const auto names = clusters_in(base);
  if (names.size() == 1) return Places{base + "/" + names.front()};
  if (names.empty()) return Error{"no local murder in " + base + ": start one with `murder local up`"};
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return Error{"several local murders in " + base + " (" + list + "): say which with --cluster"};
}

Result<std::optional<ClusterState>> load(const Places& places) {
  auto text = read_file(places.cluster_json());
  if (!text) return std::move(text).error();
  std::error_code failed;
  if (!*text) {
    // An empty or half-made directory of ours holds nothing but what `up` makes first.
    for (const auto& entry : fs::directory_iterator(places.root, failed)) {
      const auto name = entry.path().filename().string();
      if (name != "lock" && name != "cluster.json.new") {
        return Error{places.root + " holds something else (" + name + "); choose another directory with --state"};
      }
    }
    return std::optional<ClusterState>();
  }
  auto state = parse_state(**text);
  if (!state) return std::move(state).error().in(places.cluster_json());
  if (const auto name = fs::path(places.root).filename().string(); state->cluster != name) {
    return Error{places.cluster_json() + " is the state of the cluster \"" + state->cluster + "\", not of \"" + name +
                 "\": was the directory renamed?"};
  }
  if ((state->mode == Mode::Root) != (geteuid() == 0)) {
    return Error{places.root + " was made " + (state->mode == Mode::Root ? "by root" : "by an ordinary user") +
                 ": go on as the same, or choose another directory with --state"};
  }
  return std::optional(std::move(*state));
}

Status save(const Places& places, const ClusterState& state) {
  return write_file(places.cluster_json(), to_json(state), {.mode = 0600});
}

Result<StateLock> StateLock::take(const Places& places) {
  net::UniqueFd fd(open(places.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return system_error("open", places.lock());
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error("lock", places.lock());
    char text[32] = {};
    const auto size = pread(fd.get(), text, sizeof text - 1, 0);
    return Error{"another murder command is at work on " + places.root + " (process " +
                 (size > 0 ? std::string(text) : "unknown") + "): wait for it to end"};
  }
  const auto pid = std::to_string(getpid());
  if (ftruncate(fd.get(), 0) != 0 || pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) {
    return system_error("write", places.lock());
  }
  return StateLock(std::move(fd));
}

}  // namespace murder::local
