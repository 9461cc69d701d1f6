#include "protocol/openapi.hpp"

#include <gmock/gmock.h>

#include "protocol/openapi_operation.hpp"
#include "protocol/openapi_schema.hpp"

namespace slipway::protocol {
namespace {

namespace json = boost::json;
using core::DataType;

core::TensorInfo tensor(std::string name, DataType dtype, core::Shape shape) {
  return {.name = std::move(name), .dtype = dtype, .shape = std::move(shape), .dim_names = {}};
}

openapi::Service digits() {
  return {.name = "digits",
          .version = "3",
          .description = "Reads a digit.",
          .inputs = {tensor("x", DataType::fp32, {-1, 4})},
          .outputs = {tensor("y", DataType::fp32, {-1, 10})}};
}

json::value document_of(const openapi::Service& service) {
  return json::parse(openapi_document(std::vector<openapi::Service>{service}));
}

const json::value& operation(const json::value& document, const std::string& path, const char* method) {
  return document.at("paths").at(path).at(method);
}

TEST(OpenApiDocument, HasTheServersPathsWhenNothingIsServed) {
  const json::value document = json::parse(openapi_document(std::vector<openapi::Service>{}));
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  for (const char* path : {"/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/stats", "/v2/repository/index",
                           "/v2/systemsharedmemory/region/{region}/register", "/metrics"})
    EXPECT_TRUE(document.at("paths").as_object().contains(path)) << path;
}

TEST(OpenApiDocument, HasEveryPathOfAServiceWithAndWithoutItsVersion) {
  const json::value document = document_of(digits());
  for (const char* base : {"/v2/models/digits", "/v2/models/digits/versions/{version}"}) {
    for (const char* ending : {"", "/ready", "/config", "/stats"})
      EXPECT_NO_THROW(static_cast<void>(operation(document, std::string(base) + ending, "get"))) << base << ending;
    EXPECT_NO_THROW(static_cast<void>(operation(document, std::string(base) + "/infer", "post"))) << base;
  }
  EXPECT_NO_THROW(static_cast<void>(operation(document, "/v2/models/digits/generate", "post")));
  EXPECT_NO_THROW(
      static_cast<void>(operation(document, "/v2/models/digits/versions/{version}/generate_stream", "post")));
  EXPECT_NO_THROW(static_cast<void>(operation(document, "/services/digits", "post")));
  for (const char* method : {"get", "post"})
    EXPECT_NO_THROW(static_cast<void>(operation(document, "/v2/models/digits/trace/setting", method))) << method;
}

TEST(OpenApiDocument, EveryOperationHasAnIdOfItsOwn) {
  std::set<std::string> ids;
  std::size_t operations = 0;
  const json::value document = document_of(digits());
  for (const auto& [path, methods] : document.at("paths").as_object()) {
    for (const auto& [method, found] : methods.as_object()) {
      if (method == "parameters") continue;
      ids.insert(std::string(found.at("operationId").as_string()));
      ++operations;
    }
  }
  EXPECT_EQ(ids.size(), operations);
}

TEST(OpenApiDocument, EveryReferenceLeadsToAComponent) {
  const std::string text = openapi_document(std::vector<openapi::Service>{digits()});
  const json::value document = json::parse(text);
  std::size_t found = 0;
  for (std::size_t at = text.find("\"#/"); at != std::string::npos; at = text.find("\"#/", at + 1)) {
    const std::size_t begin = at + 2;
    const std::string pointer = text.substr(begin, text.find('"', begin) - begin);
    EXPECT_NO_THROW(static_cast<void>(document.at_pointer(pointer))) << pointer;
    ++found;
  }
  EXPECT_GT(found, 0U);
}

TEST(OpenApiDocument, TheInferExampleIsARequestOfTheModel) {
  const json::value document = document_of(digits());
  const json::value& body = operation(document, "/v2/models/digits/infer", "post").at("requestBody");
  const json::value& input = body.at("content").at("application/json").at("example").at("inputs").at(0);
  EXPECT_EQ(input.at("name"), "x");
  EXPECT_EQ(input.at("datatype"), "FP32");
  EXPECT_EQ(input.at("shape"), (json::array{1, 4}));
  EXPECT_EQ(input.at("data").as_array().size(), 4U);
}

TEST(OpenApiDocument, AServiceThatTakesBytesTakesFilesAndText) {
  openapi::Service service = digits();
  service.takes_bytes = true;
  service.gives_labels = true;
  const json::value document = document_of(service);
  const json::value& ask = operation(document, "/services/digits", "post");
  EXPECT_TRUE(ask.at("requestBody").at("content").as_object().contains("application/octet-stream"));
  EXPECT_TRUE(ask.at("requestBody").at("content").as_object().contains("text/plain"));
  const json::value& answer = ask.at("responses").at("200").at("content").at("application/json").at("schema");
  EXPECT_EQ(answer.at("properties").at("labels").at("$ref"), "#/components/schemas/Labels");
}

TEST(OpenApiDocument, HasTheAddressesOfSpeechWhereAModelListens) {
  openapi::Service service = digits();
  EXPECT_FALSE(document_of(service).at("paths").as_object().contains("/v1/recognize"));
  service.listens = true;
  const json::value document = document_of(service);
  EXPECT_TRUE(
      operation(document, "/v1/recognize", "post").at("requestBody").at("content").as_object().contains("audio/webm"));
  EXPECT_TRUE(operation(document, "/v1/recognitions", "post").at("responses").as_object().contains("201"));
  EXPECT_TRUE(operation(document, "/v1/recognitions/{id}", "delete").at("responses").as_object().contains("204"));
  EXPECT_NO_THROW(static_cast<void>(operation(document, "/v1/audio/transcriptions", "post")));
}

TEST(OpenApiDocument, AnExampleTooLargeToShowIsGivenByItsAddress) {
  openapi::Service service = digits();
  service.inputs = {tensor("picture", DataType::fp32, {-1, 3, 224, 224})};
  const json::value document = document_of(service);
  const json::value& infer = operation(document, "/v2/models/digits/infer", "post");
  const json::object& content = infer.at("requestBody").at("content").at("application/json").as_object();
  EXPECT_FALSE(content.contains("example"));
  EXPECT_EQ(content.at("examples").at("whole").at("externalValue"), "/openapi/examples/digits/infer");
  EXPECT_THAT(std::string(infer.at("description").as_string()), testing::HasSubstr("/openapi/examples/digits/infer"));
  const auto example = openapi::example_body(service, openapi::infer_door);
  ASSERT_TRUE(example);
  EXPECT_EQ(example->at("inputs").at(0).at("data").as_array().size(), 3U * 224 * 224);
}

TEST(OpenApiDocument, NoExampleIsMadeOfMillionsOfElements) {
  openapi::Service service = digits();
  service.inputs = {tensor("volume", DataType::fp32, {-1, 1024, 1024, 64})};
  EXPECT_FALSE(openapi::example_body(service, openapi::infer_door));
  const json::value document = document_of(service);
  const json::value& infer = operation(document, "/v2/models/digits/infer", "post");
  const json::object& content = infer.at("requestBody").at("content").at("application/json").as_object();
  EXPECT_FALSE(content.contains("example") || content.contains("examples"));
  EXPECT_THAT(std::string(infer.at("description").as_string()), testing::HasSubstr("slipway infer"));
}

TEST(OpenApiDocument, NamesAreEncodedInPathsAndPlainElsewhere) {
  openapi::Service service = digits();
  service.name = "my {digits}/é";
  const json::value document = document_of(service);
  const json::value& found = operation(document, "/v2/models/my%20%7Bdigits%7D%2F%C3%A9/infer", "post");
  EXPECT_EQ(found.at("tags").at(0), "my {digits}/é");
}

TEST(OpenApiSchema, NestedListsDemandTheSizesOfSmallTensorsAlone) {
  const json::object small = openapi::nested_input_schema(tensor("x", DataType::int32, {-1, 4}));
  EXPECT_FALSE(small.contains("minItems"));
  EXPECT_EQ(small.at("items").at("minItems"), 4);
  EXPECT_EQ(small.at("items").at("items").at("type"), "integer");
  const json::object large = openapi::nested_input_schema(tensor("x", DataType::int32, {-1, 2048}));
  EXPECT_FALSE(large.at("items").as_object().contains("minItems"));
}

TEST(OpenApiSchema, OutputsOfUnknownShapeMayBeAnything) {
  EXPECT_FALSE(openapi::nested_output_schema(tensor("y", DataType::fp32, {})).contains("type"));
}

TEST(OpenApiSchema, ElementsHaveTheBoundsOfTheirType) {
  EXPECT_EQ(openapi::element_schema(DataType::uint8).at("maximum"), 255);
  EXPECT_EQ(openapi::element_schema(DataType::int8).at("minimum"), -128);
  EXPECT_EQ(openapi::element_schema(DataType::uint64).at("maximum"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(openapi::element_schema(DataType::bytes).at("type"), "string");
}

TEST(OpenApiSchema, ExamplesAreOneRowWithGuessedSides) {
  EXPECT_EQ(openapi::example_shape(tensor("x", DataType::fp32, {-1, 3, -1, -1})), (core::Shape{1, 3, 32, 32}));
  EXPECT_EQ(openapi::example_shape(tensor("ids", DataType::int64, {-1, -1})), (core::Shape{1, 8}));
  EXPECT_EQ(openapi::nested_example(tensor("b", DataType::boolean, {1, 2})), json::parse("[[true,true]]"));
}

}  // namespace
}  // namespace slipway::protocol
