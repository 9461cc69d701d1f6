#include "measure/in_process_transport.hpp"

#include <fmt/format.h>

#include <utility>

#include "admission/admission.hpp"
#include "measure/completion_box.hpp"
#include "models/made_inputs.hpp"

namespace slipway::measure {

namespace {

class InProcessLanes : public Lanes {
 public:
  InProcessLanes(models::Handle version, const std::vector<core::Tensor>& inputs, std::uint32_t count)
      : version_(std::move(version)), inputs_(models::views_of(inputs)), count_(count) {}
  ~InProcessLanes() override { box_.wait_for_all(); }
  InProcessLanes(const InProcessLanes&) = delete;
  InProcessLanes& operator=(const InProcessLanes&) = delete;

  std::uint32_t count() const override { return count_; }

  void send(std::uint32_t lane) override {
    core::Request request;
    request.model = version_->name();
    request.inputs = inputs_;
    box_.begin();
    admission::infer(version_, std::move(request), [this, lane](const core::Result<core::Response>& result) {
      Ended ended{.lane = lane, .at = core::now(), .error = {}};
      if (!result) {
        ended.outcome = Outcome::failed;
        ended.error = fmt::format("{}: {}", core::code_name(result.error().code()), result.error().message());
      }
      box_.end(std::move(ended));
    });
  }

  void wait(core::TimePoint until, std::vector<Ended>& ended) override { box_.wait(until, ended); }

 private:
  models::Handle version_;
  std::vector<core::TensorView> inputs_;
  std::uint32_t count_;
  CompletionBox box_;
};

}  // namespace

InProcessTransport::InProcessTransport(models::Handle version, std::vector<core::Tensor> inputs)
    : version_(std::move(version)), inputs_(std::move(inputs)) {}

core::Result<std::unique_ptr<Lanes>> InProcessTransport::open(std::uint32_t lanes) const {
  return std::make_unique<InProcessLanes>(version_, inputs_, lanes);
}

}  // namespace slipway::measure
