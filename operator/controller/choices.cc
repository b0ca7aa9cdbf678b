#include "operator/controller/choices.h"

namespace murder::controller {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Choices> parse_choices(std::string_view text) {
  Choices choices;
  // A mailbox may have commas and equals signs in its name: a part ends where a comma follows one of the two words.
  std::string part;
  while (true) {
    const auto comma = text.find(',');
    part += text.substr(0, comma);
    const auto equals = part.rfind('=');
    const auto word = equals == std::string::npos ? "" : trimmed(std::string_view(part).substr(equals + 1));
    if (word == "here" || word == "master") {
      const std::string mailbox(trimmed(std::string_view(part).substr(0, equals)));
      if (mailbox.empty()) return Error{"\"" + part + "\": a mailbox must stand before the ="};
      (word == "here" ? choices.here : choices.master).push_back(mailbox);
      part.clear();
    } else if (comma != std::string_view::npos) {
      part += ',';
    }
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  if (!trimmed(part).empty()) {
    return Error{"\"" + part + "\": write MAILBOX=here or MAILBOX=master, several separated by commas"};
  }
  return choices;
}

Result<Choices> choices_of(const Json& backend) {
  Choices choices;
  if (const auto text = kubernetes::annotation_of(backend, kResolveAnnotation)) {
    auto parsed = parse_choices(*text);
    if (!parsed) return std::move(parsed).error().in(std::string("annotation ") + kResolveAnnotation);
    choices = *std::move(parsed);
  }
  choices.allow_mass_delete = kubernetes::annotation_of(backend, kAllowMassDeleteAnnotation) == "true";
  return choices;
}

}  // namespace murder::controller
