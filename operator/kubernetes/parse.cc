// The only file that knows simdjson, which finds what is where in a text; what is kept is then built as Json. It reads
// less than nlohmann::json does (no integers of more than 64 bits, no byte order mark, 1024 levels): what it refuses is
// asked of that one, whose word counts.
#include "operator/kubernetes/parse.h"

#include <simdjson.h>

namespace murder::kubernetes {
namespace {

namespace dom = simdjson::dom;

// The types were asked for: nothing here can fail.
void build(Json& into, const dom::element& from, const Fields& fields);

void build_object(Json& into, const dom::object& from, const Fields& fields) {
  into = Json::object();
  auto& members = into.get_ref<Json::object_t&>();
  for (const auto& [name, value] : from) {
    const auto* const inner = fields.of(name);
    // Most come in order. Of a name that comes twice the last counts.
    if (inner != nullptr) build(members.try_emplace(members.end(), std::string(name))->second, value, *inner);
  }
}

void build_array(Json& into, const dom::array& from, const Fields& fields) {
  into = Json::array();
  auto& elements = into.get_ref<Json::array_t&>();
  elements.reserve(from.size());
  for (const auto element : from) {
    build(elements.emplace_back(), element, element.is_object() ? fields : Fields::everything());
  }
}

void build(Json& into, const dom::element& from, const Fields& fields) {
  switch (from.type()) {
    case dom::element_type::OBJECT:
      return build_object(into, from.get_object().value_unsafe(), fields);
    case dom::element_type::ARRAY:
      return build_array(into, from.get_array().value_unsafe(), fields);
    case dom::element_type::STRING:
      into = from.get_string().value_unsafe();
      return;
    case dom::element_type::INT64: {
      const auto number = from.get_int64().value_unsafe();
      into = number < 0 ? Json(number) : Json(static_cast<std::uint64_t>(number));
      return;
    }
    case dom::element_type::UINT64:
      into = from.get_uint64().value_unsafe();
      return;
    case dom::element_type::DOUBLE:
      into = from.get_double().value_unsafe();
      return;
    case dom::element_type::BOOL:
      into = from.get_bool().value_unsafe();
      return;
    case dom::element_type::NULL_VALUE:
      into = nullptr;
      return;
  }
}

}  // namespace

static_assert(LeanParser::padding >= simdjson::SIMDJSON_PADDING);

struct LeanParser::State {
  dom::parser parser;
};

LeanParser::LeanParser() : state_(std::make_unique<State>()) {}
LeanParser::~LeanParser() = default;
LeanParser::LeanParser(LeanParser&&) noexcept = default;

std::optional<Json> LeanParser::parse(std::string_view padded_text, const Fields& fields) {
  const auto document = state_->parser.parse(padded_text.data(), padded_text.size(), /*realloc_if_needed=*/false);
  if (document.error() == simdjson::SUCCESS) {
    std::optional<Json> built(std::in_place);
    build(*built, document.value_unsafe(), fields);
    return built;
  }
  Json plain = Json::parse(padded_text, nullptr, /*allow_exceptions=*/false);
  if (plain.is_discarded()) return {};
  fields.prune(plain);
  return plain;
}

}  // namespace murder::kubernetes
