#pragma once

#include <grpc_service.pb.h>

#include "core/buffer.hpp"
#include "core/dtype.hpp"
#include "core/error.hpp"

namespace slipway::protocol {

/// The typed contents of a tensor (inference.InferTensorContents) in the layout of core::TensorView. Each element type
/// has its field: BOOL, INT8 to INT32 in int_contents, UINT8 to UINT32 in uint_contents, and so on. invalid_argument
/// for values in another field, for a number out of the type's range, and for FP16 and BF16, which have none.
core::Result<core::Buffer> buffer_from(const inference::InferTensorContents& contents, core::DataType dtype);

}  // namespace slipway::protocol
