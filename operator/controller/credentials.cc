#include "operator/controller/credentials.h"

#include "base/base64.h"
#include "operator/pki/authority.h"
#include "operator/pki/passwords.h"

namespace murder::controller {
namespace {

using kubernetes::Client;

// Certificates are made anew weeks before they end.
constexpr auto kLookAgain = std::chrono::hours(1);

std::string damaged(const std::string& secret, const std::string& why) {
  return "Secret " + secret + " is damaged: " + why +
         "; restore it, or delete it to have a new one made (all nodes are then given what is new)";
}

Result<void> create(Client& client, Json secret, const Json& owner) {
  secret["metadata"]["ownerReferences"] = Json::array({kubernetes::controller_reference(owner)});
  const auto made = client.create(kSecrets, secret);
  if (!made) return made.error().in("create Secret " + kubernetes::key_of(secret).text());
  return {};
}

Result<pki::CertificateAuthority> authority(Client& client, const Snapshot& snapshot, const objects::Murder& murder) {
  const std::string name = objects::authority_secret(murder.topology);
  if (const auto live = snapshot.find("Secret", name)) {
    const auto data = objects::secret_data(*live);
    const auto value = [&](const char* key) { return data.contains(key) ? data.at(key) : std::string(); };
    auto read = pki::CertificateAuthority::from_pem(value("ca.crt"), value("ca.key"));
    if (!read) return Error{damaged(name, read.error().message)};
    return read;
  }
  auto made = pki::CertificateAuthority::make(murder.topology.cluster, snapshot.now);
  if (!made) return made;
  MURDER_TRY(create(client, objects::authority_object(murder, {made->certificate(), made->key()}), *snapshot.object));
  return made;
}

Result<config::Passwords> passwords(Client& client, const Snapshot& snapshot, const objects::Murder& murder) {
  const std::string name = objects::passwords_secret(murder.topology);
  const auto live = snapshot.find("Secret", name);
  config::Passwords have;
  if (live) have = objects::secret_data(*live);
  const auto missing = pki::missing_passwords(have, config::secrets_of(murder.topology));
  if (!missing) return missing.error();
  if (missing->empty()) return have;
  for (const auto& [account, password] : *missing) have[account] = password;
  if (!live) {
    MURDER_TRY(create(client, objects::passwords_object(murder, have), *snapshot.object));
    return have;
  }
  Json added = {{"metadata", {{"resourceVersion", kubernetes::resource_version_of(*live)}}}};
  for (const auto& [account, password] : *missing) added["data"][account] = encode_base64(password);
  const auto patched = client.merge_patch(kSecrets, kubernetes::key_of(*live), added);
  if (!patched) return patched.error().in("add passwords to Secret " + name);
  return have;
}

// The one that is there, as long as it is good.
Result<objects::Certificate> certificate(const pki::CertificateAuthority& authority, const ObjectPtr& secret,
                                         const std::string& certificate_key, const std::string& key_key,
                                         const pki::CertificateNames& names, GoodCertificates& good,
                                         Clock::time_point now) {
  if (secret) {
    GoodCertificates::Question question{authority.certificate(), secret, names};
    if (const auto* known = good.find(question, now)) return *known;
    const auto data = objects::secret_data(*secret);
    const auto pem = data.find(certificate_key);
    const auto key = data.find(key_key);
    if (pem != data.end() && key != data.end() &&
        authority.is_current(pem->second, key->second, names, pki::CertificateUse::ServerAndClient, now)) {
      objects::Certificate certificate{pem->second, key->second};
      good.add(std::move(question), certificate, now);
      return certificate;
    }
  }
  auto issued = authority.issue(names, pki::CertificateUse::ServerAndClient, now);
  if (!issued) return std::move(issued).error();
  return objects::Certificate{issued->certificate, issued->key};
}

}  // namespace

const objects::Certificate* GoodCertificates::find(const Question& question, Clock::time_point now) const {
  const auto found = answers_.find(kubernetes::key_of(*question.secret));
  if (found == answers_.end() || found->second.question != question) return nullptr;
  const auto age = now - found->second.when;
  return age >= Clock::duration(0) && age < kLookAgain ? &found->second.certificate : nullptr;
}

void GoodCertificates::add(Question question, objects::Certificate certificate, Clock::time_point now) {
  auto key = kubernetes::key_of(*question.secret);
  answers_[std::move(key)] = {std::move(question), std::move(certificate), now};
}

Result<Credentials> ensure_credentials(Client& client, const Snapshot& snapshot, const objects::Murder& murder,
                                       GoodCertificates& good) {
  const auto& topology = murder.topology;
  auto ca = authority(client, snapshot, murder);
  if (!ca) return std::move(ca).error().in("certification authority");
  Credentials credentials;
  credentials.authority = {ca->certificate(), ca->key()};

  auto known = passwords(client, snapshot, murder);
  if (!known) return std::move(known).error().in("passwords");
  credentials.passwords = *std::move(known);

  for (const auto& node : topology.nodes) {
    auto shown = certificate(*ca, snapshot.find("Secret", objects::node_object(topology, node)), "agent.crt",
                             "agent.key", {.common_name = node.host, .hosts = {node.host}}, good, snapshot.now);
    if (!shown) return std::move(shown).error().in("certificate of " + node.name);
    credentials.agents[node.name] = *std::move(shown);
  }
  if (!topology.spec.tls.secret_ref) {
    const std::string service = objects::client_service(topology) + "." + murder.namespace_;
    const std::string name = objects::certificate_secret(topology);
    auto shown = certificate(*ca, snapshot.find("Secret", name), "tls.crt", "tls.key",
                             {.common_name = service + ".svc",
                              .hosts = {objects::client_service(topology), service, service + ".svc",
                                        objects::client_service(topology) + "." + topology.domain}},
                             good, snapshot.now);
    if (!shown) return std::move(shown).error().in("certificate for clients");
    credentials.clients = *std::move(shown);
  }
  return credentials;
}

Result<objects::Certificate> operator_certificate(const objects::Certificate& authority, Clock::time_point now) {
  const auto ca = pki::CertificateAuthority::from_pem(authority.certificate, authority.key);
  if (!ca) return ca.error();
  auto issued = ca->issue({.common_name = "murder-operator"}, pki::CertificateUse::Client, now);
  if (!issued) return std::move(issued).error();
  return objects::Certificate{issued->certificate, issued->key};
}

}  // namespace murder::controller
