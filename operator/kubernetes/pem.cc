#include <fstream>
#include <sstream>

#include "operator/kubernetes/config.h"

namespace murder::kubernetes {

Result<std::string> Pem::read() const {
  if (!data.empty() || file.empty()) return data;
  std::ifstream in(file, std::ios::binary);
  if (!in) return system_error("open", file);
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad() || text.str().empty()) return Error{file + ": cannot be read, or is empty"};
  return text.str();
}

}  // namespace murder::kubernetes
