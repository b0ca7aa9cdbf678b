/* Says things by syslog(3), as Cyrus would.
 *
 *   chatter flood THREADS COUNT   each thread logs "thread T message N", N from 0 to COUNT - 1
 *   chatter forms                 one message of every form that the receiver has to cope with
 *   chatter shuffle               logs while its descriptors are closed and used for other things; whatever arrives at
 *                                 those other things is a failure
 *   chatter fork CHILDREN COUNT   floods from a parent that logs too while its children are born
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

static int messages;

static void* flood(void* number) {
  for (int i = 0; i < messages; i++) syslog(LOG_INFO, "thread %ld message %d", (long)number, i);
  return NULL;
}

static int flood_from(int threads) {
  pthread_t ids[64];
  if (threads > 64) return 64;
  for (long i = 0; i < threads; i++) {
    if (pthread_create(&ids[i], NULL, flood, (void*)i) != 0) return 1;
  }
  for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  return 0;
}

static void by_vsyslog(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsyslog(LOG_WARNING, format, arguments);
  va_end(arguments);
}

static int forms(void) {
  static char longest[20001];
  syslog(LOG_NOTICE, "before openlog");
  openlog("be1/imap", LOG_PID, LOG_LOCAL6);
  errno = EADDRINUSE;
  syslog(LOG_ERR, "unable to bind: %m");
  if (errno != EADDRINUSE) return 2;
  by_vsyslog("%d of %s", 7, "nine");
  syslog(LOG_MAIL | LOG_INFO, "own facility\n");
  syslog(LOG_INFO, "%s", "");
  syslog(LOG_INFO, "Latin-1 caf\xe9 and control \x01");
  memset(longest, 'x', sizeof longest - 1);
  syslog(LOG_INFO, "%s", longest);
  if (setlogmask(LOG_UPTO(LOG_INFO)) != 0xff) return 3;
  syslog(LOG_DEBUG, "masked");
  closelog();
  openlog("be1/ctl", LOG_PERROR, LOG_LOCAL6);
  syslog(LOG_ALERT, "last");
  return 0;
}

/* A TCP connection: unlike a unix one, it takes what is sent to it whatever address is given. */
static int connect_pair(int pair[2]) {
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof name;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&name, size) != 0 || listen(listener, 1) != 0) return -1;
  if (getsockname(listener, (struct sockaddr*)&name, &size) != 0) return -1;
  pair[0] = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(pair[0], (struct sockaddr*)&name, size) != 0) return -1;
  pair[1] = accept(listener, NULL, NULL);
  return pair[1] < 0 ? -1 : 0;
}

/* What cyrmaster's children do between fork and exec, only worse: every descriptor becomes a client's connection. */
static int shuffle(void) {
  int pair[2];
  openlog("m1/master", LOG_PID, LOG_LOCAL6);
  syslog(LOG_INFO, "before");
  if (connect_pair(pair) != 0) return 1;
  for (int fd = 3; fd < 1000; fd++) {
    if (fd != pair[0] && fd != pair[1] && dup2(pair[0], fd) < 0) return 2;
  }
  syslog(LOG_INFO, "after dup2");
  char byte;
  if (recv(pair[1], &byte, 1, MSG_DONTWAIT) >= 0) return 3;
  for (int fd = 3; fd < 1000; fd++) close(fd);
  syslog(LOG_INFO, "after close");
  return 0;
}

static int fork_and_flood(int children) {
  for (int i = 0; i < children; i++) {
    syslog(LOG_INFO, "parent before child %d", i);
    const pid_t pid = fork();
    if (pid < 0) return 1;
    if (pid == 0) {
      flood((void*)(long)i);
      _exit(0);
    }
  }
  int failures = 0, status;
  while (wait(&status) > 0) failures += status != 0;
  return failures;
}

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "forms") == 0) return forms();
  if (strcmp(what, "shuffle") == 0) return shuffle();
  if (argc != 4) {
    fprintf(stderr, "usage: %s flood THREADS COUNT | fork CHILDREN COUNT | forms | shuffle\n", argv[0]);
    return 64;
  }
  messages = atoi(argv[3]);
  openlog("m1/mupdate", LOG_PID, LOG_LOCAL6);
  return strcmp(what, "fork") == 0 ? fork_and_flood(atoi(argv[2])) : flood_from(atoi(argv[2]));
}
