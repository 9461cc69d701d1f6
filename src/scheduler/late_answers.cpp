#include "scheduler/late_answers.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

#include "scheduler/answer.hpp"

namespace slipway::scheduler {

LateAnswers::LateAnswers(std::string model, Take take, Probe& probe, core::Clock clock)
    : thread_([model = std::move(model), take = std::move(take), &probe, clock](const std::stop_token& end) {
        JobList late;
        for (bool goes_on = true; goes_on;) {
          try {
            goes_on = take(late, end);
            answer_dropped(late, clock(), probe);
          } catch (const std::exception& error) {  // a want of memory, say
            spdlog::error("model \"{}\": {}", model, error.what());
          }
          late.clear();  // what was not answered is by being dropped
        }
      }) {}

}  // namespace slipway::scheduler
