# One helper for every module, so that warnings, sanitizers and test wiring are the same everywhere.

option(JEJAK_WERROR "Treat warnings as errors" ON)
set(JEJAK_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize=")
set(JEJAK_COVERAGE OFF CACHE BOOL "Instrument for coverage")

add_library(jejak_flags INTERFACE)
target_include_directories(jejak_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(jejak_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -fno-omit-frame-pointer)
if(JEJAK_WERROR)
  target_compile_options(jejak_flags INTERFACE -Werror)
endif()
# What checks does not do the work: optimising it costs two fifths of its compilation.
set(JEJAK_TEST_OPTIONS -Og)
# Programs over the engine allocate with jemalloc: events are made by one thread and freed by
# another. Sanitizers bring their own allocator.
add_library(jejak_allocator INTERFACE)
if(NOT JEJAK_SANITIZE)
  # Named by no code, so that the linker would drop it.
  target_link_options(jejak_allocator INTERFACE -Wl,--push-state,--no-as-needed ${JEMALLOC_LINK_LIBRARIES} -Wl,--pop-state)
endif()

if(JEJAK_SANITIZE)
  target_compile_options(jejak_flags INTERFACE -fsanitize=${JEJAK_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(jejak_flags INTERFACE -fsanitize=${JEJAK_SANITIZE})
endif()
if(JEJAK_COVERAGE)
  target_compile_options(jejak_flags INTERFACE --coverage)
  target_link_options(jejak_flags INTERFACE --coverage)
endif()

# Continuous integration, and builds with sanitizers, compile several sources at a time, since they
# start from nothing. Two sources with one name in their unnamed namespaces can't be together.
function(jejak_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# jejak_module(NAME SOURCES ... [TESTS ...] [DEPS modules...] [PUBLIC libs...] [PRIVATE libs...])
# DEPS are other modules; PRIVATE and PUBLIC are third-party targets. Makes target jejak_NAME and, where
# TESTS are given, jejak_NAME_test with the label "unit".
function(jejak_module name)
  cmake_parse_arguments(M "" "" "SOURCES;TESTS;DEPS;PUBLIC;PRIVATE" ${ARGN})
  add_library(jejak_${name} STATIC ${M_SOURCES})
  add_library(jejak::${name} ALIAS jejak_${name})
  target_link_libraries(jejak_${name} PUBLIC jejak_flags ${M_PUBLIC} PRIVATE ${M_PRIVATE})
  foreach(dep IN LISTS M_DEPS)
    target_link_libraries(jejak_${name} PUBLIC jejak::${dep})
  endforeach()
  if(M_TESTS)
    add_executable(jejak_${name}_test ${M_TESTS})
    target_link_libraries(jejak_${name}_test PRIVATE jejak::${name} GTest::gtest GTest::gmock
      GTest::gtest_main)
    target_compile_definitions(jejak_${name}_test PRIVATE
      JEJAK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_compile_options(jejak_${name}_test PRIVATE ${JEJAK_TEST_OPTIONS})
    add_test(NAME ${name} COMMAND jejak_${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 300)
  endif()
endfunction()
