#include "operator/kubernetes/list_decoder.h"

namespace murder::kubernetes {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

void ListDecoder::feed(std::string_view bytes) {
  // Items that were handed out are gone from here on; what is left is the part of one.
  const std::size_t done = state_ == State::Item ? start_ : scanned_;
  buffer_.erase(0, done);
  scanned_ -= done;
  start_ = 0;
  buffer_.insert(size(), bytes);
}

ListDecoder::Next ListDecoder::next() {
  const char* const data = buffer_.data();
  const std::size_t end = size();
  while (scanned_ < end && state_ != State::Broken) {
    const char c = data[scanned_];
    switch (state_) {
      case State::Envelope:
      case State::EnvelopeString:
      case State::EnvelopeEscape:
        look_at_envelope(c);
        ++scanned_;
        break;

      case State::FirstItem:
      case State::NextItem:
      case State::BehindItem:
        if (!is_space(c)) begin_item(c);
        ++scanned_;
        break;

      case State::Item: {
        scanned_ = scanner_.scan(data, scanned_, end);
        const std::string_view item(data + start_, scanned_ - start_);
        if (item.size() > largest_) {
          broken("an item of more than " + std::to_string(largest_) + " bytes");
        } else if (!scanner_.inside()) {
          state_ = State::BehindItem;
          return Item{item};
        }
        break;
      }

      case State::Broken:
        break;
    }
  }
  if (state_ == State::Broken) return Malformed{broken_};
  return NeedMore{};
}

void ListDecoder::look_at_envelope(char c) {
  if (envelope_.size() >= largest_) return broken("more than " + std::to_string(largest_) + " bytes around the items");
  envelope_ += c;
  if (state_ == State::EnvelopeEscape) {
    state_ = State::EnvelopeString;
  } else if (state_ == State::EnvelopeString) {
    if (c == '\\') state_ = State::EnvelopeEscape;
    if (c == '"') {
      state_ = State::Envelope;
      is_items_ = depth_ == 1 && std::string_view(envelope_).substr(string_begin_) == R"("items")";
    }
  } else if (c == '"') {
    state_ = State::EnvelopeString;
    string_begin_ = envelope_.size() - 1;
  } else if (c == '[' && depth_ == 1 && is_items_) {
    state_ = State::FirstItem;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if ((c == '}' || c == ']') && depth_ > 0) {
    --depth_;
  } else if (c == ',') {
    is_items_ = false;
  }
}

void ListDecoder::begin_item(char c) {
  if (c == ']' && state_ != State::NextItem) {
    envelope_ += c;
    is_items_ = false;
    state_ = State::Envelope;
  } else if (c == ',' && state_ == State::BehindItem) {
    state_ = State::NextItem;
  } else if (c == '{' && state_ != State::BehindItem) {
    start_ = scanned_;
    scanner_.begin();
    state_ = State::Item;
  } else {
    broken(std::string("an item begins with '") + c + "'");
  }
}

std::string_view ListDecoder::envelope() {
  const std::size_t size = envelope_.size();
  envelope_.append(LeanParser::padding, '\0');
  return std::string_view(envelope_).substr(0, size);
}

void ListDecoder::broken(std::string what) {
  state_ = State::Broken;
  broken_ = std::move(what);
}

}  // namespace murder::kubernetes
