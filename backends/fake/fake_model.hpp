#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "slipway/backend.h"

namespace slipway::fake {

/// An input or output as the file declares it.
struct FakeTensor {
  std::string name;
  slipway_dtype dtype = SLIPWAY_FP32;
  std::vector<std::int64_t> dims;      ///< -1 where dynamic
  std::vector<std::string> dim_names;  ///< empty, or one for each dimension, "" for no name
};

/// A model that does what its file says: a `key=value` a line, `#` begins a comment, each key once unless said
/// otherwise.
///
///   input=x FP32 -1,4 batch,   an input: name, type, dimensions ("" for a scalar) and, where wanted, their names;
///                              several lines are several inputs. output= likewise
///   mode=echo                  what a run does, and what it does when this is not given: output i is a copy of input i
///                              (of the last input where there are fewer), in the input's shape
///   delay_us=1000              every run takes this long, and
///   delay_us_per_row=10        this for each row of the first input
///   then_after=100             after so many runs of an instance
///   then_delay_us=0            this takes the place of delay_us, and
///   then_delay_us_per_row=50   this that of delay_us_per_row (0 each where it is not given)
///   fail=sentence              every run fails with it, or
///   throw=sentence             throws a C++ exception with it over the edge, as a broken backend would;
///   fail_every=3               only every third run of an instance does (alone: with a sentence of its own)
///   fail_load=sentence         loading fails with it
///
/// A value; nothing here keeps the file.
struct FakeModel {
  std::vector<FakeTensor> inputs;
  std::vector<FakeTensor> outputs;
  struct Delay {
    std::int64_t us = 0;
    std::int64_t us_per_row = 0;
  };
  Delay delay;
  std::int64_t then_after = 0;  ///< runs of an instance with `delay`; 0: all
  Delay then_delay;
  std::int64_t fail_every = 0;  ///< 0: no run fails
  bool throws = false;          ///< failing runs throw
  std::string failure;          ///< what failing runs say
  std::string fail_load;
};

/// Throws std::invalid_argument, with the file and the line where there is one.
FakeModel read_fake_model(const std::string& path);

}  // namespace slipway::fake
