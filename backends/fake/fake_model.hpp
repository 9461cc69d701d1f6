#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "slipway/backend.h"

namespace slipway::fake {

struct FakeTensor {
  std::string name;
  slipway_dtype dtype = SLIPWAY_FP32;
  std::vector<std::int64_t> dims;
};

/// A model that does what its file says: a `key=value` a line, `#` begins a comment.
///
///   input=x FP32 -1,4      an input (several lines: several inputs); output= likewise
///   delay_us=1000          every run takes this long, and
///   delay_us_per_row=10    this for each row of the first input
///   fail_every=3           every third run of an instance fails
///   fail_load=sentence     loading fails with it
///
/// Output i is input i (or the last there is): a test sees what went in. Throws std::invalid_argument with the line.
struct FakeModel {
  std::vector<FakeTensor> inputs;
  std::vector<FakeTensor> outputs;
  std::int64_t delay_us = 0;
  std::int64_t delay_us_per_row = 0;
  std::int64_t fail_every = 0;
  std::string fail_load;
};

FakeModel read_fake_model(const std::string& path);

}  // namespace slipway::fake
