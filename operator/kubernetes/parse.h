// Reads what the API server sends, without building what nobody looks at: `managedFields`, about half of all metadata,
// and whatever else a kind's `Fields` leave out.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "operator/kubernetes/fields.h"

namespace murder::kubernetes {

// Keeps its memory from one text to the next: one for each thread that reads many.
class LeanParser {
 public:
  // So many bytes behind a text must be readable, whatever they are.
  static constexpr std::size_t padding = 64;

  LeanParser();
  ~LeanParser();
  LeanParser(LeanParser&&) noexcept;

  // Nothing when it is no JSON, wherever the fault is: what is left out is checked as well.
  std::optional<Json> parse(std::string_view padded_text, const Fields& fields);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace murder::kubernetes
