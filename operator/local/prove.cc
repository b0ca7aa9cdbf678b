#include "operator/local/prove.h"

#include <algorithm>

#include "operator/local/dialogue.h"
#include "operator/pki/passwords.h"

namespace murder::local {
namespace {

using Clock = std::chrono::steady_clock;
using topology::AccountUse;
using topology::Node;
using topology::Protocol;
using topology::Topology;

std::chrono::milliseconds since(Clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
}

const topology::Account* first(const Topology& topology, AccountUse use) {
  const auto found = std::find_if(topology.accounts.begin(), topology.accounts.end(),
                                  [&](const topology::Account& account) { return account.use == use; });
  return found == topology.accounts.end() ? nullptr : &*found;
}

class Prover {
 public:
  Prover(const Route& route, net::Deadline deadline) : route_(route), deadline_(deadline) {}

  Result<Proof> run() {
    proof_.user = route_.user;
    proof_.delivered_through = route_.in.name;
    proof_.read_through = route_.out.name;
    auto token = pki::generate_password();  // tells this message from all others
    if (!token) return std::move(token).error();

    if (auto made = make_inbox(); !made) return std::move(made).error().in("make the INBOX");
    const auto delivery_began = Clock::now();
    if (auto delivered = deliver(*token); !delivered) return std::move(delivered).error().in("deliver");
    proof_.delivery = since(delivery_began);
    const auto reading_began = Clock::now();
    if (auto found = read(*token); !found) return std::move(found).error().in("read");
    proof_.reading = since(reading_began);
    return proof_;
  }

 private:
  Result<ImapDialogue> login(const Door& door, const std::string& account, const std::string& password) const {
    auto imap = ImapDialogue::open(door.imap, deadline_);
    if (!imap) return imap;
    if (auto secured = secure(*imap, door); !secured) return std::move(secured).error();
    if (auto in = imap->login(account, password, deadline_); !in) return std::move(in).error();
    return imap;
  }

  // Where passwords are not taken in clear text.
  template <typename Dialogue>
  Status secure(Dialogue& dialogue, const Door& door) const {
    if (door.ca_file.empty()) return ok();
    auto tls = net::TlsClient::load({.ca_file = door.ca_file, .server_name = door.host});
    if (!tls) return std::move(tls).error();
    return dialogue.start_tls(*tls, deadline_);
  }

  // No location is given: the frontend chooses a backend by its serverlist. It may choose another than the one that has
  // the INBOX already, and the refusal of that one does not say so; hence the look before, and after.
  Status make_inbox() {
    auto imap = login(route_.in, route_.admin, route_.admin_password);
    if (!imap) return std::move(imap).error();
    const auto inbox = quoted_string(std::string("user") + route_.separator + route_.user);
    auto there = exists(*imap, inbox);
    if (!there) return std::move(there).error();
    if (*there) return ok();
    auto reply = imap->command("CREATE " + inbox, deadline_);
    if (!reply) return std::move(reply).error();
    proof_.inbox_was_made = reply->done();
    if (reply->done()) return ok();
    there = exists(*imap, inbox);
    if (there && *there) return ok();
    return Error{route_.in.name + ": CREATE: " + reply->status + " " + reply->text};
  }

  Result<bool> exists(ImapDialogue& imap, const std::string& mailbox) const {
    auto listed = imap.must("LIST \"\" " + mailbox, "LIST", deadline_);
    if (!listed) return std::move(listed).error();
    return std::any_of(listed->untagged.begin(), listed->untagged.end(),
                       [](const std::string& line) { return line.starts_with("LIST "); });
  }

  Status deliver(const std::string& token) {
    auto lmtp = LmtpDialogue::open(route_.in.lmtp, deadline_);
    if (!lmtp) return std::move(lmtp).error();
    if (route_.lmtp_login) {
      MURDER_TRY(secure(*lmtp, route_.in));
      MURDER_TRY(lmtp->login(route_.admin, route_.admin_password, deadline_));
    }
    return lmtp->deliver(route_.user,
                         "From: murder@" + route_.domain + "\r\nTo: " + route_.user + "@" + route_.domain +
                             "\r\nMessage-ID: <" + token + "@" + route_.domain +
                             ">\r\nSubject: Your murder works\r\n\r\nDelivered through " + route_.in.name + ".\r\n",
                         deadline_);
  }

  Status read(const std::string& token) {
    auto imap = login(route_.out, route_.user, route_.user_password);
    if (!imap) return std::move(imap).error();
    const std::string& name = route_.out.name;
    if (auto selected = imap->must("SELECT INBOX", "SELECT INBOX", deadline_); !selected) {
      return std::move(selected).error();
    }
    auto found = imap->must("UID SEARCH HEADER Message-ID " + quoted_string(token), "SEARCH", deadline_);
    if (!found) return std::move(found).error();
    std::string uid;
    for (const auto& line : found->untagged) {
      if (line.starts_with("SEARCH ")) uid = line.substr(7);
    }
    if (uid.empty()) return Error{name + ": the message is not in the INBOX"};
    auto fetched = imap->must("UID FETCH " + uid + " BODY.PEEK[]", "FETCH", deadline_);
    if (!fetched) return std::move(fetched).error();
    const bool whole = std::any_of(fetched->untagged.begin(), fetched->untagged.end(), [&](const std::string& line) {
      return line.find(token) != std::string::npos && line.find("Delivered through") != std::string::npos;
    });
    return whole ? ok() : Status(Error{name + ": the message that was fetched is not the one delivered"});
  }

  const Route& route_;
  const net::Deadline deadline_;
  Proof proof_;
};

}  // namespace

Result<Proof> prove(const Route& route, std::chrono::milliseconds patience) {
  return Prover(route, net::Deadline::in(patience)).run();
}

Result<Proof> prove(const Topology& topology, const config::Passwords& passwords, std::chrono::milliseconds patience) {
  const auto* user = first(topology, AccountUse::User);
  const auto* admin = first(topology, AccountUse::Admin);
  const auto frontends = topology.with_role(Role::Frontend);
  if (user == nullptr) return Error{"there is no user to deliver to: name one in spec.authentication.users"};
  if (admin == nullptr || frontends.empty()) return Error{"there is no administrator, or no frontend"};
  const auto door = [&](const Node& node) {
    const auto at = [&](Protocol protocol) {
      return net::Endpoint{.host = node.address, .port = static_cast<std::uint16_t>(topology.port(protocol))};
    };
    return Door{.name = node.name,
                .imap = at(Protocol::Imap),
                .lmtp = at(Protocol::Lmtp),
                .ca_file = topology.spec.authentication.allow_plaintext ? "" : node.paths.tls() + "/ca.crt",
                .host = node.host};
  };
  const bool slash = topology.spec.namespace_.hierarchy_separator == api::HierarchySeparator::Slash;
  return prove(
      Route{.in = door(*frontends.front()),
            .out = door(*frontends.back()),
            .user = user->name,
            .user_password = passwords.at(user->secret),
            .admin = admin->name,
            .admin_password = passwords.at(admin->secret),
            .domain = topology.domain,
            .separator = slash ? '/' : '.',
            .lmtp_login = topology.spec.frontend.services.lmtp.authentication == api::LmtpAuthentication::Required},
      patience);
}

}  // namespace murder::local
