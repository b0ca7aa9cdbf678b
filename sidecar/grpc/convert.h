// From what the agent knows to what agent.proto says.
#pragma once

#include "base/agent_config.h"
#include "proto/agent.pb.h"
#include "sidecar/health/state.h"
#include "sidecar/move/inventory.h"
#include "sidecar/move/mover.h"
#include "sidecar/move/seen_record.h"
#include "sidecar/push/decide.h"
#include "sidecar/push/report.h"
#include "sidecar/where/where.h"

namespace murder::grpc {

void to_proto(const AgentConfig& config, const health::Snapshot& now, agent::v1::NodeStatus& into);
void to_proto(const push::Report& report, agent::v1::PushReport& into);
void to_proto(const where::Place& place, agent::v1::WhereReply& into);
void to_proto(const move::HeldMailbox& mailbox, agent::v1::HeldMailbox& into);
void to_proto(const move::Report& report, agent::v1::MoveReport& into);
void to_proto(const move::SeenRecord& record, agent::v1::SeenRecord& into);
move::InventoryRequest from_proto(const agent::v1::InventoryRequest& request);
move::MoveRequest from_proto(const agent::v1::MoveRequest& request);
move::SeenRecord from_proto(const agent::v1::SeenRecord& record);
push::Choice from_proto(const agent::v1::PushRequest& request);

}  // namespace murder::grpc
