#include "protocol/openapi_speech.hpp"

#include <initializer_list>
#include <string>
#include <utility>

#include "protocol/openapi_operation.hpp"

namespace slipway::protocol::openapi {

namespace json = boost::json;

namespace {

json::object of_type(std::string_view type) { return {{"type", type}}; }
json::object list_of(json::value items) { return {{"type", "array"}, {"items", std::move(items)}}; }
json::object object_with(json::object properties, std::initializer_list<json::value_ref> required) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", json::array(required)}};
}

json::object one_of(std::initializer_list<json::value_ref> values) {
  return {{"type", "string"}, {"enum", json::array(values)}};
}

json::object in_query(std::string_view name, json::object schema, std::string_view description) {
  return {{"name", name}, {"in", "query"}, {"schema", std::move(schema)}, {"description", description}};
}

/// A recording as a body: its bytes, whatever kind of sound they are.
json::object recording() {
  const json::object bytes{{"schema", json::object{{"type", "string"}, {"format", "binary"}}}};
  return {{"required", true},
          {"content", json::object{{"audio/wav", bytes},
                                   {"audio/flac", bytes},
                                   {"audio/ogg", bytes},
                                   {"audio/mp3", bytes},
                                   {"audio/webm", bytes},
                                   {"audio/l16", bytes}}}};
}

json::object watson_results() {
  const json::object alternative = object_with({{"transcript", of_type("string")},
                                                {"confidence", of_type("number")},
                                                {"timestamps", list_of(of_type("array"))},
                                                {"word_confidence", list_of(of_type("array"))}},
                                               {"transcript"});
  const json::object result = object_with(
      {{"final", of_type("boolean")}, {"alternatives", list_of(alternative)}, {"end_of_utterance", of_type("string")}},
      {"final", "alternatives"});
  return object_with(
      {{"result_index", of_type("integer")}, {"results", list_of(result)}, {"warnings", list_of(of_type("string"))}},
      {"result_index", "results"});
}

json::array watson_parameters() {
  return {in_query("model", of_type("string"), "The model's name; the first by name where it is left out"),
          in_query("timestamps", of_type("boolean"), "Times of words, where the model tells"),
          in_query("word_confidence", of_type("boolean"), "How sure the model is of words, where it tells"),
          in_query("profanity_filter", of_type("boolean"), "Coarse English words to asterisks; true by default"),
          in_query("split_transcript_at_phrase_end", of_type("boolean"), "A result for each phrase")};
}

json::object operation(std::string_view summary, std::string id, json::object answer,
                       std::initializer_list<unsigned> refusals) {
  return {{"summary", summary},
          {"tags", json::array{speech_tag}},
          {"operationId", std::move(id)},
          {"responses", responses("Done", json_content(std::move(answer)), refusals)}};
}

json::object job() {
  return object_with({{"id", of_type("string")},
                      {"status", one_of({"processing", "completed", "failed"})},
                      {"created", of_type("string")},
                      {"updated", of_type("string")},
                      {"results", list_of(watson_results())},
                      {"details", list_of(of_type("object"))}},
                     {"id", "status", "created"});
}

void add_jobs(json::object& paths) {
  json::object create = operation("Begin to hear a recording", "create recognition", job(), {400, 404, 503});
  auto& answers = create["responses"].as_object();
  answers["201"] = answers["200"];
  answers.erase("200");
  create["parameters"] = watson_parameters();
  create["requestBody"] = recording();
  paths["/v1/recognitions"] =
      json::object{{"get", operation("The newest jobs", "recognitions",
                                     object_with({{"recognitions", list_of(job())}}, {"recognitions"}), {})},
                   {"post", std::move(create)}};
  json::object remove{{"summary", "Remove a job"},
                      {"tags", json::array{speech_tag}},
                      {"operationId", "delete recognition"},
                      {"responses", responses("Done", {}, {404})}};
  auto& removed = remove["responses"].as_object();
  removed.erase("200");
  removed["204"] = json::object{{"description", "Removed"}};
  paths["/v1/recognitions/{id}"] = json::object{
      {"parameters",
       json::array{json::object{{"name", "id"}, {"in", "path"}, {"required", true}, {"schema", of_type("string")}}}},
      {"get", operation("A job, and its results once it is completed", "recognition", job(), {404})},
      {"delete", std::move(remove)}};
}

json::object transcriptions() {
  const json::object form = object_with({{"file", json::object{{"type", "string"}, {"format", "binary"}}},
                                         {"model", of_type("string")},
                                         {"response_format", one_of({"json", "text", "srt", "vtt", "verbose_json"})},
                                         {"timestamp_granularities[]", list_of(one_of({"word", "segment"}))},
                                         {"stream", of_type("boolean")}},
                                        {"file", "model"});
  json::object made = operation("What is said in a recording, as OpenAI's clients ask", "transcriptions",
                                object_with({{"text", of_type("string")}}, {"text"}), {400, 404, 503});
  const json::object text{{"schema", of_type("string")}};
  auto& content = made["responses"].at("200").at("content").as_object();
  content["text/plain"] = text;
  content["text/vtt"] = text;
  content["text/event-stream"] = text;
  made["requestBody"] = json::object{
      {"required", true}, {"content", json::object{{"multipart/form-data", json::object{{"schema", form}}}}}};
  return made;
}

}  // namespace

void add_speech_paths(json::object& paths) {
  json::object recognize =
      operation("What is said in a recording, as Watson's clients ask", "recognize", watson_results(), {400, 404, 503});
  recognize["description"] = "A WebSocket opened at the same address takes sound as it is spoken.";
  recognize["parameters"] = watson_parameters();
  recognize["requestBody"] = recording();
  paths["/v1/recognize"] = json::object{{"post", std::move(recognize)}};
  paths["/v1/audio/transcriptions"] = json::object{{"post", transcriptions()}};
  add_jobs(paths);
}

}  // namespace slipway::protocol::openapi
