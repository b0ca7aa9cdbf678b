#include "operator/kubernetes/parse.h"

#include <vector>

namespace murder::kubernetes {
namespace {

// Builds a value from the parser's events (nlohmann::json_sax).
class Builder {
 public:
  explicit Builder(const std::function<void(Json&)>& prune) : prune_(prune) {}

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(Json::number_integer_t value) { return put(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return put(value); }
  bool number_float(Json::number_float_t value, const std::string&) { return put(value); }
  bool string(std::string& value) { return put(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }

  bool start_object(std::size_t) { return open(Json::value_t::object); }
  bool start_array(std::size_t) { return open(Json::value_t::array); }
  bool key(std::string& name) {
    if (skipping_ > 0) return true;
    skip_next_ = name == "managedFields";
    if (!skip_next_) member_ = &(*open_.back())[std::move(name)];
    items_next_ = open_.size() == 1 && member_ != nullptr && !skip_next_ && is_items();
    return true;
  }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  template <typename Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    return false;
  }

  Json take() { return std::move(root_); }

 private:
  bool is_items() const {
    const auto items = open_.front()->find("items");
    return items != open_.front()->end() && &*items == member_;
  }

  Json* place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_object()) {
      *member_ = std::move(value);
      return member_;
    }
    open_.back()->push_back(std::move(value));
    return &open_.back()->back();
  }

  template <typename Value>
  bool put(Value&& value) {
    if (skipping_ > 0) return true;
    if (skip_next_) {
      skip_next_ = false;
      return true;
    }
    place(Json(std::forward<Value>(value)));
    return true;
  }

  bool open(Json::value_t type) {
    if (skipping_ > 0 || skip_next_) {
      skip_next_ = false;
      ++skipping_;
      return true;
    }
    open_.push_back(place(Json(type)));
    if (items_next_ && type == Json::value_t::array) items_depth_ = open_.size();
    items_next_ = false;
    return true;
  }

  bool close() {
    if (skipping_ > 0) {
      --skipping_;
      return true;
    }
    Json* const closed = open_.back();
    open_.pop_back();
    if (items_depth_ != 0 && open_.size() == items_depth_ && prune_) prune_(*closed);
    if (open_.size() < items_depth_) items_depth_ = 0;
    return true;
  }

  const std::function<void(Json&)>& prune_;
  Json root_;
  // Pointers into the values being built. Only the innermost array grows, and what is open is its last element.
  std::vector<Json*> open_;
  Json* member_ = nullptr;
  bool skip_next_ = false;
  bool items_next_ = false;
  std::size_t skipping_ = 0;
  std::size_t items_depth_ = 0;
};

}  // namespace

std::optional<Json> parse_lean(std::string_view text, const std::function<void(Json&)>& prune) {
  Builder builder(prune);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return {};
  return builder.take();
}

}  // namespace murder::kubernetes
