// The list of a server and then its changes, as they come (RFC 3656 section 4.10; MUPDATE.md 1.6).
//
// First every entry (Changed), then Synced once, then changes for as long as the connection lives. A server tells the
// state that an entry has when it flushes, not each step that led there: the same entry may come twice, and of three
// changes one may come. Cyrus flushes every 5 s, or at once when asked to.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "mupdate/client/connection.h"
#include "mupdate/client/entry.h"

namespace murder::mupdate {

struct UpdateEvent {
  enum class Kind {
    Changed,  // `entry` is new, or is like this now
    Deleted,  // `entry.name` is gone
    Synced,   // the list is complete
    Flushed,  // all that was changed before request_flush() has been told
  };
  Kind kind;
  EntryView entry = {};  // valid until the next call
};

class UpdateStream {
 public:
  // The next event; nothing when the deadline passes, which is usual once the list is complete. An error is final.
  Result<std::optional<UpdateEvent>> next(net::Deadline deadline);

  // Asks the server to tell now what it knows; Flushed comes behind it. Once the list is complete only. Also the way to
  // find out whether a silent server is still there.
  Status request_flush(net::Deadline deadline);

  bool is_synced() const { return synced_; }
  const std::optional<Error>& failure() const { return connection_.failure(); }

 private:
  friend class Client;
  UpdateStream(Connection connection, std::string tag) : connection_(std::move(connection)), tag_(std::move(tag)) {}

  Result<std::optional<UpdateEvent>> to_event(const Response& response);

  Connection connection_;
  std::string tag_;                  // of the UPDATE
  std::deque<std::string> flushes_;  // tags of the NOOPs that are not answered
  bool synced_ = false;
};

}  // namespace murder::mupdate
