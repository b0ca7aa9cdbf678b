#include "sidecar/grpc/convert.h"

#include <string>

namespace murder::grpc {
namespace {

namespace v1 = agent::v1;

std::int64_t milliseconds_of(const std::optional<health::Time>& time) {
  if (!time) return 0;
  return std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count();
}

// A protobuf string must be UTF-8. What Cyrus says need not be.
std::string utf8(const std::string& text) {
  std::string result;
  std::size_t i = 0;
  while (i < text.size()) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t size = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    bool good = size != 0 && i + size <= text.size();
    for (std::size_t n = 1; good && n < size; ++n) good = (static_cast<unsigned char>(text[i + n]) & 0xC0) == 0x80;
    result.append(good ? text.substr(i, size) : "?");
    i += good ? size : 1;
  }
  return result;
}

v1::CheckState to_proto(health::CheckState state) {
  switch (state) {
    case health::CheckState::Unknown:
      return v1::CHECK_STATE_UNKNOWN;
    case health::CheckState::Ok:
      return v1::CHECK_STATE_OK;
    case health::CheckState::Failed:
      return v1::CHECK_STATE_FAILED;
  }
  return v1::CHECK_STATE_UNSPECIFIED;
}

v1::PushOutcome to_proto(push::Outcome outcome) {
  switch (outcome) {
    case push::Outcome::InSync:
      return v1::PUSH_OUTCOME_IN_SYNC;
    case push::Outcome::Pushed:
      return v1::PUSH_OUTCOME_PUSHED;
    case push::Outcome::WouldPush:
      return v1::PUSH_OUTCOME_WOULD_PUSH;
    case push::Outcome::Held:
      return v1::PUSH_OUTCOME_HELD;
    case push::Outcome::Failed:
      return v1::PUSH_OUTCOME_FAILED;
  }
  return v1::PUSH_OUTCOME_UNSPECIFIED;
}

v1::PushAction::Kind to_proto(push::ActionKind kind) {
  switch (kind) {
    case push::ActionKind::Activate:
      return v1::PushAction::ACTIVATE;
    case push::ActionKind::RemoveFromMaster:
      return v1::PushAction::REMOVE_FROM_MASTER;
    case push::ActionKind::RemoveLocal:
      return v1::PushAction::REMOVE_LOCAL;
    case push::ActionKind::Unflag:
      return v1::PushAction::UNFLAG;
  }
  return v1::PushAction::KIND_UNSPECIFIED;
}

v1::WhereReply::State to_proto(where::State state) {
  switch (state) {
    case where::State::Absent:
      return v1::WhereReply::ABSENT;
    case where::State::Active:
      return v1::WhereReply::ACTIVE;
    case where::State::Reserved:
      return v1::WhereReply::RESERVED;
    case where::State::Local:
      return v1::WhereReply::LOCAL;
    case where::State::Remote:
      return v1::WhereReply::REMOTE;
    case where::State::Deleted:
      return v1::WhereReply::DELETED;
  }
  return v1::WhereReply::STATE_UNSPECIFIED;
}

v1::HeldMailbox::State to_proto(move::Holding holding) {
  switch (holding) {
    case move::Holding::Held:
      return v1::HeldMailbox::HELD;
    case move::Holding::Moving:
      return v1::HeldMailbox::MOVING;
    case move::Holding::Remote:
      return v1::HeldMailbox::REMOTE;
    case move::Holding::Gone:
      return v1::HeldMailbox::GONE;
  }
  return v1::HeldMailbox::STATE_UNSPECIFIED;
}

v1::MoveReport::State to_proto(move::Progress progress) {
  switch (progress) {
    case move::Progress::Unknown:
      return v1::MoveReport::UNKNOWN;
    case move::Progress::Running:
      return v1::MoveReport::RUNNING;
    case move::Progress::Ended:
      return v1::MoveReport::ENDED;
    case move::Progress::Busy:
      return v1::MoveReport::BUSY;
  }
  return v1::MoveReport::STATE_UNSPECIFIED;
}

void to_proto(const health::ListSync& sync, v1::ListSync& into) {
  into.set_master_entries(sync.master_entries);
  into.set_entries(sync.entries);
  into.set_missing(sync.missing);
  into.set_extra(sync.extra);
  into.set_different(sync.different);
  into.set_compared_at_ms(milliseconds_of(sync.compared_at));
  into.set_in_sync_at_ms(milliseconds_of(sync.in_sync_at));
  into.set_error(utf8(sync.error));
}

}  // namespace

void to_proto(const AgentConfig& config, const health::Snapshot& now, v1::NodeStatus& into) {
  into.set_cluster(config.cluster);
  into.set_node(config.node);
  into.set_role(std::string(to_string(config.role)));
  into.set_server_name(config.server_name);
  into.set_alive(now.alive);
  into.set_ready(now.ready);
  for (const auto& check : now.checks) {
    auto& to = *into.add_checks();
    to.set_name(check.name);
    to.set_state(to_proto(check.state));
    to.set_message(utf8(check.message));
    to.set_seconds(check.seconds);
  }
  into.set_cyrus_version(utf8(now.cyrus_version));
  into.set_checked_at_ms(milliseconds_of(now.checked_at));
  into.set_mailboxes(now.mailboxes);
  into.set_counted(now.counted);
  for (const auto& partition : now.partitions) {
    auto& to = *into.add_partitions();
    to.set_name(partition.name);
    to.set_path(partition.path);
    to.set_total_bytes(partition.total_bytes);
    to.set_available_bytes(partition.available_bytes);
  }
  if (now.last_push) to_proto(*now.last_push, *into.mutable_last_push());
  if (now.list_sync) to_proto(*now.list_sync, *into.mutable_list_sync());
  for (const auto& service : now.disabled_services) into.add_disabled_services(utf8(service));
  into.set_files_digest(now.files_digest);
}

void to_proto(const push::Report& report, v1::PushReport& into) {
  into.set_outcome(to_proto(report.outcome));
  into.set_finished_at_ms(milliseconds_of(report.finished_at));
  into.set_dry_run(report.dry_run);
  for (const auto& action : report.plan.actions) {
    auto& to = *into.add_actions();
    to.set_kind(to_proto(action.kind));
    to.set_mailbox(utf8(action.mailbox));
  }
  into.set_activate(report.plan.activate);
  into.set_remove_from_master(report.plan.remove_from_master);
  into.set_remove_local(report.plan.removes_local);
  into.set_unflag(report.plan.unflags);
  for (const auto& conflict : report.conflicts) {
    auto& to = *into.add_conflicts();
    to.set_mailbox(utf8(conflict.mailbox));
    to.set_here(utf8(conflict.here));
    to.set_master(utf8(conflict.master));
  }
  into.set_reason(report.reason);
  into.set_error(utf8(report.error));
}

void to_proto(const where::Place& place, v1::WhereReply& into) {
  into.set_state(to_proto(place.state));
  into.set_location(utf8(place.location));
  into.set_acl(utf8(place.acl));
}

push::Choice from_proto(const v1::PushRequest& request) {
  push::Choice choice;
  if (request.resolve() == v1::RESOLVE_LOCAL) choice.resolve = push::Resolve::Local;
  if (request.resolve() == v1::RESOLVE_MASTER) choice.resolve = push::Resolve::Master;
  choice.mailboxes.assign(request.mailboxes().begin(), request.mailboxes().end());
  choice.allow_mass_delete = request.allow_mass_delete();
  return choice;
}

void to_proto(const move::HeldMailbox& mailbox, v1::HeldMailbox& into) {
  into.set_name(utf8(mailbox.line.name));
  into.set_partition(utf8(mailbox.line.partition));
  into.set_state(to_proto(mailbox.line.holding));
  if (!mailbox.contents) return;
  const auto& contents = *mailbox.contents;
  into.set_uid_validity(contents.uid_validity);
  into.set_uid_next(contents.uid_next);
  into.set_highest_modseq(contents.highest_modseq);
  into.set_messages(contents.messages);
  into.set_digest(contents.digest.text());
  into.set_flags_digest(contents.flags_digest.text());
  if (!contents.kept) return;
  auto& kept = *into.mutable_kept();
  kept.set_messages(contents.kept->messages);
  kept.set_digest(contents.kept->digest.text());
  kept.set_flags_digest(contents.kept->flags_digest.text());
  kept.set_changed(contents.kept->changed);
}

void to_proto(const move::Report& report, v1::MoveReport& into) {
  const auto milliseconds = [](std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  };
  into.set_state(to_proto(report.progress));
  into.set_id(report.id);
  into.set_mailbox(utf8(report.mailbox));
  into.set_started_at_ms(milliseconds(report.started_at));
  into.set_ended_at_ms(milliseconds(report.ended_at));
  for (const auto& line : report.answer.untagged) into.add_untagged(utf8(line));
  into.set_tagged(utf8(report.answer.tagged));
  into.set_refused(report.answer.refused());
  into.set_error(utf8(report.answer.error));
}

move::InventoryRequest from_proto(const v1::InventoryRequest& request) {
  move::InventoryRequest result;
  result.mailbox = request.mailbox();
  result.contents = request.contents();
  for (const auto& mark : request.since()) {
    result.since[mark.name()] = {.uid_next = mark.uid_next(), .highest_modseq = mark.highest_modseq()};
  }
  return result;
}

move::MoveRequest from_proto(const v1::MoveRequest& request) {
  return {request.id(), request.mailbox(), request.destination(), request.partition()};
}

void to_proto(const move::SeenRecord& record, v1::SeenRecord& into) {
  into.set_unique_id(utf8(record.unique_id));
  into.set_last_read(record.last_read);
  into.set_last_change(record.last_change);
  into.set_last_uid(record.last_uid);
  into.set_uids(utf8(record.uids));
}

move::SeenRecord from_proto(const v1::SeenRecord& record) {
  return {record.unique_id(), record.last_read(), record.last_uid(), record.last_change(), record.uids()};
}

}  // namespace murder::grpc
