// What `murder` ends with. Documented in `murder --help` and docs/murder.md; scripts depend on it.
#pragma once

namespace murder::cli {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,       // it was tried, and did not work: the message says why
  kUsage = 2,        // the command line makes no sense
  kBadManifest = 3,  // a manifest has mistakes; nothing was started or changed
  kNotReady = 4,     // asked of, and true: something is down, out of sync or in conflict
};

}  // namespace murder::cli
