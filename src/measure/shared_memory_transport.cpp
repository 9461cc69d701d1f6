#include "measure/shared_memory_transport.hpp"

#include <utility>

namespace slipway::measure {

namespace {

class SharedMemoryLanes : public Lanes {
 public:
  SharedMemoryLanes(const SharedMemoryServer& server, std::string region)
      : server_(server), region_(std::move(region)) {}
  ~SharedMemoryLanes() override {
    within_.reset();  // what is under way may still use the region
    (void)server_.remove(region_);
  }
  SharedMemoryLanes(const SharedMemoryLanes&) = delete;
  SharedMemoryLanes& operator=(const SharedMemoryLanes&) = delete;

  core::Result<void> open(const SlotLayout& layout, std::uint32_t lanes) {
    way_ = server_.transport(layout, region_, lanes);
    TRY(within_, way_->open(lanes));
    return {};
  }

  std::uint32_t count() const override { return within_->count(); }
  void send(std::uint32_t lane) override { within_->send(lane); }
  void wait(core::TimePoint until, std::vector<Ended>& ended) override { within_->wait(until, ended); }

 private:
  const SharedMemoryServer& server_;
  std::string region_;
  std::unique_ptr<Transport> way_;
  std::unique_ptr<Lanes> within_;
};

}  // namespace

SharedMemoryTransport::SharedMemoryTransport(std::unique_ptr<SharedMemoryServer> server, SlotLayout layout,
                                             std::vector<core::Tensor> inputs)
    : server_(std::move(server)), layout_(std::move(layout)), inputs_(std::move(inputs)) {}

core::Result<std::unique_ptr<Lanes>> SharedMemoryTransport::open(std::uint32_t lanes) const {
  TRY(SharedSlots object, SharedSlots::make(layout_, lanes, inputs_));
  TRY_VOID(server_->add(object.region()));
  auto opened = std::make_unique<SharedMemoryLanes>(*server_, object.region().name);
  TRY_VOID(opened->open(layout_, lanes));
  return opened;
}

}  // namespace slipway::measure
