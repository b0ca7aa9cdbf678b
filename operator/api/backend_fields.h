// Backend, described. See schema/field.h.
#pragma once

#include <algorithm>

#include "operator/api/backend.h"
#include "operator/api/common_fields.h"

namespace murder::api {

template <typename Io>
void fields(Io& io, PartitionSpec& partition) {
  io.field({.name = "name",
            .doc = "As imapd.conf(5) and mailbox locations say it (partition-NAME).",
            .required = true,
            .pattern = kPartition,
            .max_length = 63},
           partition.name);
  volume(io, partition);
}

template <typename Io>
void fields(Io& io, BackendSpec& spec) {
  io.field({.name = "clusterRef", .doc = "The MurderCluster that it belongs to.", .required = true, .immutable = true},
           spec.cluster_ref);
  io.field({.name = "partitions",
            .doc = "Where mailboxes are stored.",
            .required = true,
            .min_items = 1,
            .max_items = 64,
            .list_key = "name"},
           spec.partitions);
  io.field({.name = "defaultPartition",
            .doc = "Partition of new mailboxes; the first one when absent. Not used with placement.partitions.mode "
                   "(defaultpartition).",
            .pattern = kPartition,
            .max_length = 63},
           spec.default_partition);
  io.field({.name = "acceptsNewMailboxes",
            .doc = "Whether frontends may choose this backend for new mailboxes (serverlist). Mailboxes below existing "
                   "ones are made here in any case."},
           spec.accepts_new_mailboxes);
  io.field({.name = "storage",
            .doc = "On Kubernetes: of Cyrus's databases and the Sieve scripts; partitions have volumes of their own."},
           spec.storage);
  io.field({.name = "volumeRetention",
            .doc = "On Kubernetes: what becomes of its volumes when the Backend is deleted. Retain: they are kept, "
                   "with all mail. Delete: they are deleted with it."},
           spec.volume_retention);
  io.field({.name = "pod", .doc = "Instead of the MurderCluster's backend.pod, as a whole."}, spec.pod);
  overrides(io, "imapd", "Options of imapd.conf(5) for this backend alone.", spec.imapd);
  io.rule({.cel = "!has(self.defaultPartition) || self.partitions.exists(p, p.name == self.defaultPartition)",
           .message = "must be the name of one of partitions",
           .field = ".defaultPartition"},
          spec, [](const BackendSpec& s) {
            return s.default_partition.empty() ||
                   std::any_of(s.partitions.begin(), s.partitions.end(),
                               [&](const PartitionSpec& p) { return p.name == s.default_partition; });
          });
}

template <typename Io>
void fields(Io& io, PartitionStatus& partition) {
  io.field({.name = "name", .doc = "Name of the partition.", .required = true}, partition.name);
  io.field({.name = "totalBytes", .doc = "Size of its file system.", .minimum = 0}, partition.total_bytes);
  io.field({.name = "availableBytes", .doc = "What is free there.", .minimum = 0}, partition.available_bytes);
}

template <typename Io>
void fields(Io& io, MailboxConflict& conflict) {
  io.field({.name = "mailbox", .doc = "Internal name of the mailbox.", .required = true, .max_length = 1024},
           conflict.mailbox);
  io.field({.name = "here", .doc = "Its location on this backend.", .max_length = 1024}, conflict.here);
  io.field({.name = "master", .doc = "Its location at the MUPDATE master.", .max_length = 1024}, conflict.master);
}

template <typename Io>
void fields(Io& io, BackendStatus& status) {
  io.field({.name = "observedGeneration", .doc = "The generation that this status was computed from.", .minimum = 0},
           status.observed_generation);
  io.field({.name = "serverName", .doc = "What mailbox locations say."}, status.server_name);
  io.field({.name = "mailboxes", .doc = "Mailboxes it holds.", .minimum = 0}, status.mailboxes);
  io.field({.name = "used", .doc = "Share of its partitions in use, as 37%."}, status.used);
  io.field({.name = "synced", .doc = "Yes, No or Held."}, status.synced);
  io.field({.name = "lastPush", .doc = "When it last agreed with the master.", .format = "date-time"},
           status.last_push);
  io.field({.name = "partitions", .doc = "One row a partition.", .max_items = 64, .list_key = "name"},
           status.partitions);
  io.field({.name = "conflicts",
            .doc = "Mailboxes that this backend holds and the master lists elsewhere; at most 100 of them.",
            .max_items = 100,
            .list_key = "mailbox"},
           status.conflicts);
  io.field({.name = "conditions",
            .doc = "Ready, Registered, Synced, Progressing, Degraded; Reconciling, Stalled and MailboxConflict only "
                   "while true.",
            .max_items = 32,
            .list_key = "type"},
           status.conditions);
}

}  // namespace murder::api
