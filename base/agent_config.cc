#include "base/agent_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace murder {
namespace {

using Json = nlohmann::ordered_json;

// Reads an object's fields and remembers the first thing that is wrong with them.
class Reader {
 public:
  Reader(const Json& object, std::string path, std::optional<Error>& error)
      : object_(object), path_(std::move(path)), error_(error) {
    if (!object_.is_object()) fail(path_, "must be an object");
  }

  template <typename T>
  void field(const char* name, T& into) {
    known_.push_back(name);
    if (error_ || !object_.contains(name)) return;
    read(object_.at(name), at(name), into);
  }

  void refuse_unknown() {
    if (error_) return;
    for (const auto& [key, value] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), key) == known_.end()) return fail(at(key), "is not known");
    }
  }

 private:
  std::string at(const std::string& name) const { return path_.empty() ? name : path_ + "." + name; }
  void fail(const std::string& path, const char* why) {
    if (!error_) error_ = Error{path.empty() ? why : path + " " + why};
  }

  void read(const Json& value, const std::string& path, std::string& into) {
    if (!value.is_string()) return fail(path, "must be a string");
    into = value.get<std::string>();
  }
  void read(const Json& value, const std::string& path, int& into) {
    if (!value.is_number_integer()) return fail(path, "must be a whole number");
    into = value.get<int>();
  }
  void read(const Json& value, const std::string& path, bool& into) {
    if (!value.is_boolean()) return fail(path, "must be true or false");
    into = value.get<bool>();
  }
  void read(const Json& value, const std::string& path, Role& into) {
    const auto role = value.is_string() ? parse_role(value.get<std::string>()) : std::nullopt;
    if (!role) return fail(path, "must be master, backend or frontend");
    into = *role;
  }
  template <typename T>
  void read(const Json& value, const std::string& path, std::vector<T>& into) {
    if (!value.is_array()) return fail(path, "must be a list");
    into.clear();
    for (const auto& item : value) {
      const std::string item_path = path + "[" + std::to_string(into.size()) + "]";
      read(item, item_path, into.emplace_back());
    }
  }
  template <typename T>
  void read(const Json& value, const std::string& path, T& into) {
    Reader reader(value, path, error_);
    if (error_) return;
    fields(reader, into);
    reader.refuse_unknown();
  }

  const Json& object_;
  std::string path_;
  std::optional<Error>& error_;
  std::vector<std::string> known_;
};

class Writer {
 public:
  template <typename T>
  void field(const char* name, T& value) {
    object_[name] = write(value);
  }
  Json take() { return std::move(object_); }

 private:
  static Json write(std::string& value) { return value; }
  static Json write(int& value) { return value; }
  static Json write(bool& value) { return value; }
  static Json write(Role& value) { return std::string(to_string(value)); }
  template <typename T>
  static Json write(std::vector<T>& values) {
    Json list = Json::array();
    for (auto& value : values) list.push_back(write(value));
    return list;
  }
  template <typename T>
  static Json write(T& value) {
    Writer writer;
    fields(writer, value);
    return writer.take();
  }

  Json object_ = Json::object();
};

template <typename Io>
void fields(Io& io, AgentConfig::Paths& paths) {
  io.field("imapdConf", paths.imapd_conf);
  io.field("cyrusConf", paths.cyrus_conf);
  io.field("accounts", paths.accounts);
  io.field("sasldb", paths.sasldb);
  io.field("configDirectory", paths.config_directory);
  io.field("runDirectory", paths.run_directory);
  io.field("sieveDirectory", paths.sieve_directory);
  io.field("masterPid", paths.master_pid);
}

template <typename Io>
void fields(Io& io, AgentConfig::Partition& partition) {
  io.field("name", partition.name);
  io.field("path", partition.path);
}

template <typename Io>
void fields(Io& io, AgentConfig::Service& service) {
  io.field("name", service.name);
  io.field("protocol", service.protocol);
  io.field("endpoint", service.endpoint);
  io.field("tls", service.tls);
}

template <typename Io>
void fields(Io& io, AgentConfig::Mupdate& mupdate) {
  io.field("endpoint", mupdate.endpoint);
  io.field("username", mupdate.username);
  io.field("passwordFile", mupdate.password_file);
  io.field("waitSeconds", mupdate.wait_seconds);
}

template <typename Io>
void fields(Io& io, AgentConfig::Reload& reload) {
  io.field("watchSeconds", reload.watch_seconds);
}

template <typename Io>
void fields(Io& io, AgentConfig::Push& push) {
  io.field("maxDeletePercent", push.max_delete_percent);
  io.field("retrySeconds", push.retry_seconds);
  io.field("maxRetrySeconds", push.max_retry_seconds);
}

template <typename Io>
void fields(Io& io, AgentConfig::Health& health) {
  io.field("intervalSeconds", health.interval_seconds);
  io.field("timeoutSeconds", health.timeout_seconds);
  io.field("listCheckSeconds", health.list_check_seconds);
}

template <typename Io>
void fields(Io& io, AgentConfig::Listen& listen) {
  io.field("http", listen.http);
  io.field("grpc", listen.grpc);
  io.field("tlsCa", listen.tls_ca);
  io.field("tlsCert", listen.tls_cert);
  io.field("tlsKey", listen.tls_key);
}

template <typename Io>
void fields(Io& io, AgentConfig::Logs& logs) {
  io.field("socket", logs.socket);
  io.field("spill", logs.spill);
  io.field("file", logs.file);
}

template <typename Io>
void fields(Io& io, AgentConfig& config) {
  io.field("cluster", config.cluster);
  io.field("node", config.node);
  io.field("role", config.role);
  io.field("serverName", config.server_name);
  io.field("paths", config.paths);
  io.field("partitions", config.partitions);
  io.field("services", config.services);
  io.field("mupdate", config.mupdate);
  io.field("push", config.push);
  io.field("health", config.health);
  io.field("reload", config.reload);
  io.field("listen", config.listen);
  io.field("logs", config.logs);
}

}  // namespace

Result<AgentConfig> parse_agent_config(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Error{"not JSON"};
  AgentConfig config;
  std::optional<Error> error;
  Reader reader(json, "", error);
  if (!error) {
    fields(reader, config);
    reader.refuse_unknown();
  }
  if (error) return *std::move(error);
  return config;
}

std::string to_json(const AgentConfig& config) {
  AgentConfig copy = config;
  Writer writer;
  fields(writer, copy);
  return writer.take().dump(2) + "\n";
}

}  // namespace murder
