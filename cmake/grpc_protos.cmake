# Messages and services of gRPC, generated from the descriptors that Python packages carry:
#   slipway_triton_proto  the Open Inference Protocol with Triton's extensions (package inference), and its client
#   slipway_grpc_proto    gRPC's health service and server reflection

# The folder of a package in the Python environment that set-up makes.
function(slipway_python_package OUT NAME)
  file(GLOB FOUND ${SLIPWAY_DEPS_DIR}/python/lib/python3*/site-packages/${NAME})
  if(NOT FOUND)
    message(FATAL_ERROR "${NAME} is not in ${SLIPWAY_DEPS_DIR}/python; run scripts/setup")
  endif()
  list(GET FOUND 0 FIRST)
  set(${OUT} ${FIRST} PARENT_SCOPE)
endfunction()

# Generates C++ in a folder of its own below the build folder.
#   slipway_proto(TARGET FOLDER MODULES a_pb2.py… PROTOS a.proto…)
function(slipway_proto TARGET FOLDER)
  cmake_parse_arguments(PROTO "GRPC" "" "MODULES;PROTOS" ${ARGN})
  set(DIR ${PROJECT_BINARY_DIR}/${FOLDER})
  file(MAKE_DIRECTORY ${DIR})
  list(TRANSFORM PROTO_PROTOS REPLACE "\\.proto$" ".pb.cc" OUTPUT_VARIABLE SOURCES)
  list(TRANSFORM PROTO_PROTOS REPLACE "\\.proto$" ".pb.h" OUTPUT_VARIABLE HEADERS)
  set(GRPC_ARGUMENTS "")
  if(PROTO_GRPC)
    list(GET PROTO_PROTOS -1 SERVICE)
    string(REPLACE ".proto" ".grpc.pb" GENERATED ${SERVICE})
    list(APPEND SOURCES ${GENERATED}.cc)
    list(APPEND HEADERS ${GENERATED}.h)
    set(GRPC_ARGUMENTS COMMAND protobuf::protoc --descriptor_set_in=all.pb --grpc_out=. --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> ${SERVICE})
  endif()
  list(TRANSFORM SOURCES PREPEND ${DIR}/)
  list(TRANSFORM HEADERS PREPEND ${DIR}/)
  add_custom_command(
    OUTPUT ${SOURCES} ${HEADERS}
    COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/scripts/proto_descriptors all.pb ${PROTO_MODULES}
    COMMAND protobuf::protoc --descriptor_set_in=all.pb --cpp_out=. ${PROTO_PROTOS}
    ${GRPC_ARGUMENTS}
    DEPENDS ${PROJECT_SOURCE_DIR}/scripts/proto_descriptors ${PROTO_MODULES}
    WORKING_DIRECTORY ${DIR} VERBATIM)
  # a library of its own: generated code does not keep to our warnings
  add_library(${TARGET} STATIC ${SOURCES})
  target_include_directories(${TARGET} SYSTEM PUBLIC ${DIR})
  target_link_libraries(${TARGET} PUBLIC protobuf::libprotobuf)
  target_compile_options(${TARGET} PRIVATE -w)
endfunction()

slipway_python_package(SLIPWAY_TRITONCLIENT tritonclient/grpc)
slipway_proto(slipway_triton_proto triton_proto GRPC
  MODULES ${SLIPWAY_TRITONCLIENT}/model_config_pb2.py ${SLIPWAY_TRITONCLIENT}/service_pb2.py
  PROTOS model_config.proto grpc_service.proto)
target_link_libraries(slipway_triton_proto PUBLIC gRPC::grpc++)

slipway_python_package(SLIPWAY_GRPC_HEALTH grpc_health/v1)
slipway_python_package(SLIPWAY_GRPC_REFLECTION grpc_reflection/v1alpha)
slipway_proto(slipway_grpc_proto grpc_proto
  MODULES ${SLIPWAY_GRPC_HEALTH}/health_pb2.py ${SLIPWAY_GRPC_REFLECTION}/reflection_pb2.py
  PROTOS grpc_health/v1/health.proto grpc_reflection/v1alpha/reflection.proto)
