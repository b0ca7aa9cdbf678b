// Which members of objects are read at all: what is left out is never built, and costs no memory.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "operator/kubernetes/resource.h"

namespace murder::kubernetes {

// All members, but for those that were excepted. Lists of objects are looked through: {"status", "conditions", "type"}
// is that of each condition.
//
//   Fields().without({"spec"}).only({"status"}, {"podIP", "conditions"})
class Fields {
 public:
  using Path = std::initializer_list<std::string_view>;

  Fields& without(Path path);
  // Of what is at `path`, these members and no others. The path is not empty: Statuses come where objects were
  // expected.
  Fields& only(Path path, Path members);
  // As the member `name` of something that is kept in full.
  Fields within(std::string_view name) const;

  static const Fields& everything();
  // Those of a member; nullptr when it is left out.
  const Fields* of(std::string_view member) const;
  // Whether nothing was excepted.
  bool all() const { return others_ && named_.empty(); }
  // Takes out of a value that was read in full what is left out.
  void prune(Json& value) const;

 private:
  struct Member;

  Member& named(std::string_view name);
  Fields& at(Path path);

  bool others_ = true;
  std::vector<Member> named_;
};

struct Fields::Member {
  std::string name;
  bool kept = true;
  Fields fields = {};
};

}  // namespace murder::kubernetes
