// murder crds [--to FOLDER]: what `./dev generate` keeps crds/ up to date with.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>

#include "operator/api/crd.h"
#include "operator/cli/exit_code.h"
#include "operator/cli/output.h"
#include "operator/cli/verbs.h"

namespace murder::cli {

void add_crds(CLI::App& app, int& code) {
  auto folder = std::make_shared<std::string>();
  auto* command = app.add_subcommand("crds", "Show the CustomResourceDefinitions, for kubectl apply");
  command->add_option("--to", *folder, "Write one file each into this folder instead")->type_name("FOLDER");
  auto reference = std::make_shared<bool>(false);
  command->add_flag("--reference", *reference, "Show docs/resources.md instead: every field, for people");
  command->callback([folder, reference, &code] {
    if (*reference) {
      std::cout << api::reference();
      return;
    }
    for (const auto& crd : api::crds()) {
      if (folder->empty()) {
        std::cout << "---\n" << crd.text;
        continue;
      }
      const std::string path = *folder + "/" + crd.name;
      std::ofstream file(path, std::ios::binary | std::ios::trunc);
      file << crd.text;
      file.close();
      if (!file) {
        code = fail(system_error("write", path));
        return;
      }
    }
  });
}

}  // namespace murder::cli
