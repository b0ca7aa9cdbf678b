// "Did you mean …?": the known name that a mistyped one was probably meant to be.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace murder {

// How many characters must be inserted, removed, replaced or swapped with their neighbour to make `a` into `b`
// (Damerau-Levenshtein; no place is edited twice). Counts bytes, as the names of fields and options are ASCII.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `name`, the first of several equally near; none if all are too far to have been meant:
// a mistake in four characters is allowed, one at least and four at most.
std::optional<std::string_view> nearest(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace murder
