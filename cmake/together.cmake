# With SLIPWAY_TOGETHER sources of a target that define no name twice are compiled as one: a whole build takes half the time,
# a change to one file longer, and an #include that is missing is not seen. For builds that are thrown away.
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
endfunction()
