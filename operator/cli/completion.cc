// murder completion bash|zsh|fish: a script for the shell, made from the command line itself, so that it cannot be
// behind.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <vector>

#include "operator/cli/verbs.h"

namespace murder::cli {
namespace {

// "local up" → its sub-commands and options.
using Words = std::map<std::string, std::vector<std::string>>;

void collect(const CLI::App& app, const std::string& path, Words& words) {
  auto& here = words[path];
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) here.push_back("--" + name);
    for (const auto& name : option->get_snames()) here.push_back("-" + name);
  }
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    here.push_back(command->get_name());
    collect(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), words);
  }
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// zsh runs it too, through bashcompinit.
void print_bash(const Words& words, std::ostream& out) {
  out << "_murder() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} path= i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    [[ ${COMP_WORDS[i]} == [a-z]* ]] && path=\"${path:+$path }${COMP_WORDS[i]}\"\n"
         "  done\n"
         "  case ${COMP_WORDS[COMP_CWORD-1]} in\n"
         "    -f|--filename|--to|--state) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
         "    -o|--output) COMPREPLY=($(compgen -W 'text json yaml' -- \"$word\")); return ;;\n"
         "  esac\n"
         "  while :; do\n"
         "    case $path in\n";
  for (const auto& [path, list] : words) {
    out << "      '" << path << "') COMPREPLY=($(compgen -W '" << join(list) << "' -- \"$word\")); return ;;\n";
  }
  out << "    esac\n"
         "    path=${path% *}\n"  // an argument, as the mailbox of `where`: what its verb takes
         "  done\n"
         "}\n"
         "complete -o bashdefault -F _murder murder kubectl-murder\n";
}

void print_fish(const Words& words, std::ostream& out) {
  out << "complete -c murder -f\n";
  for (const auto& [path, list] : words) {
    for (const auto& word : list) {
      const std::string when =
          path.empty() ? "__fish_use_subcommand" : "__fish_seen_subcommand_from " + path.substr(path.rfind(' ') + 1);
      out << "complete -c murder -n '" << when << "' ";
      if (word.starts_with("--")) {
        out << "-l " << word.substr(2);
      } else if (word.starts_with('-')) {
        out << "-s " << word.substr(1);
      } else {
        out << "-a " << word;
      }
      out << "\n";
    }
  }
  out << "complete -c murder -n '__fish_contains_opt -s f filename to state' -F\n";
}

}  // namespace

void add_completion(CLI::App& app, int&) {
  auto shell = std::make_shared<std::string>();
  auto* command =
      app.add_subcommand("completion", "Show the completion script of a shell: source <(murder completion bash)");
  command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell, &app] {
    Words words;
    collect(app, "", words);
    if (*shell == "fish") return print_fish(words, std::cout);
    if (*shell == "zsh") std::cout << "autoload -U +X bashcompinit && bashcompinit\n";
    print_bash(words, std::cout);
  });
}

}  // namespace murder::cli
