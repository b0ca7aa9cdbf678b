// For tests and fuzz targets: what came out of some bytes, as text, one event a line.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mupdate/protocol/lexer.h"
#include "mupdate/protocol/response.h"

namespace murder::mupdate {

using Pieces = std::span<const std::string_view>;

// "line A01 FIND [user.x]", "data AGFi", "literal 3", "malformed A01 Extra arguments", "fatal A01 Line too long".
// A line that is AUTHENTICATE makes the lexer of commands expect data next.
std::string command_transcript(Pieces pieces, Limits limits = {});

// "mailbox U01 [user.x] [be1!p1] [acl]", "ok N01 [Noop done]", "greeting [host] ...", ...; "error ..." ends it.
std::string response_transcript(Pieces pieces, Limits limits = {});

// All the ways to cut `bytes` that the tests try: whole, byte by byte, and in two at every offset.
std::vector<std::vector<std::string_view>> every_split(std::string_view bytes);

}  // namespace murder::mupdate
