// The CustomResourceDefinitions under crds/, made from the description of the resources.
// `murder crds --output crds/` writes them; a test holds that they are up to date.
#pragma once

#include <string>
#include <vector>

namespace murder::api {

struct CrdFile {
  std::string name;  // "murder.cyrus.dev_backends.yaml"
  std::string text;
};

std::vector<CrdFile> crds();

}  // namespace murder::api
