// Writing MUPDATE.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace murder::mupdate {

// As Cyrus writes every name, location and ACL, and its clients every argument: "{n+}" CRLF and the bytes. Any byte can
// stand in it, and the reader need not be asked.
void append_literal(std::string& out, std::string_view text);

// For what people read, as results: with '"' and '\' escaped. CR, LF and NUL cannot stand in one and become blanks.
void append_quoted(std::string& out, std::string_view text);

// "tag NAME {n+}... CRLF". `tag` and `name` are words.
void append_command(std::string& out, std::string_view tag, std::string_view name,
                    std::span<const std::string_view> arguments);

}  // namespace murder::mupdate
