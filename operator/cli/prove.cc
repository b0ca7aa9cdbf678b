// murder prove --imap HOST:PORT --lmtp HOST:PORT --user NAME --passwords FOLDER
#include "operator/local/prove.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "operator/cli/exit_code.h"
#include "operator/cli/output.h"
#include "operator/cli/verbs.h"

namespace murder::cli {
namespace {

struct Options {
  std::string imap;
  std::string lmtp;
  std::string user;
  std::string admin = "cyrus";
  std::string passwords;
  std::string ca;
  std::string host;
  std::string domain = "example.org";
  bool slash = false;
  bool lmtp_login = false;
  double timeout = 30;
  Format format = Format::Text;
};

// A mounted Secret: one file an account.
Result<std::string> password(const std::string& folder, const std::string& account) {
  const std::string path = folder + "/" + account;
  std::ifstream file(path, std::ios::binary);
  if (!file) return system_error("read", path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<local::Proof> prove(const Options& options) {
  auto imap = net::Endpoint::parse(options.imap, 143);
  if (!imap) return std::move(imap).error().in("--imap");
  auto lmtp = net::Endpoint::parse(options.lmtp, 2003);
  if (!lmtp) return std::move(lmtp).error().in("--lmtp");
  auto users = password(options.passwords, "user." + options.user);
  if (!users) return std::move(users).error().in("--passwords");
  auto admins = password(options.passwords, "admin." + options.admin);
  if (!admins) return std::move(admins).error().in("--passwords");
  const local::Door door{.name = imap->host,
                         .imap = *imap,
                         .lmtp = *lmtp,
                         .ca_file = options.ca,
                         .host = options.host.empty() ? imap->host : options.host};
  return local::prove(local::Route{.in = door,
                                   .out = door,
                                   .user = options.user,
                                   .user_password = *users,
                                   .admin = options.admin,
                                   .admin_password = *admins,
                                   .domain = options.domain,
                                   .separator = options.slash ? '/' : '.',
                                   .lmtp_login = options.lmtp_login},
                      std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000)));
}

int run(const Options& options) {
  const auto proof = prove(options);
  if (!proof) return fail(proof.error());
  const nlohmann::ordered_json json = {{"user", proof->user},
                                       {"inboxMade", proof->inbox_was_made},
                                       {"deliveryMs", proof->delivery.count()},
                                       {"readingMs", proof->reading.count()}};
  print(options.format, json, [&](std::ostream& out) {
    out << "A message to " << proof->user << " was delivered by LMTP in " << proof->delivery.count()
        << " ms and read by IMAP in " << proof->reading.count() << " ms.\n";
  });
  return kDone;
}

}  // namespace

void add_prove(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("prove", "Deliver a message by LMTP and read it by IMAP, wherever the murder runs");
  command->add_option("--imap", options->imap, "Where clients come in")->required()->type_name("HOST:PORT");
  command->add_option("--lmtp", options->lmtp, "Where MTAs do")->required()->type_name("HOST:PORT");
  command->add_option("--user", options->user, "Gets the message; the INBOX is made when there is none")->required();
  command->add_option("--admin", options->admin, "Makes the INBOX")->capture_default_str();
  command
      ->add_option(
          "--passwords", options->passwords,
          "Folder with a file for each account, user.NAME and admin.NAME: the mounted Secret CLUSTER-passwords")
      ->required()
      ->type_name("FOLDER");
  command->add_option("--ca", options->ca, "Log in after STARTTLS, and trust this CA (PEM)")->type_name("FILE");
  command->add_option("--host", options->host, "That the certificate is made out to; the host of --imap by default");
  command->add_option("--domain", options->domain, "Of the message's addresses")->capture_default_str();
  command->add_flag("--slash", options->slash, "Mailbox names have / between their levels");
  command->add_flag("--lmtp-login", options->lmtp_login, "Log in to LMTP as the administrator");
  command->add_option("--timeout", options->timeout, "Seconds")->capture_default_str();
  add_format(*command, options->format);
  command->callback([options, &code] { code = run(*options); });
}

}  // namespace murder::cli
