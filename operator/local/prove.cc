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

class Prover {
 public:
  Prover(const Topology& topology, const config::Passwords& passwords, net::Deadline deadline)
      : topology_(topology), passwords_(passwords), deadline_(deadline) {}

  Result<Proof> run() {
    const auto* user = first(AccountUse::User);
    const auto* admin = first(AccountUse::Admin);
    const auto frontends = topology_.with_role(Role::Frontend);
    if (user == nullptr) return Error{"there is no user to deliver to: name one in spec.authentication.users"};
    if (admin == nullptr || frontends.empty()) return Error{"there is no administrator, or no frontend"};
    const Node& in = *frontends.front();
    const Node& out = *frontends.back();
    proof_.user = user->name;
    proof_.delivered_through = in.name;
    proof_.read_through = out.name;
    auto token = pki::generate_password();  // tells this message from all others
    if (!token) return std::move(token).error();

    if (auto made = make_inbox(in, *admin, *user); !made) return std::move(made).error().in("make the INBOX");
    const auto delivery_began = Clock::now();
    if (auto delivered = deliver(in, *admin, *user, *token); !delivered)
      return std::move(delivered).error().in("deliver");
    proof_.delivery = since(delivery_began);
    const auto reading_began = Clock::now();
    if (auto found = read(out, *user, *token); !found) return std::move(found).error().in("read");
    proof_.reading = since(reading_began);
    return proof_;
  }

 private:
  const topology::Account* first(AccountUse use) const {
    const auto found = std::find_if(topology_.accounts.begin(), topology_.accounts.end(),
                                    [&](const topology::Account& account) { return account.use == use; });
    return found == topology_.accounts.end() ? nullptr : &*found;
  }

  net::Endpoint endpoint(const Node& node, Protocol protocol) const {
    return {.host = node.address, .port = static_cast<std::uint16_t>(topology_.port(protocol))};
  }

  Result<ImapDialogue> login(const Node& node, const topology::Account& account) const {
    auto imap = ImapDialogue::open(endpoint(node, Protocol::Imap), deadline_);
    if (!imap) return imap;
    if (auto secured = secure(*imap, node); !secured) return std::move(secured).error();
    if (auto in = imap->login(account.name, passwords_.at(account.secret), deadline_); !in)
      return std::move(in).error();
    return imap;
  }

  // Where passwords are not taken in clear text.
  template <typename Dialogue>
  Status secure(Dialogue& dialogue, const Node& node) const {
    if (topology_.spec.authentication.allow_plaintext) return ok();
    auto tls = net::TlsClient::load({.ca_file = node.paths.tls() + "/ca.crt", .server_name = node.host});
    if (!tls) return std::move(tls).error();
    return dialogue.start_tls(*tls, deadline_);
  }

  // No location is given: the frontend chooses a backend by its serverlist. It may choose another than the one that has
  // the INBOX already, and the refusal of that one does not say so; hence the look before, and after.
  Status make_inbox(const Node& node, const topology::Account& admin, const topology::Account& user) {
    auto imap = login(node, admin);
    if (!imap) return std::move(imap).error();
    const char separator = topology_.spec.namespace_.hierarchy_separator == api::HierarchySeparator::Slash ? '/' : '.';
    const auto inbox = quoted_string(std::string("user") + separator + user.name);
    auto there = exists(*imap, inbox);
    if (!there) return std::move(there).error();
    if (*there) return ok();
    auto reply = imap->command("CREATE " + inbox, deadline_);
    if (!reply) return std::move(reply).error();
    proof_.inbox_was_made = reply->done();
    if (reply->done()) return ok();
    there = exists(*imap, inbox);
    if (there && *there) return ok();
    return Error{node.name + ": CREATE: " + reply->status + " " + reply->text};
  }

  Result<bool> exists(ImapDialogue& imap, const std::string& mailbox) const {
    auto listed = imap.must("LIST \"\" " + mailbox, "LIST", deadline_);
    if (!listed) return std::move(listed).error();
    return std::any_of(listed->untagged.begin(), listed->untagged.end(),
                       [](const std::string& line) { return line.starts_with("LIST "); });
  }

  Status deliver(const Node& node, const topology::Account& admin, const topology::Account& user,
                 const std::string& token) {
    auto lmtp = LmtpDialogue::open(endpoint(node, Protocol::Lmtp), deadline_);
    if (!lmtp) return std::move(lmtp).error();
    if (topology_.spec.frontend.services.lmtp.authentication == api::LmtpAuthentication::Required) {
      MURDER_TRY(secure(*lmtp, node));
      MURDER_TRY(lmtp->login(admin.name, passwords_.at(admin.secret), deadline_));
    }
    const std::string domain = topology_.domain;
    return lmtp->deliver(user.name,
                         "From: murder@" + domain + "\r\nTo: " + user.name + "@" + domain + "\r\nMessage-ID: <" +
                             token + "@" + domain + ">\r\nSubject: Your murder works\r\n\r\nDelivered through " +
                             node.name + ".\r\n",
                         deadline_);
  }

  Status read(const Node& node, const topology::Account& user, const std::string& token) {
    auto imap = login(node, user);
    if (!imap) return std::move(imap).error();
    if (auto selected = imap->must("SELECT INBOX", "SELECT INBOX", deadline_); !selected) {
      return std::move(selected).error();
    }
    auto found = imap->must("UID SEARCH HEADER Message-ID " + quoted_string(token), "SEARCH", deadline_);
    if (!found) return std::move(found).error();
    std::string uid;
    for (const auto& line : found->untagged) {
      if (line.starts_with("SEARCH ")) uid = line.substr(7);
    }
    if (uid.empty()) return Error{node.name + ": the message is not in the INBOX"};
    auto fetched = imap->must("UID FETCH " + uid + " BODY.PEEK[]", "FETCH", deadline_);
    if (!fetched) return std::move(fetched).error();
    const bool whole = std::any_of(fetched->untagged.begin(), fetched->untagged.end(), [&](const std::string& line) {
      return line.find(token) != std::string::npos && line.find("Delivered through") != std::string::npos;
    });
    return whole ? ok() : Status(Error{node.name + ": the message that was fetched is not the one delivered"});
  }

  const Topology& topology_;
  const config::Passwords& passwords_;
  const net::Deadline deadline_;
  Proof proof_;
};

}  // namespace

Result<Proof> prove(const Topology& topology, const config::Passwords& passwords, std::chrono::milliseconds patience) {
  return Prover(topology, passwords, net::Deadline::in(patience)).run();
}

}  // namespace murder::local
