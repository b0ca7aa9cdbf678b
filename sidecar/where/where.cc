#include "sidecar/where/where.h"

#include "sidecar/push/cyrus_tool.h"
#include "sidecar/where/mbentry.h"

namespace murder::where {
namespace {

State state_of(const Mbentry& entry) {
  if (entry.is('d')) return State::Deleted;
  if (entry.is('z')) return State::Reserved;
  if (entry.is('r') || entry.is('m')) return State::Remote;
  if (entry.is('i')) return State::Absent;  // a gap in the hierarchy, not a mailbox
  return State::Local;
}

}  // namespace

Result<Place> ask_mailboxes_db(const AgentConfig& config, const std::string& mailbox) {
  auto command =
      push::cyrus_tool(config, config.paths.imapd_conf, "cyr_dbtool",
                       {config.paths.config_directory + "/mailboxes.db", "twoskip", "get", mailbox_key(mailbox)});
  command.timeout = std::chrono::seconds(10);
  const auto asked = process::run_successfully(command);
  if (!asked) return asked.error();
  // An empty line, and exit 0, for a key that is not there.
  if (asked->output.find_first_not_of("\r\n") == std::string::npos) return Place{};
  auto entry = parse_mbentry(asked->output);
  if (!entry) return std::move(entry).error().in(mailbox);
  Place place{state_of(*entry)};
  if (place.state == State::Absent) return place;
  place.location = (entry->server.empty() ? config.server_name : entry->server) + "!" + entry->partition;
  place.acl = std::move(entry->acl);
  return place;
}

Result<std::vector<Place>> ask_mupdate(const mupdate::Options& options, const std::vector<std::string>& mailboxes) {
  auto client = mupdate::Client::connect(options);
  if (!client) return std::move(client).error();
  auto found = client->find_all(mailboxes, net::Deadline::in(options.list_timeout));
  if (!found) return std::move(found).error();
  static_cast<void>(std::move(*client).logout());
  std::vector<Place> places;
  for (auto& entry : *found) {
    if (!entry) {
      places.emplace_back();
      continue;
    }
    places.push_back({entry->state == mupdate::State::Active ? State::Active : State::Reserved,
                      std::move(entry->location), std::move(entry->acl)});
  }
  return places;
}

Result<Place> ask_mupdate(const mupdate::Options& options, const std::string& mailbox) {
  auto places = ask_mupdate(options, std::vector{mailbox});
  if (!places) return std::move(places).error();
  return std::move(places->front());
}

}  // namespace murder::where
