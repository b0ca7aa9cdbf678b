#include <CLI/CLI.hpp>

#include "operator/cli/exit_code.h"
#include "operator/cli/verbs.h"

int main(int argc, char** argv) {
  using namespace murder::cli;
  CLI::App app("Runs and looks after a Cyrus Murder: one IMAP namespace over many servers.", "murder");
  app.require_subcommand(1);
  app.set_version_flag("--version", "murder " MURDER_VERSION);
  app.footer(
      "Exit codes: 0 done; 1 it did not work; 2 the command line is wrong; 3 a manifest has mistakes, and nothing was\n"
      "changed; 4 something is down, out of sync or in conflict.");
  int code = kDone;
  add_validate(app, code);
  add_render(app, code);
  add_plan(app, code);
  add_local(app, code);
  add_status(app, code);
  add_where(app, code);
  add_push(app, code);
  add_prove(app, code);
  add_move(app, code);
  add_crds(app, code);
  add_completion(app, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return code;
}
