// Whatever is fed, parse_manifests answers with resources or with mistakes that each name a file and fit on one line.
// What was accepted can be written and read again. Seeds: examples/manifests, operator/api/testdata.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "operator/api/backend_fields.h"
#include "operator/api/mailbox_move_fields.h"
#include "operator/api/manifests.h"
#include "operator/api/murder_cluster_fields.h"
#include "operator/api/schema/json_to_yaml.h"
#include "operator/api/schema/writer.h"

namespace {

using namespace murder::api;

template <typename Resource>
void read_again(const char* kind, const std::vector<Resource>& resources) {
  for (const auto& resource : resources) {
    const Json json{{"apiVersion", std::string(kGroup) + "/" + kVersion},
                    {"kind", kind},
                    {"metadata", {{"name", resource.metadata.name}}},
                    {"spec", to_json(resource.spec)}};
    Manifests manifests;
    Mistakes mistakes;
    parse_documents({"again", to_yaml(json)}, manifests, mistakes);
    if (!mistakes.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = parse_manifests({{"fuzz", std::string(reinterpret_cast<const char*>(data), size)}});
  if (const auto* mistakes = std::get_if<Mistakes>(&parsed)) {
    if (mistakes->empty()) std::abort();
    for (const auto& mistake : *mistakes) {
      if (mistake.file.empty() || mistake.text().find('\n') != std::string::npos) std::abort();
    }
    return 0;
  }
  const auto& manifests = std::get<Manifests>(parsed);
  read_again("MurderCluster", manifests.clusters);
  read_again("Backend", manifests.backends);
  read_again("MailboxMove", manifests.moves);
  return 0;
}
