# Shape of every room: a static library, its unit tests beside its sources, its links spelled out.
#
#   slipway_room(core SRCS error.cpp … DEPS fmt::fmt TESTS error_test.cpp …)
#
# makes the target slipway_core and, with tests on, the program core_test. A test's own needs go to TEST_DEPS. Tests that load
# the fake backend (TESTS_RUN_FAKES) find it in SLIPWAY_TEST_BACKENDS. A room that no request passes through (OFF_THE_PATH) is
# optimised less, in two thirds of the time.
include(GoogleTest)

# What builds every test program and nothing that none of them uses.
add_custom_target(unit_tests)

# Rooms where several threads meet. In the others ThreadSanitizer has nothing to find.
set(SLIPWAY_THREADED_ROOMS metrics runtime scheduler models speech front front/grpc front/http measure app fetch)

# Has ctest run each test of a program by itself. Not with a sanitizer, where scripts/sanitize runs whole programs.
function(slipway_discover_tests TARGET)
  if(NOT SLIPWAY_SANITIZE)
    gtest_discover_tests(${TARGET} ${ARGN} PROPERTIES TIMEOUT 120 DISCOVERY_TIMEOUT 60)
  endif()
endfunction()

function(slipway_room NAME)
  cmake_parse_arguments(ROOM "TESTS_RUN_FAKES;OFF_THE_PATH" "" "SRCS;DEPS;TESTS;TEST_DEPS" ${ARGN})
  string(REPLACE "/" "_" TARGET "${NAME}")
  add_library(slipway_${TARGET} STATIC ${ROOM_SRCS})
  target_link_libraries(slipway_${TARGET} PUBLIC slipway_options ${ROOM_DEPS})
  target_precompile_headers(slipway_${TARGET} REUSE_FROM slipway_pch)
  if(ROOM_OFF_THE_PATH AND NOT SLIPWAY_SANITIZE)
    target_compile_options(slipway_${TARGET} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  slipway_together(slipway_${TARGET})
  if(SLIPWAY_TESTS AND ROOM_TESTS AND (NOT SLIPWAY_SANITIZE STREQUAL "thread" OR NAME IN_LIST SLIPWAY_THREADED_ROOMS))
    add_executable(${TARGET}_test ${ROOM_TESTS})
    target_link_libraries(${TARGET}_test PRIVATE slipway_${TARGET} ${ROOM_TEST_DEPS} slipway_test_pch)
    target_precompile_headers(${TARGET}_test REUSE_FROM slipway_test_pch)
    slipway_together(${TARGET}_test)
    add_dependencies(unit_tests ${TARGET}_test)
    if(ROOM_TESTS_RUN_FAKES)
      target_compile_definitions(${TARGET}_test PRIVATE SLIPWAY_TEST_BACKENDS="${SLIPWAY_LIB_DIR}/backends")
      add_dependencies(${TARGET}_test slipway_backend_fake)
    endif()
    slipway_discover_tests(${TARGET}_test)
  endif()
endfunction()

# A backend: a shared object that sees include/slipway/backend.h and nothing of src/.
function(slipway_backend NAME)
  cmake_parse_arguments(BACKEND "" "" "SRCS;DEPS" ${ARGN})
  add_library(slipway_backend_${NAME} MODULE ${BACKEND_SRCS})
  target_include_directories(slipway_backend_${NAME} PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(slipway_backend_${NAME} PRIVATE slipway_warnings ${BACKEND_DEPS})
  set_target_properties(slipway_backend_${NAME} PROPERTIES
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${SLIPWAY_LIB_DIR}/backends)
  slipway_together(slipway_backend_${NAME})
  install(TARGETS slipway_backend_${NAME} LIBRARY DESTINATION lib/slipway/backends)
endfunction()

# Licences that are installed to share/doc/NAME, and lie there in the build folder too, whence images take them.
function(slipway_licences NAME)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/doc/${NAME})
  file(COPY ${ARGN} DESTINATION ${PROJECT_BINARY_DIR}/share/doc/${NAME})
  install(FILES ${ARGN} DESTINATION share/doc/${NAME})
endfunction()
