#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <grpc_service.pb.h>

#include <cstdint>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "core/request.hpp"
#include "core/tensor.hpp"
#include "protocol/output_form.hpp"
#include "protocol/shared_tensor.hpp"

namespace slipway::protocol {

/// An input of an inference.ModelInferRequest as it stands on the wire. All but its typed contents is read by hand:
/// protobuf builds the whole of a shape or of a map of parameters, many times the bytes that came, before anybody can
/// say that they are too many.
struct GrpcInput {
  std::string name;
  std::string datatype;
  core::Shape shape;
  SharedClaim shared;
  std::optional<inference::InferTensorContents> contents;
  core::Result<void> fits;  ///< an error for dimensions or parameters that cannot be; its sentence begins with nothing
};

/// The same of a requested output.
struct GrpcOutput {
  OutputWish wish;
  core::Result<void> fits;
};

// Each reads a field behind its tag; a limit must be set on `in`. False for one that is damaged or claims more than is
// there.
bool read_string(google::protobuf::io::CodedInputStream& in, std::string& text);
/// One without a value is passed over.
bool read_parameter(google::protobuf::io::CodedInputStream& in, core::Parameters& parameters);
bool read_input(google::protobuf::io::CodedInputStream& in, GrpcInput& input);
bool read_output(google::protobuf::io::CodedInputStream& in, GrpcOutput& output);
/// Passes over a field of a later protocol.
bool skip_field(google::protobuf::io::CodedInputStream& in, std::uint32_t tag);

}  // namespace slipway::protocol
