// How a resource is described: once, by one function a struct, from which the YAML reader, the JSON writer and the
// CustomResourceDefinition are made. So no field can be known to one of them and not to the others.
//
//   template <typename Io>
//   void fields(Io& io, PartitionSpec& partition) {
//     io.field({.name = "name", .doc = "As mailbox locations say it.", .required = true, .pattern = kPartition},
//              partition.name);
//     io.rule({.cel = "…", .message = "…"}, partition, [](const PartitionSpec& p) { return …; });
//   }
//
// Defaults are the initial values of the struct's members.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murder::api {

// A regular expression, and what it asks for in words. RE2's syntax, as the API server's is; always anchored at both
// ends.
struct Pattern {
  const char* regex;
  const char* words;
};

// What a RawJson is.
enum class Shape { Object, ListOfObjects };

struct Field {
  const char* name;
  const char* doc;  // one sentence or a few; becomes the CRD's description and the reference under docs/
  bool required = false;
  bool immutable = false;
  std::optional<std::int64_t> minimum;
  std::optional<std::int64_t> maximum;
  std::optional<Pattern> pattern;         // of a string, of each item of a list of strings, of each key of a map
  std::optional<Pattern> value_pattern;   // of each value of a map
  std::optional<std::int64_t> min_items;  // of a list
  std::optional<std::int64_t> max_items;  // of a list or map
  std::int64_t max_length = 253;          // in characters, of a string, of each item, of each value
  const char* list_key = nullptr;         // of a list of objects: the field that tells them apart
  const char* format = nullptr;           // OpenAPI's, such as date-time
  Shape shape = Shape::Object;            // of a RawJson
  bool amounts = false;                   // each value of a map is what kAmount says, or a whole number
};

// What must hold between fields of one object: said in CEL for the API server, and in C++ beside it.
struct Rule {
  std::string cel;         // over `self`
  std::string message;     // what is wrong and what to write instead
  const char* field = "";  // the field to blame, relative to the object, as ".partitions"
};

// What must hold of each key of a map: no key may match `refused`.
struct KeyRule {
  std::string refused;  // a regular expression, anchored
  std::string message;  // for the API server, which cannot say more of the key that it found
  const char* field;    // the map, relative to the object, as ".imapd"
};

// "10Gi", "500M", or a whole number of bytes: a Kubernetes quantity, kept as it was written.
struct Quantity {
  std::string text;
  bool operator==(const Quantity&) const = default;
};

inline constexpr Pattern kQuantity{R"([1-9][0-9]{0,14}(\.[0-9]{1,3})?(k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?)",
                                   "a size such as 10Gi, 500M or 1073741824"};

// What containers get of a resource: a Kubernetes quantity too, but of fractions and of nothing as well.
inline constexpr Pattern kAmount{R"((0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?)",
                                 "an amount such as 2, 500m or 1Gi (in quotes if it has a fraction, such as \"0.5\")"};

// The largest whole number that is a quantity without quotes: of as many digits as the patterns allow.
inline constexpr std::int64_t kLargestQuantity = 999999999999999;

// What of Kubernetes' own is passed on as it was written: compact JSON with sorted keys, or empty when absent. Only the
// shape is known here.
struct RawJson {
  std::string text;
  bool operator==(const RawJson&) const = default;
};

// The names of an enum's values, in the order in which a person would want to read them. Specialized beside each enum:
//   template <> inline constexpr auto enum_names<Engine> = std::to_array<EnumName<Engine>>({…});
template <typename E>
struct EnumName {
  E value;
  const char* name;
};
template <typename E>
inline constexpr std::nullptr_t enum_names = nullptr;

template <typename E>
concept NamedEnum = requires {
  enum_names<E>.size();
};

template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  for (const auto& entry : enum_names<E>) {
    if (entry.value == value) return entry.name;
  }
  return "";
}

}  // namespace murder::api
