// The sasldb that Cyrus checks passwords against (sasl_pwcheck_method: auxprop, sasl_auxprop_plugin: sasldb).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sidecar/layout/accounts.h"

namespace murder::layout {

// Makes a database with exactly `accounts`, in `realm`, beside `path`, and renames it into place. Cyrus opens the file
// anew for each login (plugins/sasldb.c), so a login sees either the whole old or the whole new one. Passwords go to
// saslpasswd2 through its standard input.
Status write_sasldb(const std::string& path, const std::string& realm, const std::vector<Account>& accounts);

// Writes when the accounts differ from what this object wrote last, and only then.
class Sasldb {
 public:
  Sasldb(std::string path, std::string realm) : path_(std::move(path)), realm_(std::move(realm)) {}
  // True when the file was written.
  Result<bool> update(std::vector<Account> accounts);

 private:
  std::string path_;
  std::string realm_;
  std::vector<Account> written_;
};

}  // namespace murder::layout
