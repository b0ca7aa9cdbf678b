#include "operator/kubernetes/fields.h"

#include <algorithm>

namespace murder::kubernetes {

Fields::Member& Fields::named(std::string_view name) {
  const auto found = std::ranges::find(named_, name, &Member::name);
  if (found != named_.end()) return *found;
  return named_.emplace_back(Member{.name = std::string(name)});
}

Fields& Fields::at(Path path) {
  Fields* fields = this;
  for (const auto name : path) fields = &fields->named(name).fields;
  return *fields;
}

Fields& Fields::without(Path path) {
  Fields* fields = this;
  const auto* const last = std::prev(path.end());
  for (const auto* name = path.begin(); name != last; ++name) fields = &fields->named(*name).fields;
  fields->named(*last).kept = false;
  return *this;
}

Fields& Fields::only(Path path, Path members) {
  auto& fields = at(path);
  fields.others_ = false;
  for (const auto member : members) fields.named(member);
  return *this;
}

Fields Fields::within(std::string_view name) const {
  Fields outer;
  outer.named(name).fields = *this;
  return outer;
}

const Fields& Fields::everything() {
  static const Fields fields;
  return fields;
}

const Fields* Fields::of(std::string_view member) const {
  if (all()) return this;
  for (const auto& each : named_) {
    if (each.name == member) return each.kept ? &each.fields : nullptr;
  }
  return others_ ? &everything() : nullptr;
}

void Fields::prune(Json& value) const {
  if (all()) return;
  if (value.is_array()) {
    for (auto& element : value) {
      if (element.is_object()) prune(element);
    }
  }
  if (!value.is_object()) return;
  for (auto member = value.begin(); member != value.end();) {
    const auto* const inner = of(member.key());
    if (inner == nullptr) {
      member = value.erase(member);
    } else {
      inner->prune(*member++);
    }
  }
}

}  // namespace murder::kubernetes
