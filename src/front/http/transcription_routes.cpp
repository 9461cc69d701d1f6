// Speech as OpenAI's clients speak it.
#include <boost/json.hpp>
#include <string>
#include <utility>

#include "core/printable.hpp"
#include "front/http/multipart.hpp"
#include "front/http/routes.hpp"
#include "speech/openai.hpp"

namespace slipway::front::http {

namespace {

/// OpenAI's clients show the sentence of an error where it stands in an object.
HttpResponse refusal(const core::Error& error) {
  HttpResponse response = HttpResponse::error(error);
  const bool ours = response.status >= 500;
  response.body.clear();
  response.body.push_back(core::Buffer::copy_of(
      boost::json::serialize(boost::json::object{{"error",
                                                  {{"message", core::told(error.message())},
                                                   {"type", ours ? "server_error" : "invalid_request_error"},
                                                   {"param", nullptr},
                                                   {"code", nullptr}}}})));
  return response;
}

core::Result<void> transcribe(speech::Service& service, HttpRequest& request, Responder& respond) {
  const std::string type(request.header("content-type"));
  if (!is_multipart(type)) return core::invalid("a form (multipart/form-data) with a file and a model expected");
  TRY(const auto parts, multipart_parts(type, request.body.text()));
  speech::OpenaiOptions options;
  const Part* file = nullptr;
  for (const Part& part : parts) {
    if (part.name == "file") {
      file = &part;
    } else {
      TRY_VOID(options.set(part.name, part.content));
    }
  }
  if (file == nullptr) return core::invalid("the form has no part \"file\" with the recording");
  if (options.model.empty()) return core::invalid("the form has no part \"model\" with the name of one");
  TRY(const auto model, service.find(options.model));
  // clients name the type after the file's ending, or not at all: the bytes tell
  speech::Sound sound{
      .bytes = core::Buffer::copy_of(file->content), .content_type = "", .cancelled = std::move(request.cancelled)};
  TRY(auto place, service.place(sound.bytes.size()));
  service.recognise(
      std::move(place), model, std::move(sound),
      [options = std::move(options), respond = std::move(respond)](core::Result<speech::Transcript> heard) mutable {
        if (!heard) return respond(refusal(heard.error()));
        speech::OpenaiAnswer answer = speech::openai_answer(*heard, options);
        respond(HttpResponse::text(answer.body, answer.content_type));
      });
  return {};
}

}  // namespace

void add_transcription_routes(Router& router, speech::Service& service) {
  router.add(Method::post, "/v1/audio/transcriptions", [&service](HttpRequest request, Responder respond) {
    const auto begun = transcribe(service, request, respond);
    if (!begun) respond(refusal(begun.error()));
  });
}

}  // namespace slipway::front::http
