/* Says things by syslog(3), as Cyrus would.
 *
 *   chatter flood THREADS COUNT   each thread logs "thread T message N", N from 0 to COUNT - 1
 *   chatter forms                 one message of every form that the receiver has to cope with
 *   chatter fork CHILDREN COUNT   floods from a parent that logs too while its children are born
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
  if (argc != 4) {
    fprintf(stderr, "usage: %s flood THREADS COUNT | fork CHILDREN COUNT | forms\n", argv[0]);
    return 64;
  }
  messages = atoi(argv[3]);
  openlog("m1/mupdate", LOG_PID, LOG_LOCAL6);
  return strcmp(what, "fork") == 0 ? fork_and_flood(atoi(argv[2])) : flood_from(atoi(argv[2]));
}
