#include "operator/cli/output.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>

#include "operator/api/schema/json_to_yaml.h"
#include "operator/cli/exit_code.h"

namespace murder::cli {

void add_format(CLI::App& command, Format& format) {
  static const std::map<std::string, Format> names = {
      {"text", Format::Text}, {"json", Format::Json}, {"yaml", Format::Yaml}};
  command.add_option("-o,--output", format, "text (for people), json or yaml")
      ->transform(CLI::CheckedTransformer(names, CLI::ignore_case).description(""))
      ->type_name("FORMAT");
}

void print(Format format, const nlohmann::ordered_json& value, const std::function<void(std::ostream&)>& text) {
  switch (format) {
    case Format::Text:
      return text(std::cout);
    case Format::Json:
      std::cout << value.dump(2) << "\n";
      return;
    case Format::Yaml:
      std::cout << api::to_yaml(value);
      return;
  }
}

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
}

int fail(const Error& error) {
  std::cerr << "murder: " << error.message << "\n";
  return kFailed;
}

}  // namespace murder::cli
