#include "sidecar/layout/sasldb.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/process/run.h"

namespace murder::layout {
namespace {

constexpr std::string_view saslpasswd2 = "/usr/sbin/saslpasswd2";

Status add(const std::string& file, const std::string& realm, const Account& account) {
  const auto outcome = process::run_successfully({
      .argv = {std::string(saslpasswd2), "-c", "-p", "-f", file, "-u", realm, account.user},
      .input = account.password,
      .timeout = std::chrono::seconds(10),
  });
  if (!outcome) return outcome.error().in("account " + account.user);
  return ok();
}

}  // namespace

Status write_sasldb(const std::string& path, const std::string& realm, const std::vector<Account>& accounts) {
  const std::string fresh = path + ".new";
  if (unlink(fresh.c_str()) != 0 && errno != ENOENT) return system_error("remove", fresh);
  for (const auto& account : accounts) MURDER_TRY(add(fresh, realm, account));
  if (chmod(fresh.c_str(), 0600) != 0) return system_error("chmod", fresh);
  if (rename(fresh.c_str(), path.c_str()) != 0) return system_error("rename", fresh);
  return ok();
}

Result<bool> Sasldb::update(std::vector<Account> accounts) {
  if (accounts == written_ && access(path_.c_str(), R_OK) == 0) return false;
  if (auto written = write_sasldb(path_, realm_, accounts); !written) return std::move(written).error().in("sasldb");
  written_ = std::move(accounts);
  return true;
}

}  // namespace murder::layout
