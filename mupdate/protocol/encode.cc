#include "mupdate/protocol/encode.h"

namespace murder::mupdate {

void append_literal(std::string& out, std::string_view text) {
  out += '{';
  out += std::to_string(text.size());
  out += "+}\r\n";
  out += text;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') out += '\\';
    out += byte == '\r' || byte == '\n' || byte == '\0' ? ' ' : byte;
  }
  out += '"';
}

void append_command(std::string& out, std::string_view tag, std::string_view name,
                    std::span<const std::string_view> arguments) {
  out += tag;
  out += ' ';
  out += name;
  for (const auto argument : arguments) {
    out += ' ';
    append_literal(out, argument);
  }
  out += "\r\n";
}

}  // namespace murder::mupdate
