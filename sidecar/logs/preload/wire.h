/* What the preloaded syslog(3) sends: one datagram a message, and the same bytes one after the other in the spill file.
 *
 * Read by C (the sender, libc only) and C++ (the decoder, sidecar/logs/record.h). Sender and receiver may be of
 * different builds (an image is upgraded, a spill file survives), so the layout is fixed; a change needs a new magic.
 * Numbers are little-endian.
 *
 *   offset  bytes
 *        0      4  magic "\0ML1"
 *        4      4  size of the whole datagram, this header included
 *        8      4  priority: facility and severity as syslog(3) takes them
 *       12      4  process id, as the sender's pid namespace has it
 *       16      8  nanoseconds since 1970-01-01T00:00:00Z
 *       24      4  messages that this process had to drop since the last one that got through
 *       28      2  flags
 *       30      2  length of the ident
 *       32         ident, then the text up to the end; neither is terminated
 *
 * The magic begins with a NUL, which no C string holds: it cannot occur in a text, so in a spill file a record cut
 * short never swallows a part of the next one unnoticed.
 */
#ifndef MURDER_SIDECAR_LOGS_PRELOAD_WIRE_H_
#define MURDER_SIDECAR_LOGS_PRELOAD_WIRE_H_

#define MURDER_LOG_MAGIC "\0ML1" /* 4 bytes */

enum {
  MURDER_LOG_AT_SIZE = 4,
  MURDER_LOG_AT_PRIORITY = 8,
  MURDER_LOG_AT_PID = 12,
  MURDER_LOG_AT_TIME = 16,
  MURDER_LOG_AT_DROPPED = 24,
  MURDER_LOG_AT_FLAGS = 28,
  MURDER_LOG_AT_IDENT_SIZE = 30,
  MURDER_LOG_HEADER = 32,

  MURDER_LOG_FLAG_TRUNCATED = 1, /* the text ends with "[... N bytes cut]" */

  MURDER_LOG_IDENT_MAX = 128,
  MURDER_LOG_TEXT_MAX = 8192,
  MURDER_LOG_MAX = MURDER_LOG_HEADER + MURDER_LOG_IDENT_MAX + MURDER_LOG_TEXT_MAX
};

/* The environment of the preloaded process. */
#define MURDER_LOG_SOCKET_VARIABLE "MURDER_LOG_SOCKET"           /* path of the receiver's datagram socket */
#define MURDER_LOG_SPILL_VARIABLE "MURDER_LOG_SPILL"             /* path of the spill file; its directory is Cyrus's */
#define MURDER_LOG_SPILL_LIMIT_VARIABLE "MURDER_LOG_SPILL_LIMIT" /* bytes, default below */
#define MURDER_LOG_SPILL_LIMIT_DEFAULT (16L * 1024 * 1024)

#endif /* MURDER_SIDECAR_LOGS_PRELOAD_WIRE_H_ */
