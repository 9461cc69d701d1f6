# The target slipway_triton_proto: messages and service of the Open Inference Protocol over gRPC with Triton's
# extensions (package inference), generated from the descriptors that come with the Python package tritonclient.
file(GLOB SLIPWAY_TRITONCLIENT ${SLIPWAY_DEPS_DIR}/python/lib/python3*/site-packages/tritonclient/grpc)
if(NOT SLIPWAY_TRITONCLIENT)
  message(FATAL_ERROR "tritonclient is not in ${SLIPWAY_DEPS_DIR}/python; run scripts/setup, or pip install --no-deps tritonclient there")
endif()
list(GET SLIPWAY_TRITONCLIENT 0 SLIPWAY_TRITONCLIENT)

set(SLIPWAY_TRITON_DIR ${PROJECT_BINARY_DIR}/triton_proto)
set(SLIPWAY_TRITON_MODULES ${SLIPWAY_TRITONCLIENT}/model_config_pb2.py ${SLIPWAY_TRITONCLIENT}/service_pb2.py)
set(SLIPWAY_TRITON_SOURCES model_config.pb.cc grpc_service.pb.cc grpc_service.grpc.pb.cc)
list(TRANSFORM SLIPWAY_TRITON_SOURCES PREPEND ${SLIPWAY_TRITON_DIR}/)
file(MAKE_DIRECTORY ${SLIPWAY_TRITON_DIR})
add_custom_command(
  OUTPUT ${SLIPWAY_TRITON_SOURCES} ${SLIPWAY_TRITON_DIR}/grpc_service.pb.h ${SLIPWAY_TRITON_DIR}/grpc_service.grpc.pb.h
         ${SLIPWAY_TRITON_DIR}/model_config.pb.h
  COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/scripts/proto_descriptors triton.pb ${SLIPWAY_TRITON_MODULES}
  COMMAND protobuf::protoc --descriptor_set_in=triton.pb --cpp_out=. model_config.proto grpc_service.proto
  COMMAND protobuf::protoc --descriptor_set_in=triton.pb --grpc_out=. --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> grpc_service.proto
  DEPENDS ${PROJECT_SOURCE_DIR}/scripts/proto_descriptors ${SLIPWAY_TRITON_MODULES}
  WORKING_DIRECTORY ${SLIPWAY_TRITON_DIR} VERBATIM)
add_library(slipway_triton_proto STATIC ${SLIPWAY_TRITON_SOURCES})
# a library of its own: generated code does not keep to our warnings
target_include_directories(slipway_triton_proto SYSTEM PUBLIC ${SLIPWAY_TRITON_DIR})
target_link_libraries(slipway_triton_proto PUBLIC protobuf::libprotobuf gRPC::grpc++ gRPC::grpc++_reflection)
target_compile_options(slipway_triton_proto PRIVATE -w)
