#include "speech/place.hpp"

#include <fmt/format.h>

namespace slipway::speech {

core::Result<Place> Place::take(std::shared_ptr<Held> held, std::size_t bytes) {
  Place place(std::move(held));
  if (place.held_->recordings > recordings_max)
    return core::fail(core::Code::resource_exhausted,
                      fmt::format("{} recordings are being heard already; try again later", recordings_max));
  TRY_VOID(place.grow(bytes));
  return place;
}

Place::~Place() {
  if (!held_) return;
  held_->bytes -= bytes_;
  --held_->recordings;
}

core::Result<void> Place::grow(std::size_t bytes) {
  const std::size_t all = held_->bytes.fetch_add(bytes);
  if (all == bytes_ || all + bytes <= bytes_max) {
    bytes_ += bytes;
    return {};
  }
  held_->bytes -= bytes;
  return core::fail(core::Code::resource_exhausted,
                    fmt::format("the recordings that are being heard hold {} MB already, and this one {} MB of at most "
                                "{} together; try again later",
                                (all - bytes_) >> 20U, (bytes_ + bytes) >> 20U, bytes_max >> 20U));
}

}  // namespace slipway::speech
