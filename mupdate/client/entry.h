// One record of the mailbox list.
#pragma once

#include <string>
#include <string_view>

namespace murder::mupdate {

// Reserved: the name is taken, the mailbox is not usable (yet, or any more).
enum class State { Active, Reserved };

constexpr std::string_view to_string(State state) { return state == State::Active ? "active" : "reserved"; }

// As long as the call lasts that handed it out.
struct EntryView {
  State state = State::Active;
  std::string_view name;      // internal: "user.fred.Drafts" (MUPDATE.md 1.5)
  std::string_view location;  // location.h splits it
  std::string_view acl;       // "fred\tlrswipkxtecda\t"; empty when reserved

  bool operator==(const EntryView&) const = default;
};

struct Entry {
  State state = State::Active;
  std::string name;
  std::string location;
  std::string acl;

  Entry() = default;
  Entry(State of, std::string named, std::string at, std::string access = {})
      : state(of), name(std::move(named)), location(std::move(at)), acl(std::move(access)) {}
  explicit Entry(const EntryView& view) : state(view.state), name(view.name), location(view.location), acl(view.acl) {}

  EntryView view() const { return {.state = state, .name = name, .location = location, .acl = acl}; }
  bool operator==(const Entry&) const = default;
};

}  // namespace murder::mupdate
