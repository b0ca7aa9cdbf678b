// The verbs of `murder`, one file each. A verb adds itself to the command line; when it was chosen it runs and leaves
// its exit code in `code`.
#pragma once

namespace CLI {
class App;
}

namespace murder::cli {

void add_validate(CLI::App& app, int& code);
void add_render(CLI::App& app, int& code);
void add_plan(CLI::App& app, int& code);
void add_local(CLI::App& app, int& code);
void add_apply(CLI::App& local, int& code);  // of `murder local`
void add_status(CLI::App& app, int& code);
void add_where(CLI::App& app, int& code);
void add_push(CLI::App& app, int& code);
void add_prove(CLI::App& app, int& code);
void add_move(CLI::App& app, int& code);
void add_crds(CLI::App& app, int& code);
void add_completion(CLI::App& app, int& code);

}  // namespace murder::cli
