// A MUPDATE server for one client: it stands between `ctl_mboxlist -m` and the master, and lets through only what the
// plan allows.
//
// Why: -m acts on what it finds at that moment, on all mailboxes alike. It cannot be told "this one and not that one",
// and between the dry run that was judged and the run that acts, the master's list may have changed. Behind the gate
// neither matters. A mailbox whose conflict is held looks to -m as if the master did not list it, and the ACTIVATE that
// then comes is answered and dropped; one that is to be taken over looks the same, and its ACTIVATE goes through, with
// location and ACL as Cyrus itself knows them; one that is given up is shown as it is. Every removal is counted against
// what was judged. And each is looked up once more before the master is touched, so a second copy that turned up
// meanwhile stays as it is.
//
// It listens on the loopback and asks for the password of the node's MUPDATE account, which the client has.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/net/unique_fd.h"
#include "base/result.h"
#include "mupdate/client/client.h"
#include "sidecar/push/decide.h"

namespace murder::push {

struct GateReport {
  std::uint64_t activated = 0;
  std::uint64_t removed = 0;
  std::vector<std::string> shielded;  // kept from being touched: held conflicts, and those that turned up meanwhile
  std::vector<std::string> kept;      // entries whose removal was not in the plan
  std::string error;                  // the first thing that went wrong
};

class Gate {
 public:
  // Logs in at the master and starts to listen. `server_name` is this backend's, as locations name it.
  static Result<std::unique_ptr<Gate>> open(mupdate::Options master, std::string server_name, Plan plan);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // "127.0.0.1:port", for mupdate_server.
  const std::string& endpoint() const { return endpoint_; }

  // To be called when the client has ended.
  GateReport close();

 private:
  class Session;
  Gate(net::UniqueFd socket, net::UniqueFd stop, std::string endpoint, std::unique_ptr<Session> session);

  net::UniqueFd socket_;
  net::UniqueFd stop_;  // eventfd
  std::string endpoint_;
  std::unique_ptr<Session> session_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace murder::push
