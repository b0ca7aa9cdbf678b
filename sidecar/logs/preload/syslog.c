/* libmurder-syslog.so: syslog(3) for Cyrus where there is no /dev/log.
 *
 * Preloaded into cyrmaster, and so into all its children and into libsasl2. Every message becomes one datagram (wire.h)
 * to the receiver's socket; when that is away or its queue stays full, the same bytes go to the spill file; when that
 * is full too, the message is dropped and counted, and the count travels with the next message that gets through.
 *
 * This code runs inside somebody else's server, so it keeps nothing that the server could break and takes nothing that
 * the server could miss:
 *   - no lock and no allocation: safe in threads (mupdate), after fork, and in signal handlers as far as vsnprintf is;
 *   - the descriptor that is kept (a new socket a message would triple the cost) is checked before each use: Cyrus
 * moves its descriptors about with dup2 (3 is the status pipe, 4 the listener), and a remembered number could by then
 * be a client's connection. It lies above the low numbers, and what is no longer ours is left alone;
 *   - a bounded wait: Linux queues only net.unix.max_dgram_qlen (10 in a fresh network namespace) datagrams, so a burst
 *     waits for the receiver to read, at most QUEUE_WAIT; after a wait in vain nobody waits again for CONGESTION_PAUSE;
 *   - errno is left as found, cancellation is held off, and SIGPIPE cannot happen.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "sidecar/logs/preload/wire.h"

#define EXPORTED __attribute__((visibility("default")))

static const struct timeval QUEUE_WAIT = {0, 50 * 1000}; /* 50 ms */
static const int64_t CONGESTION_PAUSE = 1000;            /* ms */
enum { SPILL_ATTEMPTS = 32, LOWEST_DESCRIPTOR = 200 };

/* glibc's own, so that a caller built with _FORTIFY_SOURCE keeps its check of %n. */
extern int __vsnprintf_chk(char* text, size_t size, int flag, size_t object_size, const char* format,
                           va_list arguments);
EXPORTED void __syslog_chk(int priority, int flag, const char* format, ...);
EXPORTED void __vsyslog_chk(int priority, int flag, const char* format, va_list arguments);

/* From the environment, once: getenv is no friend of a setenv in another thread. */
static atomic_bool configured;
static struct sockaddr_un receiver;
static socklen_t receiver_size; /* 0: none */
static char spill_path[PATH_MAX];
static char spill_directory[PATH_MAX];
static off_t spill_limit;

/* What openlog(3) and setlogmask(3) set. The ident is the caller's memory, as in glibc. */
static _Atomic(const char*) log_ident;
static atomic_int log_options;
static atomic_int log_facility = LOG_USER;
static atomic_int log_mask = 0xff;

static atomic_uint dropped;
static _Atomic(int64_t) congested_until; /* ms of the monotonic clock */

__attribute__((constructor)) static void configure(void) {
  if (atomic_load(&configured)) return;
  const char* path = getenv(MURDER_LOG_SOCKET_VARIABLE);
  if (path && *path && strlen(path) < sizeof receiver.sun_path) {
    receiver.sun_family = AF_UNIX;
    strcpy(receiver.sun_path, path);
    receiver_size = sizeof receiver;
  }
  path = getenv(MURDER_LOG_SPILL_VARIABLE);
  const char* slash = path ? strrchr(path, '/') : NULL;
  if (slash && slash != path && strlen(path) < sizeof spill_path) {
    strcpy(spill_path, path);
    memcpy(spill_directory, path, (size_t)(slash - path));
  }
  const char* limit = getenv(MURDER_LOG_SPILL_LIMIT_VARIABLE);
  const long bytes = limit ? atol(limit) : 0;
  spill_limit = bytes > 0 ? bytes : MURDER_LOG_SPILL_LIMIT_DEFAULT;
  atomic_store(&configured, true);
}

static int64_t monotonic_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The socket that is kept: its descriptor, and in the low half its inode number, by which it is known again. */
static _Atomic(uint64_t) kept_socket;

static uint64_t identity_of(int fd) {
  struct stat found;
  if (fstat(fd, &found) != 0 || !S_ISSOCK(found.st_mode)) return 0;
  return (uint64_t)fd << 32 | (uint32_t)found.st_ino;
}

/* A socket of ours. `*temporary` says that the caller has to close it: another thread made one at the same time. */
static int acquire_socket(bool* temporary) {
  *temporary = false;
  uint64_t kept = atomic_load(&kept_socket);
  if (kept != 0 && identity_of((int)(kept >> 32)) == kept) return (int)(kept >> 32);

  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int high = fcntl(fd, F_DUPFD_CLOEXEC, LOWEST_DESCRIPTOR);
  if (high >= 0) {
    close(fd);
    fd = high;
  }
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &QUEUE_WAIT, sizeof QUEUE_WAIT);
  *temporary = !atomic_compare_exchange_strong(&kept_socket, &kept, identity_of(fd));
  return fd;
}

static bool sent(int socket, const unsigned char* datagram, size_t size, int flags) {
  return sendto(socket, datagram, size, flags | MSG_NOSIGNAL, (const struct sockaddr*)&receiver, receiver_size) ==
         (ssize_t)size;
}

static bool send_to_receiver(const unsigned char* datagram, size_t size) {
  if (receiver_size == 0) return false;
  bool temporary;
  const int fd = acquire_socket(&temporary);
  if (fd < 0) return false;
  bool done = sent(fd, datagram, size, MSG_DONTWAIT);
  if (!done && errno == EAGAIN && monotonic_ms() >= atomic_load(&congested_until)) {
    done = sent(fd, datagram, size, 0);
    if (!done && errno == EAGAIN) atomic_store(&congested_until, monotonic_ms() + CONGESTION_PAUSE);
  }
  if (temporary) close(fd);
  return done;
}

/* cyrmaster begins as root and goes on as cyrus: whoever makes the file, it belongs to the owner of its directory. */
static int create_spill(void) {
  const int fd = open(spill_path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  struct stat directory;
  if (fd >= 0 && geteuid() == 0 && stat(spill_directory, &directory) == 0 &&
      fchown(fd, directory.st_uid, directory.st_gid) != 0) {
    /* Then root's own messages are in it, and those of others are counted as dropped. */
  }
  return fd;
}

/* Opens the spill file with a shared lock, held by whoever appends. The reader (sidecar/logs/spill.h) renames the file,
 * then takes the lock for itself, reads and unlinks: so a lock that cannot be had, or a file without a name, means that
 * the path by now names another file. */
static int open_spill(struct stat* found) {
  for (int attempt = 0; attempt < SPILL_ATTEMPTS; attempt++) {
    int fd = open(spill_path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) fd = create_spill();
    if (fd < 0) {
      if (errno == EEXIST) continue;
      if (errno != EACCES) return -1;
      /* Made by root this very moment, and not yet given to the owner of the directory? */
      const struct timespec pause = {0, 100 * 1000};
      nanosleep(&pause, NULL);
      continue;
    }
    if (flock(fd, LOCK_SH | LOCK_NB) == 0 && fstat(fd, found) == 0 && found->st_nlink > 0) {
      /* Root appends here, in a directory of another user: only to a file, and not to one that has a second name. */
      if (S_ISREG(found->st_mode) && found->st_nlink == 1) return fd;
      close(fd);
      return -1;
    }
    close(fd);
  }
  return -1;
}

static bool append_to_spill(const unsigned char* datagram, size_t size) {
  if (!*spill_path) return false;
  struct stat found;
  const int fd = open_spill(&found);
  if (fd < 0) return false;
  const bool done = found.st_size + (off_t)size <= spill_limit && write(fd, datagram, size) == (ssize_t)size;
  close(fd);
  return done;
}

static void put16(unsigned char* to, uint16_t value) {
  value = htole16(value);
  memcpy(to, &value, sizeof value);
}

static void put32(unsigned char* to, uint32_t value) {
  value = htole32(value);
  memcpy(to, &value, sizeof value);
}

static void put64(unsigned char* to, uint64_t value) {
  value = htole64(value);
  memcpy(to, &value, sizeof value);
}

/* LOG_PERROR, which Cyrus's command-line tools ask for: the message on standard error, in glibc's form. */
static void print_to_stderr(const char* ident, size_t ident_size, const char* text, size_t size) {
  char pid[24];
  const int pid_size = snprintf(pid, sizeof pid, "[%d]: ", (int)getpid());
  const struct iovec parts[] = {
      {(void*)ident, ident_size}, {pid, (size_t)pid_size}, {(void*)text, size}, {(void*)"\n", 1}};
  if (writev(STDERR_FILENO, parts, 4) < 0) {
    /* The message is on its way to the receiver all the same. */
  }
}

/* Formats into `text` (MURDER_LOG_TEXT_MAX + 1 bytes) and returns the length. glibc's printf knows %m. */
static size_t format_text(char* text, int fortify, const char* format, va_list arguments, uint16_t* flags) {
  const size_t room = MURDER_LOG_TEXT_MAX + 1;
  const int needed = fortify > 0 ? __vsnprintf_chk(text, room, fortify, room, format, arguments)
                                 : vsnprintf(text, room, format, arguments);
  if (needed < 0) return (size_t)snprintf(text, room, "(a message that cannot be formatted)");
  size_t size = (size_t)needed;
  if (size > MURDER_LOG_TEXT_MAX) {
    char mark[48];
    size = MURDER_LOG_TEXT_MAX;
    const size_t kept = size - 40;
    const size_t mark_size = (size_t)snprintf(mark, sizeof mark, " [... %zu bytes cut]", (size_t)needed - kept);
    memcpy(text + kept, mark, mark_size);
    size = kept + mark_size;
    *flags |= MURDER_LOG_FLAG_TRUNCATED;
  }
  while (size > 0 && text[size - 1] == '\n') size--;
  return size;
}

static void report(int priority, int fortify, const char* format, va_list arguments) {
  const int callers_errno = errno;
  if (!(LOG_MASK(LOG_PRI(priority)) & atomic_load(&log_mask))) return;
  if (!atomic_load(&configured)) configure(); /* another library's constructor was first */
  int cancellation;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancellation);

  priority &= LOG_PRIMASK | LOG_FACMASK;
  if ((priority & LOG_FACMASK) == 0) priority |= atomic_load(&log_facility);
  const char* ident = atomic_load(&log_ident);
  if (!ident) ident = program_invocation_short_name;
  const size_t ident_size = strnlen(ident, MURDER_LOG_IDENT_MAX);

  unsigned char datagram[MURDER_LOG_MAX + 1]; /* one more for vsnprintf's terminator */
  char* text = (char*)datagram + MURDER_LOG_HEADER + ident_size;
  uint16_t flags = 0;
  errno = callers_errno; /* for %m */
  const size_t text_size = format_text(text, fortify, format, arguments, &flags);
  const size_t size = MURDER_LOG_HEADER + ident_size + text_size;

  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const unsigned lost = atomic_exchange(&dropped, 0);
  memcpy(datagram, MURDER_LOG_MAGIC, 4);
  put32(datagram + MURDER_LOG_AT_SIZE, (uint32_t)size);
  put32(datagram + MURDER_LOG_AT_PRIORITY, (uint32_t)priority);
  put32(datagram + MURDER_LOG_AT_PID, (uint32_t)getpid());
  put64(datagram + MURDER_LOG_AT_TIME, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
  put32(datagram + MURDER_LOG_AT_DROPPED, lost);
  put16(datagram + MURDER_LOG_AT_FLAGS, flags);
  put16(datagram + MURDER_LOG_AT_IDENT_SIZE, (uint16_t)ident_size);
  memcpy(datagram + MURDER_LOG_HEADER, ident, ident_size);

  if (!send_to_receiver(datagram, size) && !append_to_spill(datagram, size)) atomic_fetch_add(&dropped, lost + 1);
  if (atomic_load(&log_options) & LOG_PERROR) print_to_stderr(ident, ident_size, text, text_size);

  pthread_setcancelstate(cancellation, NULL);
  errno = callers_errno;
}

EXPORTED void openlog(const char* ident, int options, int facility) {
  atomic_store(&log_ident, ident);
  atomic_store(&log_options, options);
  if (facility != 0 && (facility & ~LOG_FACMASK) == 0) atomic_store(&log_facility, facility);
}

EXPORTED void closelog(void) {
  atomic_store(&log_ident, NULL);
  atomic_store(&log_options, 0);
}

EXPORTED int setlogmask(int mask) { return mask == 0 ? atomic_load(&log_mask) : atomic_exchange(&log_mask, mask); }

EXPORTED void vsyslog(int priority, const char* format, va_list arguments) { report(priority, 0, format, arguments); }

EXPORTED void syslog(int priority, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  report(priority, 0, format, arguments);
  va_end(arguments);
}

EXPORTED void __vsyslog_chk(int priority, int flag, const char* format, va_list arguments) {
  report(priority, flag, format, arguments);
}

EXPORTED void __syslog_chk(int priority, int flag, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  report(priority, flag, format, arguments);
  va_end(arguments);
}
