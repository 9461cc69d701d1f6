# The target slipway_docs_assets: Swagger UI, compressed, as bytes that src/front/http/docs_routes.cpp serves. Its files
# come with the Python package fastapi-swagger.
file(GLOB SLIPWAY_SWAGGER_DIR ${SLIPWAY_DEPS_DIR}/python/lib/python3*/site-packages/fastapi_swagger/resources)
if(NOT SLIPWAY_SWAGGER_DIR)
  message(FATAL_ERROR "Swagger UI is not in ${SLIPWAY_DEPS_DIR}/python; run scripts/setup, or pip install --no-deps fastapi-swagger there")
endif()
list(GET SLIPWAY_SWAGGER_DIR 0 SLIPWAY_SWAGGER_DIR)
find_program(SLIPWAY_GZIP gzip REQUIRED)

set(SLIPWAY_DOCS_DIR ${PROJECT_BINARY_DIR}/docs_assets)
set(SLIPWAY_DOCS_ASSEMBLY ${PROJECT_SOURCE_DIR}/src/front/http/docs_assets.S)
file(MAKE_DIRECTORY ${SLIPWAY_DOCS_DIR})
foreach(ASSET swagger-ui-bundle.js swagger-ui.css)
  add_custom_command(OUTPUT ${SLIPWAY_DOCS_DIR}/${ASSET}.gz
    COMMAND ${SLIPWAY_GZIP} -9 -n -c ${SLIPWAY_SWAGGER_DIR}/${ASSET} > ${SLIPWAY_DOCS_DIR}/${ASSET}.gz
    DEPENDS ${SLIPWAY_SWAGGER_DIR}/${ASSET} VERBATIM)
endforeach()
add_library(slipway_docs_assets STATIC ${SLIPWAY_DOCS_ASSEMBLY})
# the assembler's .incbin is not seen by dependency scanning
set_source_files_properties(${SLIPWAY_DOCS_ASSEMBLY} PROPERTIES
  OBJECT_DEPENDS "${SLIPWAY_DOCS_DIR}/swagger-ui-bundle.js.gz;${SLIPWAY_DOCS_DIR}/swagger-ui.css.gz")
target_compile_definitions(slipway_docs_assets PRIVATE
  SLIPWAY_SWAGGER_JS="${SLIPWAY_DOCS_DIR}/swagger-ui-bundle.js.gz"
  SLIPWAY_SWAGGER_CSS="${SLIPWAY_DOCS_DIR}/swagger-ui.css.gz")
