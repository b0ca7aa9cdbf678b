#include "operator/api/schema/reader.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "base/nearest.h"
#include "operator/api/schema/pattern.h"
#include "operator/api/schema/raw_json.h"
#include "operator/api/schema/shown.h"

namespace murder::api {
namespace {

int line_of_node(const YAML::Node& node) { return node.Mark().line + 1; }

const char* describe(const YAML::Node& node) {
  if (node.IsMap()) return "an object";
  if (node.IsSequence()) return "a list";
  switch (scalar_type(node)) {
    case ScalarType::Null:
      return "nothing";
    case ScalarType::Boolean:
      return "a boolean";
    case ScalarType::Integer:
    case ScalarType::Float:
      return "a number";
    case ScalarType::String:
      return "a string";
  }
  return "";
}

// "must be a string, not a number: write "3.10" (with the quotes)"
std::string must_be(const char* wanted, const YAML::Node& node) {
  std::string message = std::string("must be ") + wanted + ", not " + describe(node);
  if (node.IsScalar() && scalar_type(node) != ScalarType::Null) {
    const std::string& text = node.Scalar();
    if (std::string_view(wanted) == "a string") {
      message += ": write " + in_quotes(text) + " (with the quotes)";
    } else {
      message += " (" + in_quotes(text) + ")";
    }
  }
  return message;
}

// Of integers or strings.
bool is_quantity(const Pattern& pattern, const YAML::Node& node) {
  return node.IsScalar() && (scalar_type(node) == ScalarType::String || scalar_type(node) == ScalarType::Integer) &&
         matches(pattern, node.Scalar());
}

std::string is_not(const Pattern& pattern, const YAML::Node& node) {
  return (node.IsScalar() ? in_quotes(node.Scalar()) : std::string(describe(node))) + " is not " + pattern.words;
}

// In characters, as OpenAPI's maxLength counts them.
std::int64_t length(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

// What is wrong with one string, or nothing.
std::optional<std::string> wrong_string(const Field& field, const std::string& text) {
  if (length(text) > field.max_length) {
    return "must be at most " + std::to_string(field.max_length) + " characters long, not " +
           std::to_string(length(text));
  }
  if (field.pattern && !matches(*field.pattern, text)) {
    return in_quotes(text) + " is not " + field.pattern->words;
  }
  return {};
}

}  // namespace

ScalarType scalar_type(const YAML::Node& scalar) {
  if (!scalar.IsScalar()) return ScalarType::Null;
  if (scalar.Tag() == "!") return ScalarType::String;  // quoted, or a block
  if (scalar.Tag() == "tag:yaml.org,2002:str") return ScalarType::String;
  const std::string& text = scalar.Scalar();
  static const RE2 null("~|null|Null|NULL|");
  static const RE2 boolean("y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF");
  static const RE2 integer("[-+]?(0|[1-9][0-9_]*|0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+)");
  static const RE2 floating(
      R"([-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))");
  if (RE2::FullMatch(text, null)) return ScalarType::Null;
  if (RE2::FullMatch(text, boolean)) return ScalarType::Boolean;
  if (RE2::FullMatch(text, integer)) return ScalarType::Integer;
  if (RE2::FullMatch(text, floating)) return ScalarType::Float;
  return ScalarType::String;
}

bool is_true(std::string_view boolean) {
  const auto lower = [&](std::size_t i) {
    return i < boolean.size() ? std::tolower(static_cast<unsigned char>(boolean[i])) : ' ';
  };
  return lower(0) == 't' || lower(0) == 'y' || (lower(0) == 'o' && lower(1) == 'n');
}

Reader::Reader(const YAML::Node& node, std::string file, std::string path, Mistakes& mistakes, Lines& lines)
    : node_(node),
      file_(std::move(file)),
      path_(std::move(path)),
      mistakes_(mistakes),
      lines_(lines),
      mistakes_before_(mistakes.size()) {
  if (!node.IsMap()) {
    wrong(node, path_, must_be("an object", node));
    return;
  }
  entries_.reserve(node.size());  // index_ points into it
  for (const auto& pair : node) {
    if (!pair.first.IsScalar()) {
      wrong(pair.first, path_, "field names must be strings");
      continue;
    }
    Entry entry{pair.first.Scalar(), line_of_node(pair.first), pair.second};
    if (const auto twin = index_.find(entry.key); twin != index_.end()) {
      mistakes_.push_back(
          {file_, entry.line, at(entry.key),
           "is given twice, first in line " + std::to_string(entries_[twin->second].line) + ": remove one"});
      continue;
    }
    entries_.push_back(std::move(entry));
    index_.emplace(entries_.back().key, entries_.size() - 1);
  }
}

std::string Reader::at(std::string_view name) const { return path_.empty() ? shown(name) : path_ + "." + shown(name); }

void Reader::wrong(const YAML::Node& node, const std::string& path, std::string message) {
  mistakes_.push_back({file_, line_of_node(node), path, std::move(message)});
}

void Reader::note(const std::string& path, const YAML::Node& node) { lines_.emplace(path, line_of_node(node)); }

const YAML::Node* Reader::take(const Field& field) {
  known_.emplace_back(field.name);
  const auto found = index_.find(field.name);
  const Entry* entry = found == index_.end() ? nullptr : &entries_[found->second];
  const bool absent = entry == nullptr || entry->value.IsNull() ||
                      (entry->value.IsScalar() && scalar_type(entry->value) == ScalarType::Null);
  if (!absent) {
    lines_.emplace(at(field.name), entry->line);
    return &entry->value;
  }
  // An object that is itself no object has been named already.
  if (field.required && node_.IsMap()) {
    mistakes_.push_back({file_, line_of(field.name), at(field.name), "is required"});
  }
  return nullptr;
}

int Reader::line_of(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? line_of_node(node_) : entries_[found->second].line;
}

// A rule over a field that could not be read would only repeat that in other words.
bool Reader::concerns_a_mistake(const Rule& rule) const {
  for (std::size_t i = mistakes_before_; i < mistakes_.size(); ++i) {
    std::string_view path = mistakes_[i].path;
    if (!path.starts_with(path_)) continue;
    path.remove_prefix(path_.size());
    if (path.starts_with('.')) path.remove_prefix(1);
    const std::string name = "self." + std::string(path.substr(0, path.find_first_of(".[")));
    if (rule.cel.find(name) != std::string::npos) return true;
  }
  return false;
}

void Reader::blame(const Rule& rule) {
  std::string_view field = rule.field;
  if (field.starts_with('.')) field.remove_prefix(1);
  mistakes_.push_back(
      {file_, line_of(field.substr(0, field.find_first_of(".["))), field.empty() ? path_ : at(field), rule.message});
}

void Reader::blame_key(const KeyRule& rule, const std::string& key, std::string message) {
  std::string_view field = rule.field;
  if (field.starts_with('.')) field.remove_prefix(1);
  const std::string path = at(field) + "." + key;
  const auto line = lines_.find(path);
  mistakes_.push_back({file_, line == lines_.end() ? line_of(field) : line->second, path, std::move(message)});
}

void Reader::refuse_unknown() {
  for (const auto& entry : entries_) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    std::string message = "is not known here";
    if (const auto near = nearest(entry.key, known_)) message += ": did you mean " + in_quotes(*near) + "?";
    mistakes_.push_back({file_, entry.line, at(entry.key), std::move(message)});
  }
}

void Reader::read(const YAML::Node& node, const std::string& path, const Field& field, std::string& into) {
  if (!node.IsScalar() || scalar_type(node) != ScalarType::String) return wrong(node, path, must_be("a string", node));
  if (auto message = wrong_string(field, node.Scalar())) return wrong(node, path, *std::move(message));
  into = node.Scalar();
}

void Reader::read(const YAML::Node& node, const std::string& path, const Field& field, std::int64_t& into) {
  if (!node.IsScalar() || scalar_type(node) != ScalarType::Integer) {
    return wrong(node, path, must_be("a whole number", node));
  }
  const std::string& text = node.Scalar();
  std::int64_t value = 0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return wrong(node, path, in_quotes(text) + " is not a whole number in decimal digits");
  }
  if (field.minimum && value < *field.minimum) {
    return wrong(node, path, "must be at least " + std::to_string(*field.minimum) + ", not " + text);
  }
  if (field.maximum && value > *field.maximum) {
    return wrong(node, path, "must be at most " + std::to_string(*field.maximum) + ", not " + text);
  }
  into = value;
}

void Reader::read(const YAML::Node& node, const std::string& path, const Field&, bool& into) {
  if (!node.IsScalar() || scalar_type(node) != ScalarType::Boolean) {
    return wrong(node, path, must_be("true or false", node));
  }
  into = is_true(node.Scalar());
}

void Reader::read(const YAML::Node& node, const std::string& path, const Field&, Quantity& into) {
  if (!is_quantity(kQuantity, node)) return wrong(node, path, is_not(kQuantity, node));
  into.text = node.Scalar();
}

void Reader::read(const YAML::Node& node, const std::string& path, const Field& field, RawJson& into) {
  if (field.shape == Shape::Object && !node.IsMap()) return wrong(node, path, must_be("an object", node));
  if (field.shape == Shape::ListOfObjects) {
    if (!list(node, path, field)) return;
    std::size_t index = 0;
    for (const auto& item : node) {
      const std::string item_path = path + "[" + std::to_string(index++) + "]";
      if (!item.IsMap()) return wrong(item, item_path, must_be("an object", item));
    }
  }
  if (auto text = raw_json(node, path, [&](const YAML::Node& where, const std::string& at, std::string message) {
        wrong(where, at, std::move(message));
      })) {
    into.text = *std::move(text);
  }
}

void Reader::read(const YAML::Node& node, const std::string& path, const Field& field,
                  std::map<std::string, std::string>& into) {
  if (!node.IsMap()) return wrong(node, path, must_be("an object", node));
  if (field.max_items && std::cmp_greater(node.size(), *field.max_items)) {
    return wrong(node, path, "must have at most " + std::to_string(*field.max_items) + " entries");
  }
  for (const auto& pair : node) {
    if (!pair.first.IsScalar()) {
      wrong(pair.first, path, "keys must be strings");
      continue;
    }
    const std::string& key = pair.first.Scalar();
    const std::string key_path = path + "." + shown(key);
    if (field.pattern && !matches(*field.pattern, key)) {
      wrong(pair.first, key_path, in_quotes(key) + " is not " + field.pattern->words);
    } else if (into.contains(key)) {
      wrong(pair.first, key_path, "is given twice: remove one");
    } else if (field.amounts) {
      if (is_quantity(kAmount, pair.second)) {
        note(key_path, pair.first);
        into.emplace(key, pair.second.Scalar());
      } else {
        wrong(pair.first, key_path, is_not(kAmount, pair.second));
      }
    } else if (!pair.second.IsScalar() || scalar_type(pair.second) != ScalarType::String) {
      wrong(pair.first, key_path, must_be("a string", pair.second));
    } else if (length(pair.second.Scalar()) > field.max_length) {
      wrong(pair.first, key_path, "must be at most " + std::to_string(field.max_length) + " characters long");
    } else if (field.value_pattern && !matches(*field.value_pattern, pair.second.Scalar())) {
      wrong(pair.first, key_path, in_quotes(pair.second.Scalar()) + " is not " + field.value_pattern->words);
    } else {
      note(key_path, pair.first);
      into.emplace(key, pair.second.Scalar());
    }
  }
}

bool Reader::list(const YAML::Node& node, const std::string& path, const Field& field) {
  if (!node.IsSequence()) {
    wrong(node, path, must_be("a list", node));
    return false;
  }
  if (field.min_items && std::cmp_less(node.size(), *field.min_items)) {
    wrong(node, path,
          "must have at least " + std::to_string(*field.min_items) + " item" + (*field.min_items == 1 ? "" : "s"));
    return false;
  }
  if (field.max_items && std::cmp_greater(node.size(), *field.max_items)) {
    wrong(node, path,
          "must have at most " + std::to_string(*field.max_items) + " items, not " + std::to_string(node.size()));
    return false;
  }
  return true;
}

void Reader::unique(const YAML::Node& node, const std::string& path, const Field& field) {
  std::unordered_set<std::string> seen;
  std::size_t index = 0;
  for (const auto& item : node) {
    const std::string item_path = path + "[" + std::to_string(index++) + "]";
    if (item.IsScalar()) {
      if (!seen.insert(item.Scalar()).second)
        wrong(item, item_path, in_quotes(item.Scalar()) + " is listed twice: remove one");
    } else if (field.list_key != nullptr && item.IsMap()) {
      const YAML::Node key = item[field.list_key];
      if (key && key.IsScalar() && !seen.insert(key.Scalar()).second) {
        wrong(key, item_path + "." + field.list_key,
              in_quotes(key.Scalar()) + " is used twice: each " + field.list_key + " must differ");
      }
    }
  }
}

std::optional<std::size_t> Reader::choose(const YAML::Node& node, const std::string& path,
                                          const std::vector<std::string_view>& names) {
  if (!node.IsScalar() || scalar_type(node) != ScalarType::String) {
    wrong(node, path, must_be("a string", node));
    return {};
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == node.Scalar()) return i;
  }
  std::string message = in_quotes(node.Scalar()) + " is not one of";
  for (const auto name : names) message += (name == names.front() ? " " : ", ") + std::string(name);
  wrong(node, path, std::move(message));
  return {};
}

}  // namespace murder::api
