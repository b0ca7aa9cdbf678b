#include "operator/api/schema/screen.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <sstream>

namespace murder::api {
namespace {

// How many octets the first character of `text` has; 0 when it is not one.
std::size_t character(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = octet(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(i) & 0xC0) != 0x80) return 0;
  }
  const std::uint8_t second = octet(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second >= 0xA0;
  const bool beyond = first == 0xF4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : size;
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r') || c == '\x7f';
}

class Screen : public YAML::EventHandler {
 public:
  Screen(const std::string& file, Mistakes& mistakes) : file_(file), mistakes_(mistakes) {}

  // yaml-cpp 0.7 takes no token off a text such as "," and would begin the same document for ever.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == begun_at_) throw YAML::ParserException(mark, "no document begins here");
    begun_at_ = mark.pos;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    if (++aliases_ == kMostAliases + 1) {
      wrong(mark, "more than " + std::to_string(kMostAliases) + " aliases (*name): write the values out");
    }
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    check_tag(mark, tag);
    if (tag == "?" && value == "<<") wrong(mark, "merge keys (<<) are not read here: write the fields out");
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    enter(mark, tag);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    enter(mark, tag);
  }
  void OnMapEnd() override { --depth_; }

 private:
  void wrong(const YAML::Mark& mark, std::string message) {
    mistakes_.push_back({file_, mark.line + 1, "", std::move(message)});
  }
  void enter(const YAML::Mark& mark, const std::string& tag) {
    check_tag(mark, tag);
    if (++depth_ == kDeepest + 1) wrong(mark, "nested more than " + std::to_string(kDeepest) + " levels deep");
  }
  // "?" and "!" are yaml-cpp's for a plain and a quoted scalar without a tag.
  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
    wrong(mark, "tags are not read here: write the value without one");
  }

  const std::string& file_;
  Mistakes& mistakes_;
  int begun_at_ = -1;
  int aliases_ = 0;
  int depth_ = 0;
};

}  // namespace

bool is_text(std::string_view text, int& line) {
  line = 1;
  while (!text.empty()) {
    const std::size_t size = is_control(text.front()) ? 0 : character(text);
    if (size == 0) return false;
    if (text.front() == '\n') ++line;
    text.remove_prefix(size);
  }
  return true;
}

void screen(const std::string& file, const std::string& text, Mistakes& mistakes) {
  if (text.size() > kLargestFile) {
    mistakes.push_back({file, 0, "", "is larger than 4 MiB: is it a manifest?"});
    return;
  }
  int line = 0;
  if (!is_text(text, line)) {
    mistakes.push_back({file, line, "", "is not UTF-8 text"});
    return;
  }
  const std::size_t before = mistakes.size();
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Screen events(file, mistakes);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const YAML::Exception& exception) {
    mistakes.resize(before);  // what a broken text seemed to have is no help
    mistakes.push_back(
        {file, exception.mark.is_null() ? 0 : exception.mark.line + 1, "", "is not YAML: " + exception.msg});
  }
}

}  // namespace murder::api
