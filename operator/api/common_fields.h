// What common.h declares, described. See schema/field.h.
#pragma once

#include <map>
#include <string>

#include "operator/api/common.h"
#include "operator/api/owned_keys.h"

namespace murder::api {

template <typename Io>
void fields(Io& io, LocalRef& ref) {
  io.field({.name = "name",
            .doc = "Name of the object, in the same namespace.",
            .required = true,
            .pattern = kName,
            .max_length = 63},
           ref.name);
}

template <typename Io>
void fields(Io& io, Condition& condition) {
  io.field({.name = "type",
            .doc = "Type of the condition.",
            .required = true,
            .pattern = Pattern{"[A-Za-z]([-A-Za-z0-9_.]*[A-Za-z0-9])?", "a condition's type such as Ready"},
            .max_length = 316},
           condition.type);
  io.field({.name = "status", .doc = "True, False or Unknown.", .required = true}, condition.status);
  io.field({.name = "observedGeneration", .doc = "The generation that this condition was computed from.", .minimum = 0},
           condition.observed_generation);
  io.field(
      {.name = "lastTransitionTime", .doc = "When the status last changed.", .required = true, .format = "date-time"},
      condition.last_transition_time);
  io.field({.name = "reason",
            .doc = "One word, for programs.",
            .required = true,
            .pattern = Pattern{"[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?", "one word such as MasterDown"},
            .max_length = 1024},
           condition.reason);
  io.field({.name = "message",
            .doc = "What a person wants to know: object, cause, what happens next.",
            .required = true,
            .max_length = 32768},
           condition.message);
}

// A map of overrides, with the rule that it touches nothing of the operator's.
template <typename Io>
void overrides(Io& io, const char* name, const char* doc, std::map<std::string, std::string>& into) {
  io.field({.name = name,
            .doc = doc,
            .pattern = kImapdKey,
            .value_pattern = kImapdValue,
            .max_items = 256,
            .max_length = 4096},
           into);
  const std::string field = std::string(".") + name;
  io.key_rule({.refused = owned_keys_regex(),
               .message = "options that the operator writes cannot be overridden; use the field that decides them "
                          "(docs/settings.md)",
               .field = field.c_str()},
              into, refused_because);
}

}  // namespace murder::api
