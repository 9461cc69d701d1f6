# Swagger UI, compressed, for embedding: the target slipway_docs_assets. Its files come with the Python package
# fastapi-swagger.
file(GLOB SWAGGER_DIR ${SLIPWAY_DEPS_DIR}/python/lib/python3*/site-packages/fastapi_swagger/resources)
if(NOT SWAGGER_DIR)
  message(FATAL_ERROR "Swagger UI is not in ${SLIPWAY_DEPS_DIR}; run scripts/setup")
endif()
set(DOCS_DIR ${PROJECT_BINARY_DIR}/docs_assets)
file(MAKE_DIRECTORY ${DOCS_DIR})
foreach(ASSET swagger-ui-bundle.js swagger-ui.css)
  add_custom_command(OUTPUT ${DOCS_DIR}/${ASSET}.gz
    COMMAND gzip -9 -n -c ${SWAGGER_DIR}/${ASSET} > ${DOCS_DIR}/${ASSET}.gz DEPENDS ${SWAGGER_DIR}/${ASSET} VERBATIM)
endforeach()
add_library(slipway_docs_assets STATIC ${PROJECT_SOURCE_DIR}/src/front/http/docs_assets.S)
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/front/http/docs_assets.S PROPERTIES
  OBJECT_DEPENDS "${DOCS_DIR}/swagger-ui-bundle.js.gz;${DOCS_DIR}/swagger-ui.css.gz")
target_compile_definitions(slipway_docs_assets PRIVATE
  SLIPWAY_SWAGGER_JS="${DOCS_DIR}/swagger-ui-bundle.js.gz" SLIPWAY_SWAGGER_CSS="${DOCS_DIR}/swagger-ui.css.gz")
