// A value, or the reason why there is none.
//
// Every boundary of this project reports failure by value: exceptions are thrown by libraries only and are caught where
// the library is called. A reason grows outward: each caller that knows something the reader would want to know puts it
// in front with in().
//
//   Result<Report> push(const Node& node) {
//     auto output = run(ctl_mboxlist(node));
//     if (!output) return std::move(output).error().in("push");
//     return parse_push_report(output->text);
//   }
#pragma once

#include <cassert>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace murder {

// What went wrong, outermost context first:
// "start be1: read imapd.conf: /srv/be1/imapd.conf: Permission denied".
struct Error {
  std::string message;

  // The same error, seen from one layer further out.
  [[nodiscard]] Error in(std::string_view context) && {
    message.insert(0, ": ");
    message.insert(0, context);
    return std::move(*this);
  }
  [[nodiscard]] Error in(std::string_view context) const& { return Error{message}.in(context); }

  bool operator==(const Error&) const = default;
};

// "open /etc/x: No such file or directory": what was tried, and what the system said of it. Reads errno when
// `error_number` is not given, so call it before anything else can change errno.
Error system_error(std::string_view what, std::string_view subject);
Error system_error(std::string_view what, std::string_view subject, int error_number);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  // Whatever T can be made from, as a function that returns T would accept.
  template <typename U>
  requires(std::convertible_to<U, T> && !std::same_as<std::remove_cvref_t<U>, Result> &&
           !std::same_as<std::remove_cvref_t<U>, Error> && !std::same_as<std::remove_cvref_t<U>, T>)
      Result(U&& value)  // NOLINT(bugprone-forwarding-reference-overload)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  explicit operator bool() const { return state_.index() == 0; }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    assert(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(state_.index() == 1);
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  T& value() {
    assert(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    assert(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }

  std::variant<T, Error> state_;
};

// For what either works or does not.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_; }
  const Error& error() const& {
    assert(error_);
    return *error_;
  }
  Error&& error() && {
    assert(error_);
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;
inline Status ok() { return {}; }

}  // namespace murder

// Leaves the enclosing function with the error of `expression`, if it is one.
#define MURDER_TRY(expression)                                                    \
  do {                                                                            \
    if (auto murder_try_result = (expression); !murder_try_result) [[unlikely]] { \
      return std::move(murder_try_result).error();                                \
    }                                                                             \
  } while (false)
