// Speech as IBM Watson's clients speak it: recordings, streams and asynchronous jobs.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "front/http/multipart.hpp"
#include "front/http/routes.hpp"
#include "front/http/url.hpp"
#include "speech/watson.hpp"
#include "speech/watson_socket.hpp"

namespace slipway::front::http {

namespace json = boost::json;

namespace {

constexpr std::chrono::minutes job_kept{7 * 24 * 60};

/// What the query asks for. `job` collects what is of jobs alone.
core::Result<speech::WatsonOptions> options_from(const HttpRequest& request, std::chrono::minutes* kept = nullptr) {
  const auto pairs = query_pairs(request.query);
  if (!pairs) return core::invalid(fmt::format("the query \"{}\" is not encoded as a URL", request.query));
  speech::WatsonOptions options;
  for (const auto& [name, value] : *pairs) {
    if (kept != nullptr && name == "results_ttl") {
      unsigned minutes = 0;
      const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), minutes);
      if (failure != std::errc() || end != value.data() + value.size())
        return core::invalid(fmt::format("results_ttl={} given, minutes expected", value));
      *kept = std::min(std::chrono::minutes(minutes), job_kept);
    } else if (kept != nullptr && name == "callback_url") {
      return core::invalid("callback_url: jobs call nobody back; ask GET /v1/recognitions/ID until it is completed");
    } else if (kept == nullptr || (name != "user_token" && name != "events")) {
      TRY_VOID(options.set(name, value));
    }
  }
  return options;
}

/// The recording in a request: its body, or the part "upload" of a form whose part "metadata" says more.
core::Result<speech::Sound> sound_in(HttpRequest& request, speech::WatsonOptions& options) {
  const std::string type(request.header("content-type"));
  if (!is_multipart(type)) return speech::Sound{std::move(request.body), type, std::move(request.cancelled)};
  TRY(const auto parts, multipart_parts(type, request.body.text()));
  speech::Sound sound{.bytes = {}, .content_type = "", .cancelled = std::move(request.cancelled)};
  bool found = false;
  for (const Part& part : parts) {
    if (part.name == "metadata") {
      boost::system::error_code error;
      const json::value metadata = json::parse(part.content, error);
      if (error || !metadata.is_object()) return core::invalid("the part \"metadata\" is no JSON object");
      for (const auto& [name, value] : metadata.as_object()) {
        if (name == "part_content_type") {
          if (!value.is_string()) return core::invalid("the part \"metadata\": part_content_type is no string");
          sound.content_type = value.as_string();
        } else if (name != "data_parts_count" && name != "sequence_id") {
          TRY_VOID(options.set_json(name, value));
        }
      }
    } else if (found) {
      return core::invalid("the form has several recordings, one expected");
    } else {
      found = true;
      sound.bytes = core::Buffer::copy_of(part.content);
      if (sound.content_type.empty()) sound.content_type = part.content_type;
    }
  }
  if (!found) return core::invalid("the form has no recording: a part called \"upload\" expected");
  return sound;
}

core::Result<void> recognise(speech::Service& service, HttpRequest& request, Responder& respond) {
  TRY(auto options, options_from(request));
  TRY(auto sound, sound_in(request, options));
  TRY(const auto model, service.find(options.model));
  TRY(auto place, service.place(sound.bytes.size()));
  service.recognise(std::move(place), model, std::move(sound),
                    [options = std::move(options), name = model->name(),
                     respond = std::move(respond)](core::Result<speech::Transcript> transcript) mutable {
                      respond(transcript ? HttpResponse::json(speech::watson_answer(*transcript, options, name))
                                         : HttpResponse::error(transcript.error()));
                    });
  return {};
}

core::Result<std::string> create_job(speech::Service& service, speech::Jobs& jobs, HttpRequest& request) {
  std::chrono::minutes kept = job_kept;
  TRY(auto options, options_from(request, &kept));
  TRY(auto sound, sound_in(request, options));
  TRY(const auto model, service.find(options.model));
  return jobs.create(model, std::move(sound), options, kept);
}

/// A WatsonSocket behind the interface of this room.
class WatsonHandler : public SocketHandler {
 public:
  explicit WatsonHandler(std::shared_ptr<speech::WatsonSocket> socket) : socket_(std::move(socket)) {}
  void on_text(std::string_view text) override { socket_->on_text(text); }
  void on_binary(std::span<const std::byte> bytes) override { socket_->on_binary(bytes); }
  bool work() override { return socket_->work(); }
  bool is_behind() const override { return socket_->is_behind(); }
  void on_tick(core::TimePoint now) override { socket_->on_tick(now); }
  void on_server_end() override { socket_->on_server_end(); }

 private:
  std::shared_ptr<speech::WatsonSocket> socket_;
};

core::Result<std::shared_ptr<SocketHandler>> open_stream(speech::Service& service, std::size_t request_bytes_max,
                                                         const HttpRequest& request,
                                                         const std::shared_ptr<SocketClient>& client) {
  TRY(auto options, options_from(request));
  TRY(const auto model, service.find(options.model));
  // what the handler holds must not hold the connection, which holds the handler
  const std::weak_ptr<SocketClient> weak = client;
  const auto to = [weak](auto action) {
    if (const auto alive = weak.lock()) action(*alive);
  };
  speech::WatsonSocket::Client callbacks{
      .send = [to](std::string text) { to([&](SocketClient& there) { there.send(std::move(text)); }); },
      .close = [to](std::string_view reason) { to([&](SocketClient& there) { there.close(reason); }); },
      .post =
          [to](std::move_only_function<void()> action) {
            to([&](SocketClient& there) { there.post(std::move(action)); });
          },
      .waiting_bytes_max = request_bytes_max};
  return std::make_shared<WatsonHandler>(
      std::make_shared<speech::WatsonSocket>(service, model, std::move(options), std::move(callbacks)));
}

HttpResponse answer_to(const core::Result<std::string>& document, unsigned status = 200) {
  return document ? HttpResponse::json(*document, status) : HttpResponse::error(document.error());
}

}  // namespace

void add_speech_routes(Router& router, speech::Service& service, speech::Jobs& jobs, std::size_t request_bytes_max) {
  router.add(Method::post, "/v1/recognize", [&service](HttpRequest request, Responder respond) {
    const auto begun = recognise(service, request, respond);
    if (!begun) respond(HttpResponse::error(begun.error()));
  });
  router.add_socket("/v1/recognize", [&service, request_bytes_max](const HttpRequest& request,
                                                                   const std::shared_ptr<SocketClient>& client) {
    return open_stream(service, request_bytes_max, request, client);
  });
  router.add(Method::post, "/v1/recognitions", [&service, &jobs](HttpRequest request, Responder respond) {
    respond(answer_to(create_job(service, jobs, request), 201));
  });
  router.add(Method::get, "/v1/recognitions",
             [&jobs](const HttpRequest& /*request*/, Responder respond) { respond(HttpResponse::json(jobs.list())); });
  router.add(Method::get, "/v1/recognitions/{id}", [&jobs](const HttpRequest& request, Responder respond) {
    respond(answer_to(jobs.get(request.path_values[0])));
  });
  router.add(Method::del, "/v1/recognitions/{id}", [&jobs](const HttpRequest& request, Responder respond) {
    const auto removed = jobs.remove(request.path_values[0]);
    if (!removed) return respond(HttpResponse::error(removed.error()));
    respond(HttpResponse::nothing());
  });
}

}  // namespace slipway::front::http
