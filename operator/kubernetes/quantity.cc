#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "operator/kubernetes/apply.h"

namespace murder::kubernetes {
namespace {

struct Suffix {
  std::string_view text;
  double factor;
};
constexpr std::array<Suffix, 15> suffixes = {{{"n", 1e-9},
                                              {"u", 1e-6},
                                              {"m", 1e-3},
                                              {"", 1},
                                              {"k", 1e3},
                                              {"M", 1e6},
                                              {"G", 1e9},
                                              {"T", 1e12},
                                              {"P", 1e15},
                                              {"Ki", 0x1p10},
                                              {"Mi", 0x1p20},
                                              {"Gi", 0x1p30},
                                              {"Ti", 0x1p40},
                                              {"Pi", 0x1p50},
                                              {"Ei", 0x1p60}}};

std::optional<double> amount_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number)) return {};
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& suffix : suffixes) {
    if (rest == suffix.text) return number * suffix.factor;
  }
  if (rest == "E") return number * 1e18;
  return {};
}

}  // namespace

bool same_quantity(std::string_view a, std::string_view b) {
  const auto left = amount_of(a);
  const auto right = amount_of(b);
  if (!left || !right) return false;
  // Written differently, the same decimal may differ in its last binary digit.
  return std::abs(*left - *right) <= 1e-12 * std::max(std::abs(*left), std::abs(*right));
}

}  // namespace murder::kubernetes
