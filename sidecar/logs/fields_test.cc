#include "sidecar/logs/fields.h"

#include <gtest/gtest.h>

#include <ostream>

namespace murder::logs {

void PrintTo(const Fields& fields, std::ostream* out) {
  *out << "session=" << fields.session << " user=" << fields.user << " mailbox=" << fields.mailbox;
}

namespace {

struct Line {
  std::string_view text;
  Fields fields;
};

// As cyrus-imapd 3.6.1 logged them, some shortened behind what matters.
constexpr Line real_lines[] = {
    {"login: localhost [127.0.0.1] cyrus plaintext User logged in "
     "SESSIONID=<be1-1795569043-10786-1-13365668220567474613>",
     {"be1-1795569043-10786-1-13365668220567474613", "cyrus", ""}},
    {"login: localhost [127.0.0.1] mupdate PLAIN User logged in", {"", "mupdate", ""}},
    {"badlogin: localhost [127.0.0.1] plaintext (nobody) [SASL(-13): user not found: checkpass failed]",
     {"", "nobody", ""}},
    {"badlogin: localhost [127.0.0.1] PLAIN (u1) [SASL(-13): authentication failure: Password verification failed]",
     {"", "u1", ""}},
    {"badlogin: localhost [127.0.0.1] anonymous login refused", {"", "", ""}},
    {"auditlog: create sessionid=<be1-1-2-3-4> mailbox=<user.u1.INBOX^a b> uniqueid=<1rlt> uidvalidity=<1795569070>",
     {"be1-1-2-3-4", "", "user.u1.INBOX^a b"}},
    {"auditlog: acl: sessionid=<m1-1-2-3-4> mailbox=<user^u1> uniqueid=<(null)> mbtype=<er> oldacl=<> "
     "acl=<anyone\tlrs\t> foldermodseq=<0> ",
     {"m1-1-2-3-4", "", "user^u1"}},
    {"auditlog: rename sessionid=<s> oldmailbox=<user.a> newmailbox=<user.b> uniqueid=<x>", {"s", "", ""}},
    {"auditlog: append sessionid=<s> mailbox=<user.u1> uniqueid=<n> uid=<1> modseq=<2> sysflags=<> guid=<72> "
     "messageid=<m1@x> size=<333>",
     {"s", "", "user.u1"}},
    {"auditlog: traffic sessionid=<be1-1-2-3-4> bytes_in=<101> bytes_out=<1958>", {"be1-1-2-3-4", "", ""}},
    {"auditlog: duplicate sessionid=<s> action=<delivery> message-id=<m> user=<u1> date=<1>", {"s", "u1", ""}},
    {"open: user u1 opened INBOX.a b", {"", "u1", "INBOX.a b"}},
    {"open: user u1 opened INBOX.a b on be1.murder.test", {"", "u1", "INBOX.a b"}},
    {"open: user u1 failed to open INBOX.nope", {"", "u1", "INBOX.nope"}},
    {"USAGE u1 user: 0.006896 sys: 0.009642", {"", "u1", ""}},
    {"Delivered: <m1@x> to mailbox: user.u1", {"", "", "user.u1"}},
    {"Expunged 1 messages from user.u1", {"", "", "user.u1"}},
    {"Rename: user.u1.INBOX^a b -> DELETED.user.u1.INBOX^a b.6B0635AD", {"", "", "user.u1.INBOX^a b"}},
    {"XFER: user 'u1' -> be2.murder.test!p1", {"", "u1", ""}},
    {"XFER: mailbox 'shared.team' -> be2.murder.test!p1", {"", "", "shared.team"}},
    {"recovering cyrus databases", {"", "", ""}},
};

TEST(Fields, AreFoundInRealLines) {
  for (const auto& [text, fields] : real_lines) EXPECT_EQ(extract_fields(text), fields) << text;
}

TEST(Fields, OfLinesCutAnywhereAreViewsIntoThem) {
  for (const auto& line : real_lines) {
    for (std::size_t size = 0; size <= line.text.size(); ++size) {
      const auto text = line.text.substr(0, size);
      const auto fields = extract_fields(text);
      for (const auto found : {fields.session, fields.user, fields.mailbox}) {
        if (found.empty()) continue;
        EXPECT_GE(found.data(), text.data());
        EXPECT_LE(found.data() + found.size(), text.data() + text.size());
      }
    }
  }
}

TEST(Secrets, AreInitialResponsesWithAPassword) {
  EXPECT_EQ(find_secret("bad command: A1 AUTHENTICATE PLAIN AHUxAHB3 from x"), "AHUxAHB3");
  EXPECT_EQ(find_secret("A0 authenticate \"plain\" \"AG11cGRhdGUAbXVwdw==\""), "AG11cGRhdGUAbXVwdw==");
  EXPECT_EQ(find_secret("AUTH LOGIN dXNlcg=="), "dXNlcg==");
}

TEST(Secrets, AreNotSeenWhereThereAreNone) {
  EXPECT_EQ(find_secret("badlogin: localhost [127.0.0.1] PLAIN (u1) [SASL(-13): authentication failure]"), "");
  EXPECT_EQ(find_secret("AUTHENTICATE PLAIN"), "");
  EXPECT_EQ(find_secret("AUTHENTICATE PLAINER words"), "");
  EXPECT_EQ(find_secret("AUTHENTICATE GSSAPI YIIabcd"), "");
  EXPECT_EQ(find_secret("auth"), "");
}

}  // namespace
}  // namespace murder::logs
