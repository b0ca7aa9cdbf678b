// The CustomResourceDefinitions under crds/, made from the description of the resources.
// `murder crds --to crds/` writes them; a test holds that they are up to date.
#pragma once

#include <string>
#include <vector>

namespace murder::api {

struct CrdFile {
  std::string name;  // "murder.cyrus.dev_backends.yaml"
  std::string text;
};

std::vector<CrdFile> crds();

// docs/resources.md: every field of the three resources, with type, default, bounds and description. Written by
// `murder crds --reference`.
std::string reference();

}  // namespace murder::api
