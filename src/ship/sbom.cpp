#include "ship/sbom.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <tuple>

#include "core/utc_time.hpp"
#include "models/model_hash.hpp"

namespace slipway::ship {

namespace json = boost::json;

core::Result<std::string> spdx(const std::string& image, std::int64_t created, std::vector<Component> components) {
  std::ranges::sort(components, {}, [](const Component& one) { return std::tie(one.name, one.version); });
  json::array packages;
  json::array relations;
  std::string all = image;
  for (const Component& one : components) {
    const std::string id = fmt::format("SPDXRef-{}", packages.size() + 1);
    json::object package{{"SPDXID", id},
                         {"name", one.name},
                         {"versionInfo", one.version.empty() ? "NOASSERTION" : one.version},
                         {"downloadLocation", "NOASSERTION"},
                         {"filesAnalyzed", false},
                         {"licenseConcluded", "NOASSERTION"},
                         {"licenseDeclared", "NOASSERTION"},
                         {"copyrightText", "NOASSERTION"}};
    if (!one.url.empty())
      package["externalRefs"] = json::array{json::object{
          {"referenceCategory", "PACKAGE-MANAGER"}, {"referenceType", "purl"}, {"referenceLocator", one.url}}};
    if (!one.sha256.empty())
      package["checksums"] = json::array{json::object{{"algorithm", "SHA256"}, {"checksumValue", one.sha256}}};
    packages.push_back(std::move(package));
    relations.push_back(json::object{
        {"spdxElementId", "SPDXRef-DOCUMENT"}, {"relationshipType", "DESCRIBES"}, {"relatedSpdxElement", id}});
    all += fmt::format("\n{} {} {}", one.name, one.version, one.sha256);
  }
  TRY(const std::string hash, models::text_hash(all));
  return json::serialize(json::object{{"spdxVersion", "SPDX-2.3"},
                                      {"dataLicense", "CC0-1.0"},
                                      {"SPDXID", "SPDXRef-DOCUMENT"},
                                      {"name", image},
                                      {"documentNamespace", fmt::format("https://spdx.org/spdxdocs/slipway-{}", hash)},
                                      {"creationInfo",
                                       {{"created", core::utc_text(created)},
                                        {"creators", json::array{fmt::format("Tool: slipway-{}", SLIPWAY_VERSION)}}}},
                                      {"packages", std::move(packages)},
                                      {"relationships", std::move(relations)}});
}

}  // namespace slipway::ship
