#include "operator/api/manifests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "operator/api/backend_fields.h"
#include "operator/api/crd.h"
#include "operator/api/mailbox_move_fields.h"
#include "operator/api/murder_cluster_fields.h"
#include "operator/api/schema/json_to_yaml.h"
#include "operator/api/schema/openapi.h"
#include "operator/api/schema/reader.h"
#include "operator/api/schema/screen.h"
#include "operator/config/cyrus/options.h"

namespace murder::api {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path kSources = MURDER_SOURCE_DIR;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> mistakes_of(const std::string& text) {
  auto parsed = parse_manifests({{"x.yaml", text}});
  std::vector<std::string> texts;
  if (const auto* mistakes = std::get_if<Mistakes>(&parsed)) {
    for (const auto& mistake : *mistakes) texts.push_back(mistake.text());
  }
  return texts;
}

std::string cluster(const std::string& spec) {
  return "apiVersion: murder.cyrus.dev/v1alpha1\nkind: MurderCluster\nmetadata: {name: mail}\nspec: " + spec + "\n";
}

template <typename Resource>
std::string write(const char* kind, const Resource& resource) {
  return to_yaml({{"apiVersion", std::string(kGroup) + "/" + kVersion},
                  {"kind", kind},
                  {"metadata", {{"name", resource.metadata.name}}},
                  {"spec", to_json(resource.spec)}}) +
         "---\n";
}

// What is written of everything that was read is read again as the same.
TEST(Manifests, WriteAndReadAgain) {
  for (const auto& entry : std::filesystem::directory_iterator(kSources / "examples/manifests")) {
    auto parsed = parse_manifests({{entry.path().string(), read(entry.path())}});
    auto& manifests = std::get<Manifests>(parsed);
    if (entry.path().stem() == "two-murders") continue;  // told apart by namespaces, which are not part of the spec
    std::string text;
    for (const auto& cluster : manifests.clusters) text += write("MurderCluster", cluster);
    for (const auto& backend : manifests.backends) text += write("Backend", backend);
    for (const auto& move : manifests.moves) text += write("MailboxMove", move);
    EXPECT_THAT(mistakes_of(text), IsEmpty()) << text;
    auto again = parse_manifests({{"written", text}});
    if (!std::holds_alternative<Manifests>(again)) continue;
    const auto& second = std::get<Manifests>(again);
    for (std::size_t i = 0; i < manifests.clusters.size(); ++i) {
      EXPECT_EQ(to_json(manifests.clusters[i].spec), to_json(second.clusters[i].spec));
    }
    for (std::size_t i = 0; i < manifests.backends.size(); ++i) {
      EXPECT_EQ(to_json(manifests.backends[i].spec), to_json(second.backends[i].spec));
    }
    for (std::size_t i = 0; i < manifests.moves.size(); ++i) {
      EXPECT_EQ(to_json(manifests.moves[i].spec), to_json(second.moves[i].spec));
    }
  }
}

void properties(const Json& schema, const std::string& path, std::set<std::string>& into) {
  if (!schema.contains("properties")) return;
  for (const auto& [name, property] : schema["properties"].items()) {
    into.insert(path + "." + name);
    properties(property.contains("items") ? property["items"] : property, path + "." + name, into);
  }
}

void written(const Json& json, const std::string& path, std::set<std::string>& into) {
  if (json.is_array()) {
    for (const auto& item : json) written(item, path, into);
  } else if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      into.insert(path + "." + name);
      written(value, path + "." + name, into);
    }
  }
}

// The other tests of these manifests would be worth little if a field were in none of them.
TEST(Manifests, TheGoodOnesSetEveryField) {
  std::set<std::string> known, set;
  properties(openapi_schema<MurderClusterSpec>(OpenApi::Defaults::Written), "MurderCluster", known);
  properties(openapi_schema<BackendSpec>(OpenApi::Defaults::Written), "Backend", known);
  properties(openapi_schema<MailboxMoveSpec>(OpenApi::Defaults::Written), "MailboxMove", known);
  for (const auto& entry : std::filesystem::directory_iterator(kSources / "examples/manifests")) {
    auto parsed = parse_manifests({{"x", read(entry.path())}});
    const auto& manifests = std::get<Manifests>(parsed);
    for (const auto& c : manifests.clusters) written(to_json(c.spec), "MurderCluster", set);
    for (const auto& b : manifests.backends) written(to_json(b.spec), "Backend", set);
    for (const auto& m : manifests.moves) written(to_json(m.spec), "MailboxMove", set);
  }
  for (const auto& field : known) EXPECT_TRUE(set.contains(field)) << field;
}

// Status is written to the API server, which refuses an empty date or a reason of several words.
TEST(Writer, LeavesOutWhatIsEmptyUnlessItIsRequired) {
  EXPECT_FALSE(to_json(BackendStatus{}).contains("lastPush"));
  EXPECT_EQ(to_json(Condition{})["message"], "");
}

TEST(Crds, AreThoseOfTheSources) {
  std::set<std::string> names;
  for (const auto& crd : crds()) {
    EXPECT_EQ(read(kSources / "crds" / crd.name), crd.text) << "./dev generate";
    names.insert(crd.name);
  }
  for (const auto& entry : std::filesystem::directory_iterator(kSources / "crds")) {
    EXPECT_TRUE(names.contains(entry.path().filename().string())) << entry.path();
  }
}

TEST(Reference, IsThatOfTheSources) {
  EXPECT_TRUE(read(kSources / "docs/resources.md") == reference()) << "./dev generate";
}

TEST(Manifests, AliasesAreReadAsWhatTheyStandFor) {
  auto parsed = parse_manifests(
      {{"x", cluster("{authentication: {users: &names [alice, bob], mechanisms: [PLAIN]}}") +
                 "---\napiVersion: murder.cyrus.dev/v1alpha1\nkind: Backend\nmetadata: {name: &b be1}\n"
                 "spec: {clusterRef: {name: mail}, partitions: [{name: p1}], imapd: {serverinfo: *b}}\n"}});
  EXPECT_EQ(std::get<Manifests>(parsed).backends.front().spec.imapd.at("serverinfo"), "be1");
}

// Ten lists of ten aliases each: ten thousand million strings if it were expanded.
TEST(Manifests, AnAliasBombIsRefusedAtOnce) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 1; j < 10; ++j) text += ", " + last;
    text += "]\n";
  }
  text = cluster("{authentication: {users: *a9}}").insert(0, text);
  const auto mistakes = mistakes_of(text);
  ASSERT_EQ(mistakes.size(), 20u);  // ten unknown fields, ten items that are no strings
  EXPECT_THAT(mistakes, Contains(HasSubstr("spec.authentication.users[9]: must be a string, not a list")));
}

TEST(Manifests, ManyAliasesOfALongTextAreRefusedWithoutRepeatingIt) {
  std::string text = "x: &x \"" + std::string(1 << 20, 'x') + "\"\n" + cluster("{authentication: {users: [*x");
  for (int i = 0; i < 500; ++i) text += ", *x";
  text += "]}}\n";
  std::size_t size = 0;
  for (const auto& mistake : mistakes_of(text)) size += mistake.size();
  EXPECT_GT(size, 0u);
  EXPECT_LT(size, 1u << 20);
  std::string aliases = "x: &x 1\ny: [*x";
  for (std::size_t i = 0; i < kMostAliases; ++i) aliases += ", *x";
  EXPECT_THAT(mistakes_of(aliases + "]\n"),
              ElementsAre("x.yaml:2: more than 1000 aliases (*name): write the values out"));
}

TEST(Manifests, AnAnchorWithinItselfIsNoLoop) {
  EXPECT_THAT(mistakes_of(cluster("&s {frontend: *s}")),
              ElementsAre("x.yaml:4: spec.frontend.frontend: is not known here"));
}

// yaml-cpp 0.7 begins the document at such a comma again and again; found by manifest_fuzz.
TEST(Manifests, ATextThatYamlCppDoesNotGetPastIsRefused) {
  for (const char* text : {",", "a: b\n---\n,x: y\n"}) {
    const auto parsed = parse_manifests({{"f.yaml", text}});
    const auto* mistakes = std::get_if<Mistakes>(&parsed);
    ASSERT_NE(mistakes, nullptr) << text;
    EXPECT_THAT(mistakes->front().message, testing::HasSubstr("no document begins here")) << text;
  }
}

// Found by manifest_fuzz.
TEST(Manifests, AMistakeFitsOnOneLine) {
  EXPECT_THAT(mistakes_of("apiVersion: \"a\\nb\""),
              ElementsAre(R"(x.yaml:1: apiVersion: "a\nb" is not known: write murder.cyrus.dev/v1alpha1)"));
  EXPECT_THAT(mistakes_of("apiVersion: murder.cyrus.dev/v1alpha1\nkind: \"a\\nb\""),
              ElementsAre(R"(x.yaml:2: kind: "a\nb" is not one of MurderCluster, Backend, MailboxMove)"));
}

TEST(Manifests, DeepNestingIsRefused) {
  EXPECT_THAT(mistakes_of(std::string(100000, '[')), ElementsAre(HasSubstr("is not YAML")));
  std::string deep;
  for (int i = 0; i < 70; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_THAT(mistakes_of(deep), ElementsAre("x.yaml:65: nested more than 64 levels deep"));
}

// libstdc++'s std::regex would end in a stack overflow here.
TEST(Manifests, LongTextsAreMatchedWithoutRecursion) {
  const std::string text(1 << 18, 'a');
  EXPECT_EQ(mistakes_of(cluster("{imapd: {all: {? " + text + " : \"1\"}}}")).size(), 0u);
  EXPECT_EQ(mistakes_of(cluster("{domain: " + text + "}")).size(), 1u);
  EXPECT_EQ(mistakes_of(cluster("{frontend: {replicas: 1" + std::string(1 << 18, '0') + "}}")).size(), 1u);
}

TEST(Manifests, ManyFieldsTakeNoQuadraticTime) {
  std::string text = "{";
  for (int i = 0; i < 50000; ++i) text += "k" + std::to_string(i) + ": 1, ";
  EXPECT_EQ(mistakes_of(cluster(text + "}")).size(), 50000u);
}

TEST(Manifests, TextsAreCountedInCharacters) {
  std::string value;
  for (int i = 0; i < 4096; ++i) value += "é";
  EXPECT_THAT(mistakes_of(cluster("{imapd: {all: {serverinfo: \"" + value + "\"}}}")), IsEmpty());
  EXPECT_THAT(mistakes_of(cluster("{imapd: {all: {serverinfo: \"" + value + "é\"}}}")),
              ElementsAre(HasSubstr("at most 4096 characters")));
}

TEST(Screen, TakesUtf8Alone) {
  int line = 0;
  for (const char* good : {"", "a\tb\r\n", "é", "€", "😀", "\xef\xbf\xbd"}) EXPECT_TRUE(is_text(good, line)) << good;
  for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80", "\xff\xfe", "\x1b", "\x7f"}) {
    EXPECT_FALSE(is_text(bad, line)) << bad;
  }
  EXPECT_FALSE(is_text("a\nb\n\x80", line));
  EXPECT_EQ(line, 3);
}

// kubectl's reader is of YAML 1.1.
TEST(ScalarType, IsThatOfYaml11) {
  const auto type = [](const char* text) { return scalar_type(YAML::Load(text)); };
  for (const char* text : {"yes", "No", "on", "OFF", "true", "y"}) EXPECT_EQ(type(text), ScalarType::Boolean) << text;
  for (const char* text : {"0", "-5", "017", "0x1F", "1_000", "0b11"})
    EXPECT_EQ(type(text), ScalarType::Integer) << text;
  for (const char* text : {"3.10", "08", ".5", "1e3", ".inf"}) EXPECT_EQ(type(text), ScalarType::Float) << text;
  for (const char* text : {"~", "null", "''"}) {
    EXPECT_EQ(type(text), text[0] == '\'' ? ScalarType::String : ScalarType::Null) << text;
  }
  for (const char* text : {"3.10.2", "1:30", "2001-01-01", "\"yes\"", "!!str 5", "127.0.0.1"}) {
    EXPECT_EQ(type(text), ScalarType::String) << text;
  }
}

// Kubernetes' API conventions: a cluster's `scale`, conditions as a list map.
TEST(Crds, ConditionsAreAListMapByType) {
  for (const auto& schema : {openapi_schema<MurderClusterStatus>(OpenApi::Defaults::LeftOut),
                             openapi_schema<BackendStatus>(OpenApi::Defaults::LeftOut),
                             openapi_schema<MailboxMoveStatus>(OpenApi::Defaults::LeftOut)}) {
    const auto& conditions = schema["properties"]["conditions"];
    EXPECT_EQ(conditions["x-kubernetes-list-type"], "map");
    EXPECT_EQ(conditions["x-kubernetes-list-map-keys"], Json::array({"type"}));
    EXPECT_EQ(schema.dump().find("\"default\""), std::string::npos);
  }
}

TEST(OwnedKeys, AreSortedAndKnownToCyrus) {
  const std::vector<std::string> services = {"lmtp"};  // lmtp_admins is admins, for one service
  for (std::size_t i = 0; i < kOwnedKeys.size(); ++i) {
    if (i > 0) {
      EXPECT_LT(kOwnedKeys[i - 1].key, kOwnedKeys[i].key);
    }
    bool known = false;
    for (const auto version : cyrus::all_versions)
      known |= cyrus::find_option(version, kOwnedKeys[i].key, services) != nullptr;
    EXPECT_TRUE(known) << kOwnedKeys[i].key;
  }
}

// A rule for imap_admins must not take away an option that merely ends alike.
TEST(OwnedKeys, OtherOptionsAreNotTakenForAServicesOwn) {
  for (const auto& option : cyrus::option_table()) {
    if (option.is_family() || std::any_of(kOwnedKeys.begin(), kOwnedKeys.end(),
                                          [&](const OwnedKey& owned) { return owned.key == option.name; })) {
      continue;
    }
    if (option.name.ends_with(kOwnedSuffix)) continue;
    EXPECT_EQ(owner_of(option.name), "") << option.name;
  }
  EXPECT_NE(owner_of("imap_admins"), "");
  EXPECT_EQ(owner_of("superadmins"), "");
}

}  // namespace
}  // namespace murder::api
