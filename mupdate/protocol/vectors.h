// What both ends of MUPDATE have to understand and to refuse: the table of the tests, and the seeds of the fuzz
// targets. Most of it was said by or to a real Cyrus 3.6.1 (CYRUS.md section 11).
#pragma once

#include <array>
#include <string_view>

#include "mupdate/protocol/limits.h"

namespace murder::mupdate {

struct Vector {
  std::string_view bytes;
  std::string_view transcript;  // as transcript.h writes it
};

// For the vectors that try the limits.
inline constexpr Limits small_limits = {.word = 8, .string = 16, .arguments = 2, .total = 64};

using namespace std::string_view_literals;

inline constexpr std::array command_vectors = {
    Vector{"N01 NOOP\r\n", "line N01 NOOP\n"},
    Vector{"N01 noop\n", "line N01 noop\n"},
    Vector{"F01 FIND \"user.x\"\r\n", "line F01 FIND [user.x]\n"},
    Vector{"F01 FIND {6+}\r\nuser.x\r\n", "line F01 FIND [user.x]\n"},
    Vector{"F01 FIND {6}\r\nuser.x\r\n", "literal 6\nline F01 FIND [user.x]\n"},
    Vector{"F01 FIND {0+}\r\n\r\n", "line F01 FIND []\n"},
    Vector{"F01 FIND {0}\r\n\r\n", "literal 0\nline F01 FIND []\n"},
    Vector{"F01 FIND {3+}\na\r\n\n", "line F01 FIND [a\\x0d\\x0a]\n"},
    Vector{"F01 FIND \"\"\r\n", "line F01 FIND []\n"},
    Vector{"F01 FIND \"a\\\"b\\\\c\" \"d\\e\"\r\n", "line F01 FIND [a\"b\\c] [de]\n"},
    Vector{"F01 FIND \"nul\0\xc3\xa9\"\r\n"sv, "line F01 FIND [nul\\x00\\xc3\\xa9]\n"},
    Vector{"X0 ACTIVATE {6+}\r\nuser.x {6+}\r\nbe1!p1 {8+}\r\nx\tlrs\ty\t\r\nN1 NOOP\r\n",
           "line X0 ACTIVATE [user.x] [be1!p1] [x\\x09lrs\\x09y\\x09]\nline N1 NOOP\n"},
    Vector{"A1 AUTHENTICATE \"PLAIN\"\r\nAGFi\r\nA2 NOOP\r\n",
           "line A1 AUTHENTICATE [PLAIN]\ndata [AGFi]\nline A2 NOOP\n"},
    Vector{"A1 AUTHENTICATE \"PLAIN\"\r\n*\r\n", "line A1 AUTHENTICATE [PLAIN]\ndata [*]\n"},
    Vector{"A1 AUTHENTICATE \"PLAIN\"\r\n\r\n", "line A1 AUTHENTICATE [PLAIN]\ndata []\n"},
    // Refused, in Cyrus's words; the next line is a command again.
    Vector{"\r\n", "malformed * Need command\n"},
    Vector{"\n", "malformed * Need command\n"},
    Vector{"A04\r\nN1 NOOP\r\n", "malformed * Need command\nline N1 NOOP\n"},
    Vector{" NOOP\r\nN1 NOOP\r\n", "malformed * Need command\nline N1 NOOP\n"},
    Vector{"X1 \r\nN1 NOOP\r\n", "malformed X1 Null command\nline N1 NOOP\n"},
    Vector{"X1  NOOP\r\nN1 NOOP\r\n", "malformed X1 Null command\nline N1 NOOP\n"},
    Vector{"X1 NOOP \r\nN1 NOOP\r\n", "malformed X1 Extra arguments\nline N1 NOOP\n"},
    Vector{"X1 NOOP \nN1 NOOP\r\n", "malformed X1 Extra arguments\nline N1 NOOP\n"},
    Vector{"F02 FIND user.none\r\nN1 NOOP\r\n", "malformed F02 Extra arguments\nline N1 NOOP\n"},
    Vector{"F02 FIND (paren)\r\n", "malformed F02 Extra arguments\n"},
    Vector{"F02 FIND \"un\"quoted\"\r\nN1 NOOP\r\n", "malformed F02 Extra arguments\nline N1 NOOP\n"},
    Vector{"F02 FIND \"a\"  \"b\"\r\n", "malformed F02 Extra arguments\n"},
    Vector{"F02 FIND \"cut\r\nN1 NOOP\r\n", "malformed F02 Extra arguments\nline N1 NOOP\n"},
    Vector{"F02 FIND \"cut\nN1 NOOP\r\n", "malformed F02 Extra arguments\nline N1 NOOP\n"},
    Vector{"F02 FIND {3-}\r\nabc\r\n", "malformed F02 Extra arguments\nmalformed * Need command\n"},
    Vector{"F02 FIND {-1}\r\n", "malformed F02 Extra arguments\n"},
    Vector{"F02 FIND {abc}\r\n", "malformed F02 Extra arguments\n"},
    Vector{"F02 FIND {}\r\n", "malformed F02 Extra arguments\n"},
    Vector{"F02 FIND {+}\r\n", "malformed F02 Extra arguments\n"},
    Vector{"F02 FIND {3+\r\n", "malformed F02 Extra arguments\n"},
    Vector{"F02 FIND {3+} x\r\n", "malformed F02 Extra arguments\n"},
    Vector{"F02 FIND {3+}\r\r\nabc\r\n", "malformed F02 Extra arguments\nmalformed * Need command\n"},
    Vector{"F02 FIND {3+}\r\nabcd\r\nN1 NOOP\r\n", "malformed F02 Extra arguments\nline N1 NOOP\n"},
    Vector{"F02 FIND \"a\"\rx\nN1 NOOP\r\n", "malformed F02 Extra arguments\nline N1 NOOP\n"},
    // Larger than anybody may: one that waits is refused, one that does not cannot be read past.
    Vector{"F02 FIND {131073}\r\nN1 NOOP\r\n", "malformed F02 Literal too large\nline N1 NOOP\n"},
    Vector{"F02 FIND {131073+}\r\nabc\r\n", "fatal F02 Literal too large\n"},
    Vector{"F02 FIND {99999999999999999999999999+}\r\nabc\r\n", "fatal F02 Literal too large\n"},
};

inline constexpr std::array small_command_vectors = {
    Vector{"12345678 NOOP\r\n", "line 12345678 NOOP\n"},
    Vector{"123456789 NOOP\r\nA NOOP\r\n", "malformed * Word too long\nline A NOOP\n"},
    Vector{"A 123456789\r\nA NOOP\r\n", "malformed A Word too long\nline A NOOP\n"},
    Vector{"A FIND \"1234567890123456\"\r\n", "line A FIND [1234567890123456]\n"},
    Vector{"A FIND \"12345678901234567\"\r\nA NOOP\r\n", "malformed A String too long\nline A NOOP\n"},
    Vector{"A FIND \"1234567890123456\\7\"\r\nA NOOP\r\n", "malformed A String too long\nline A NOOP\n"},
    Vector{"A FIND {17+}\r\n", "fatal A Literal too large\n"},
    Vector{"A FIND \"1\" \"2\"\r\n", "line A FIND [1] [2]\n"},
    Vector{"A FIND \"1\" \"2\" {1+}\r\n3\r\nA NOOP\r\n", "malformed A Extra arguments\nline A NOOP\n"},
    Vector{"A FIND \"1234567890123\" \"1234567890123\" \"1234567890123\" \"1234567890123\"\r\n",
           "fatal A Line too long\n"},
    Vector{"A FIND {16+}\r\n1234567890123456 {16+}\r\n1234567890123456 {16+}\r\n", "fatal A Literal too large\n"},
    // What is skipped has no end, and is not kept.
    Vector{"A FIND xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\nA NOOP\r\n",
           "malformed A Extra arguments\nline A NOOP\n"},
};

inline constexpr std::array response_vectors = {
    Vector{"* AUTH \"PLAIN\" \"LOGIN\"\r\n* COMPRESS \"DEFLATE\"\r\n* PARTIAL-UPDATE\r\n"
           "* OK MUPDATE \"127.0.10.1\" \"Cyrus IMAP\" \"3.6.1-Debian-3.6.1-4+deb12u5\" \"(master)\"\r\n",
           "capability AUTH [PLAIN] [LOGIN]\ncapability COMPRESS [DEFLATE]\ncapability PARTIAL-UPDATE\n"
           "master [127.0.10.1] [Cyrus IMAP] [3.6.1-Debian-3.6.1-4+deb12u5] [(master)]\n"},
    Vector{"* OK MUPDATE \"fe1\" \"Cyrus IMAP\" \"3.6.1\" \"mupdate://m1:3905\"\r\n",
           "slave [fe1] [Cyrus IMAP] [3.6.1] [mupdate://m1:3905]\n"},
    Vector{"* AUTH PLAIN GSSAPI \r\n* AUTH\r\n* STARTTLS\r\n* X-NEW {3+}\r\na b\r\n",
           "capability AUTH [PLAIN] [GSSAPI]\ncapability AUTH\ncapability STARTTLS\ncapability X-NEW [a b]\n"},
    Vector{"* ok mupdate \"h\"\r\n", "slave [h] [] [] []\n"},
    Vector{"* BYE \"Server Unable\"\r\n\0"sv, "BYE * [Server Unable]\n"},
    Vector{"* BAD \"Need command\"\r\n", "BAD * [Need command]\n"},
    Vector{"* OK IMAP4rev1 is spoken here\r\n", "OK * [IMAP4rev1 is spoken here]\n"},
    Vector{"* OK \"still here\"\r\n", "OK * [still here]\n"},
    Vector{"F03 RESERVE {9+}\r\nuser.raw1 {6+}\r\nbe9!p1\r\nF03 OK \"Search completed\"\r\n",
           "reserve F03 [user.raw1] [be9!p1]\nOK F03 [Search completed]\n"},
    Vector{"F05 MAILBOX {9+}\r\nuser.raw1 {6+}\r\nbe8!p2 {10+}\r\nraw1\tlrsw\t\r\n",
           "mailbox F05 [user.raw1] [be8!p2] [raw1\\x09lrsw\\x09]\n"},
    Vector{"F08 MAILBOX \"user.a\\\"b\" \"be9\" {0+}\r\n\r\n", "mailbox F08 [user.a\"b] [be9] []\n"},
    Vector{"U01 DELETE {7+}\r\nuser.s2\r\n", "delete U01 [user.s2]\n"},
    Vector{"U01 DELETE {7}\r\nuser.s2\r\n", "literal waits\ndelete U01 [user.s2]\n"},
    Vector{"S1 OK Begin TLS negotiation now\r\n", "OK S1 [Begin TLS negotiation now]\n"},
    Vector{"B15 NO Unknown COMPRESS algorithm: \"GZIP\" {3+}\r\n",
           "NO B15 [Unknown COMPRESS algorithm: \"GZIP\" {3+}]\n"},
    Vector{"A0 NO Client canceled authentication\r\n", "NO A0 [Client canceled authentication]\n"},
    Vector{"S2 BAD Already did a successful Starttls\n", "BAD S2 [Already did a successful Starttls]\n"},
    Vector{"Q1 OK\r\n", "OK Q1 []\n"},
    Vector{"Q1 OK {3+}\r\nbye\r\n", "OK Q1 [bye]\n"},
    Vector{"VXNlcm5hbWU6\r\n\r\nA0 OK \"Authenticated\"\r\n",
           "challenge [VXNlcm5hbWU6]\nchallenge []\nOK A0 [Authenticated]\n"},
    Vector{"+ go ahead\r\n", "go ahead\n"},
    // Not MUPDATE.
    Vector{"A1 FLURB \"x\"\r\n", "error unexpected response: A1 FLURB is no response of MUPDATE\n"},
    Vector{"A1 MAILBOX \"x\" \"y\"\r\n", "error unexpected response: A1 MAILBOX with 2 strings instead of 3\n"},
    Vector{"A1 RESERVE \"x\"\r\n", "error unexpected response: A1 RESERVE with 1 strings instead of 2\n"},
    Vector{"A1 DELETE\r\n", "error unexpected response: A1 DELETE with 0 strings instead of 1\n"},
    Vector{"A1 OK \"x\" \"y\"\r\n", "error unexpected response: A1 OK with 2 strings instead of 1\n"},
    Vector{"* OK MUPDATE\r\n", "error unexpected response: * OK MUPDATE without a host\n"},
    Vector{"A1 \r\n", "error malformed response 'A1': Null command\n"},
    Vector{"A1 OK \"cut\r\n", "error malformed response 'A1': Extra arguments\n"},
    Vector{"A1 MAILBOX {999999999+}\r\n", "error malformed response 'A1': Literal too large\n"},
};

}  // namespace murder::mupdate
