// What must be made by chance and then kept: the murder's CA, every account's password, and the certificates.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "operator/config/render.h"
#include "operator/controller/snapshot.h"
#include "operator/kubernetes/client.h"
#include "operator/objects/objects.h"
#include "operator/pki/certificate.h"

namespace murder::controller {

struct Credentials {
  config::Passwords passwords;
  objects::Certificate authority;
  std::map<std::string, objects::Certificate> agents;  // by node
  std::optional<objects::Certificate> clients;         // unless the resource brings one
};

// Certificates of a murder that were looked at lately and found good. To look at two hundred, signatures and all, takes
// longer than everything else that a pass does.
class GoodCertificates {
 public:
  struct Question {
    std::string authority;  // its certificate
    ObjectPtr secret;
    pki::CertificateNames names;

    bool operator==(const Question&) const = default;
  };
  // nullptr: it has to be looked at.
  const objects::Certificate* find(const Question& question, Clock::time_point now) const;
  void add(Question question, objects::Certificate certificate, Clock::time_point now);

 private:
  struct Answer {
    Question question;
    objects::Certificate certificate;
    Clock::time_point when;
  };
  std::map<ObjectKey, Answer> answers_;  // by Secret
};

// Reads them from the Secrets of the snapshot, and makes what is missing or due. The CA and the passwords are stored
// here, by requests that fail when the cache was behind: neither is ever overwritten. The certificates are derived from
// the CA, and stored with what is applied. Errors: a Secret that is damaged (named, with what to do), and the server's.
Result<Credentials> ensure_credentials(kubernetes::Client& client, const Snapshot& snapshot,
                                       const objects::Murder& murder, GoodCertificates& good);

// What the operator shows to agents; a new key each time, stored nowhere.
Result<objects::Certificate> operator_certificate(const objects::Certificate& authority, Clock::time_point now);

}  // namespace murder::controller
