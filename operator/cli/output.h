// How `murder` says things: to a person by default, as JSON or YAML when asked with -o.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace murder::cli {

enum class Format { Text, Json, Yaml };

// Adds -o/--output json|yaml to a command.
void add_format(CLI::App& command, Format& format);

// Prints `value` in the chosen format, or calls `text` for people.
void print(Format format, const nlohmann::ordered_json& value, const std::function<void(std::ostream&)>& text);

// Columns as wide as their widest cell, two blanks between them; nothing after the last.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "murder: reason" on standard error; kFailed.
int fail(const Error& error);

}  // namespace murder::cli
