# With SLIPWAY_TOGETHER sources of a target that define no name twice are compiled as one: a whole build takes 60 % of the time,
# a change to one file longer, and an #include that is missing is not seen. Who changes sources turns it off, once for a folder:
# SLIPWAY_CMAKE_FLAGS=-DSLIPWAY_TOGETHER=OFF make build
#
# Names of one file hide those of another then; the compiler takes for headers what has types of an unnamed namespace; and GCC 12,
# which inlines more, takes temporaries of the standard library for uninitialised.
add_library(slipway_as_one INTERFACE)
target_compile_options(slipway_as_one INTERFACE -Wno-shadow -Wno-subobject-linkage -Wno-maybe-uninitialized)

function(slipway_together TARGET)
  if(NOT SLIPWAY_TOGETHER)
    return()
  endif()
  get_target_property(SOURCES ${TARGET} SOURCES)
  list(TRANSFORM SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  execute_process(
    COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/scripts/source_groups.py 12 ${SOURCES}
    OUTPUT_VARIABLE GROUPS COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[0-9]+ [^\n]+" GROUPS "${GROUPS}")
  foreach(LINE ${GROUPS})
    string(REGEX MATCH "^([0-9]+) (.+)$" FOUND "${LINE}")
    set_source_files_properties(${CMAKE_MATCH_2} PROPERTIES UNITY_GROUP group_${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  target_link_libraries(${TARGET} PRIVATE slipway_as_one)  # last, or it would be overruled
endfunction()
