// What Cyrus answers to SYNCGET FULLMAILBOX, for the tests and as a seed of the fuzzer. Of 3.6.1, verbatim but for the
// annotations, of which one is enough.
#pragma once

#include <string_view>

namespace murder::move {

// Four messages, and the second of five expunged.
inline constexpr std::string_view full_mailbox =
    "* MAILBOX %(UNIQUEID waaedp2f7izg81uyf3ctk0ca MBOXNAME user.u1 SYNC_CRC 3412873432 SYNC_CRC_ANNOT 3367481863 "
    "LAST_UID 5 HIGHESTMODSEQ 8 RECENTUID 5 RECENTTIME 1795897671 LAST_APPENDDATE 1795897671 POP3_LAST_LOGIN 0 "
    "POP3_SHOW_AFTER 0 UIDVALIDITY 1795897671 PARTITION p1 ACL \"u1\tlrswipkxtecdan\t\" OPTIONS P QUOTAROOT user.u1 "
    "CREATEDMODSEQ 1 FOLDERMODSEQ 1 RECORD ("
    "%(UID 1 MODSEQ 2 LAST_UPDATED 1795897671 FLAGS () INTERNALDATE 1795897671 SIZE 24 "
    "GUID f8ba08d1b9d19d2550b1da5e0a2f9b3e472aec8c ANNOTATIONS (%(ENTRY /vendor/cmu/cyrus-imapd/savedate USERID \"\" "
    "MODSEQ 0 VALUE {12+}\r\n1795)\r\n(\"%{3) %(ENTRY /comment USERID \"\" MODSEQ 0 VALUE {0+}\r\n))) "
    "%(UID 2 MODSEQ 8 LAST_UPDATED 1795897671 FLAGS (\\Deleted \\Expunged \\Seen $Foo bar) INTERNALDATE 1795897671 "
    "SIZE 24 GUID 903888fe0532292ee9d28c5b26b2e6571faf2567) "
    "%(UID 3 MODSEQ 4 LAST_UPDATED 1795897671 FLAGS () INTERNALDATE 1795897671 SIZE 24 "
    "GUID 0c838c17ad6f354ab50cc913d9f908be7ceeb504) "
    "%(UID 4 MODSEQ 5 LAST_UPDATED 1795897671 FLAGS (\\Seen $Foo bar) INTERNALDATE 1795897671 SIZE 24 "
    "GUID 2fda3cd58e69e727a8b4410e46b9cd242329b36f) "
    "%(UID 5 MODSEQ 6 LAST_UPDATED 1795897671 FLAGS (\"\\\\Flagged\") INTERNALDATE 1795897671 SIZE 24 "
    "GUID 55da3cd58e69e727a8b4410e46b9cd242329b36f)))\r\n"
    "2 OK success\r\n";

inline constexpr std::string_view no_mailbox = "2 NO IMAP_MAILBOX_NONEXISTENT No Such Mailbox\r\n";

}  // namespace murder::move
