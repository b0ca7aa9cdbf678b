#include "operator/api/stored_move.h"

#include "operator/api/mailbox_move_fields.h"
#include "operator/api/schema/reader.h"
#include "operator/api/schema/writer.h"

namespace murder::api {

std::string write_stored_move(const MailboxMove& move) {
  Json json{{"apiVersion", std::string(kGroup) + "/" + kVersion}, {"kind", "MailboxMove"}};
  json["metadata"] = {{"name", move.metadata.name}};
  if (!move.metadata.namespace_.empty()) json["metadata"]["namespace"] = move.metadata.namespace_;
  json["spec"] = to_json(move.spec);
  json["status"] = to_json(move.status);
  return json.dump(2) + "\n";
}

Result<MailboxMove> read_stored_move(std::string_view text) {
  const auto parsed = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return Error{"is not a JSON object"};
  if (parsed.value("kind", Json()) != "MailboxMove") return Error{"is no MailboxMove"};
  MailboxMove move;
  // JSON is YAML, and the reader of manifests is for that.
  YAML::Node node;
  try {
    node = YAML::Load(std::string(text));
  } catch (const YAML::Exception& exception) {
    return Error{exception.msg};
  }
  if (const auto name = node["metadata"]["name"]; name && name.IsScalar()) move.metadata.name = name.Scalar();
  if (const auto name = node["metadata"]["namespace"]; name && name.IsScalar())
    move.metadata.namespace_ = name.Scalar();
  Mistakes mistakes;
  Lines lines;
  Reader reader(node, "", "", mistakes, lines);
  for (const char* known : {"apiVersion", "kind", "metadata"}) reader.ignore(known);
  reader.field({.name = "spec", .doc = "", .required = true}, move.spec);
  reader.field({.name = "status", .doc = "", .required = true}, move.status);
  reader.refuse_unknown();
  if (mistakes.empty()) return move;
  std::string message;
  for (const auto& mistake : mistakes) {
    message += (message.empty() ? "" : "; ") + mistake.path + ": " + mistake.message;
  }
  return Error{message};
}

}  // namespace murder::api
