#include "sidecar/layout/accounts.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace murder::layout {
namespace {

// What sasldb and saslpasswd2 can carry: a password ends at a newline, a user at '@' (the realm follows) or NUL.
bool is_bad_password(const std::string& password) {
  return password.empty() || password.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos;
}
bool is_bad_user(const std::string& user) {
  return user.empty() || user[0] == '-' || user.find_first_of(std::string_view("\0\r\n@", 4)) != std::string::npos;
}

}  // namespace

Result<std::vector<Account>> parse_accounts(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Error{"not JSON"};
  if (!json.is_array()) return Error{"must be a list of {\"user\", \"password\"}"};
  std::vector<Account> accounts;
  for (const auto& item : json) {
    const std::string at = "account " + std::to_string(accounts.size() + 1);
    const auto user = item.is_object() ? item.find("user") : item.end();
    const auto password = item.is_object() ? item.find("password") : item.end();
    if (user == item.end() || password == item.end() || !user->is_string() || !password->is_string()) {
      return Error{at + " must be {\"user\": \"…\", \"password\": \"…\"}"};
    }
    Account account{user->get<std::string>(), password->get<std::string>()};
    if (is_bad_user(account.user)) {
      return Error{at + ": the user must not be empty, begin with '-' or contain '@' or a newline"};
    }
    if (account.user == agent_user) return Error{at + ": " + account.user + " is the agent's own account"};
    if (is_bad_password(account.password)) {
      return Error{at + " (" + account.user + "): the password must not be empty or contain a newline"};
    }
    const auto same = [&](const Account& other) { return other.user == account.user; };
    if (std::any_of(accounts.begin(), accounts.end(), same)) return Error{at + ": " + account.user + " is there twice"};
    accounts.push_back(std::move(account));
  }
  return accounts;
}

Result<std::vector<Account>> read_accounts(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return system_error("read", path);
  auto accounts = parse_accounts(text.view());
  if (!accounts) return std::move(accounts).error().in(path);
  return accounts;
}

Result<std::string> make_password() {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, 43> random;  // six bits each
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return system_error("getrandom", "");
  }
  std::string password;
  for (const unsigned char byte : random) password.push_back(alphabet[byte % alphabet.size()]);
  return password;
}

}  // namespace murder::layout
