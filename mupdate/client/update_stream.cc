#include "mupdate/client/update_stream.h"

#include "mupdate/protocol/encode.h"

namespace murder::mupdate {
namespace {

UpdateEvent changed(State state, std::string_view name, std::string_view location, std::string_view acl) {
  return {.kind = UpdateEvent::Kind::Changed,
          .entry = {.state = state, .name = name, .location = location, .acl = acl}};
}

}  // namespace

Result<std::optional<UpdateEvent>> UpdateStream::next(net::Deadline deadline) {
  const auto response = connection_.try_receive(deadline, synced_ ? "changes" : "the list");
  if (!response) return response.error().in("UPDATE");
  if (!*response) return std::optional<UpdateEvent>();
  auto event = to_event(**response);
  if (!event) return std::move(event).error().in("UPDATE");
  return event;
}

Status UpdateStream::request_flush(net::Deadline deadline) {
  if (!synced_) return Error{"NOOP: " + connection_.peer() + ": the list is not complete yet"};
  auto tag = connection_.next_tag();
  std::string command;
  append_command(command, tag, "NOOP", {});
  auto sent = connection_.send(command, deadline, "the command");
  if (!sent) return std::move(sent).error().in("NOOP");
  flushes_.push_back(std::move(tag));
  return ok();
}

Result<std::optional<UpdateEvent>> UpdateStream::to_event(const Response& response) {
  using Kind = UpdateEvent::Kind;
  if (const auto* line = std::get_if<MailboxLine>(&response); line && line->tag == tag_) {
    return std::optional(changed(State::Active, line->name, line->location, line->acl));
  }
  if (const auto* line = std::get_if<ReserveLine>(&response); line && line->tag == tag_) {
    return std::optional(changed(State::Reserved, line->name, line->location, {}));
  }
  if (const auto* line = std::get_if<DeleteLine>(&response); line && line->tag == tag_) {
    return std::optional(UpdateEvent{.kind = Kind::Deleted,
                                     .entry = {.state = State::Active, .name = line->name, .location = {}, .acl = {}}});
  }
  const auto* end = std::get_if<Completion>(&response);
  if (end == nullptr) return connection_.fail(connection_.refusal("a response that belongs to no command"));
  if (end->code == Completion::Code::Ok) {
    if (end->tag == tag_ && !synced_) {
      synced_ = true;
      return std::optional(UpdateEvent{.kind = Kind::Synced, .entry = {}});
    }
    if (!flushes_.empty() && end->tag == flushes_.front()) {
      flushes_.pop_front();
      return std::optional(UpdateEvent{.kind = Kind::Flushed, .entry = {}});
    }
  }
  return connection_.fail(connection_.refusal(said(*end)));
}

}  // namespace murder::mupdate
