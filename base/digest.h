// SHA-256, to tell whether two texts are the same without keeping both.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace murder {

// 64 hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

// Of files by name: names and bytes count, paths before the name do not matter as long as the names are the same.
std::string digest_of_files(const std::map<std::string, std::string>& files);

}  // namespace murder
