# The four kinds of targets that this project has, and what holds for all of them.

find_program(MURDER_CCACHE ccache)
if(MURDER_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${MURDER_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MURDER_CCACHE})
endif()

add_library(murder_options INTERFACE)
target_include_directories(murder_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_compile_options(murder_options INTERFACE
  -Wall -Wextra -Werror $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> -fno-omit-frame-pointer
  # Designated initializers leave out what keeps its default: that is what they are for.
  -Wno-missing-field-initializers
  # Some libraries ask for it: everything has it, or the precompiled headers would not be everybody's.
  -pthread)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC bugs 105651 and 105329: sound uses of std::string are reported as overlapping or out of bounds.
  target_compile_options(murder_options INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
    -Wno-stringop-overread)
endif()
if(MURDER_FUZZ)
  # What is fuzzed is in the libraries: without this libFuzzer sees no coverage there.
  target_compile_options(murder_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(MURDER_SANITIZE)
  target_compile_options(murder_options INTERFACE -fsanitize=${MURDER_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(murder_options INTERFACE -fsanitize=${MURDER_SANITIZE})
endif()
if(MURDER_SANITIZE MATCHES "address")
  # A file name that is compared, a container that is read past its size: found by the library's own checks.
  target_compile_definitions(murder_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()

# Headers that cost seconds a translation unit and are used by most: compiled once for the product, once for tests.
function(murder_precompile name)
  add_library(${name} OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cc)
  target_link_libraries(${name} PRIVATE murder_options)
  target_precompile_headers(${name} PRIVATE
    <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <string_view> <variant> <vector>
    <nlohmann/json.hpp> ${ARGN})
endfunction()
murder_precompile(murder_precompiled)
if(BUILD_TESTING)
  murder_precompile(murder_precompiled_test <gmock/gmock.h> <gtest/gtest.h>)
  target_link_libraries(murder_precompiled_test PRIVATE GTest::gmock GTest::gtest)
endif()

# murder_library(NAME SOURCES… DEPENDS…): murder_base from base/, and so on.
function(murder_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC murder_options ${ARG_DEPENDS})
  target_precompile_headers(${name} REUSE_FROM murder_precompiled)
endfunction()

function(murder_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE murder_options ${ARG_DEPENDS})
  target_precompile_headers(${name} REUSE_FROM murder_precompiled)
endfunction()

# What the sanitizers' builds need.
add_custom_target(unit_tests)
add_custom_target(thread_tests)

# One test binary a folder. Golden files and vectors are found by MURDER_SOURCE_DIR. LABELS: `threads` for what runs under
# TSan too, `e2e` for what needs real Cyrus, `kubernetes` for what needs a real API server (MURDER_KUBE).
# NEEDS: targets that it runs or loads.
function(murder_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LABELS;NEEDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE murder_options ${ARG_DEPENDS} GTest::gmock GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MURDER_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             MURDER_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_precompile_headers(${name} REUSE_FROM murder_precompiled_test)
  if(ARG_NEEDS)
    add_dependencies(${name} ${ARG_NEEDS})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
  if("e2e" IN_LIST ARG_LABELS OR "kubernetes" IN_LIST ARG_LABELS)
    # Real servers have fixed addresses and ports.
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  else()
    add_dependencies(unit_tests ${name})
  endif()
  if("threads" IN_LIST ARG_LABELS)
    add_dependencies(thread_tests ${name})
  endif()
endfunction()

# A libFuzzer target with its seed corpus, built by the `fuzz` preset.
function(murder_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  if(MURDER_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE murder_options ${ARG_DEPENDS})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_property(GLOBAL APPEND PROPERTY MURDER_FUZZERS ${name})
  endif()
endfunction()
