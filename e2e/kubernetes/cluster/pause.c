// What keeps a pod's namespaces open while its containers come and go: it sleeps, buries what is left to it, and ends
// when it is told to.
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal) {
  (void)signal;
  _exit(0);
}

static void bury(int signal) {
  (void)signal;
  const int before = errno;
  while (waitpid(-1, 0, WNOHANG) > 0) continue;
  errno = before;
}

int main(void) {
  signal(SIGTERM, end);
  signal(SIGINT, end);
  signal(SIGCHLD, bury);
  for (;;) pause();
}
