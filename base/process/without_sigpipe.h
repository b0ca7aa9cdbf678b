// Keeps this thread from being ended by SIGPIPE: it is blocked from here on, and what came meanwhile is taken away.
//
// For what writes to peers that may be gone and cannot be told to use MSG_NOSIGNAL: pipes, and OpenSSL's socket BIO.
#pragma once

#include <signal.h>

#include <ctime>

namespace murder::process {

class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    if (!sigismember(&before_, SIGPIPE)) {
      const timespec now{0, 0};
      sigtimedwait(&pipe_, nullptr, &now);
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
};

}  // namespace murder::process
