# Every test of the project: one GoogleTest program and the check of the include directions.
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
# The system's own Python first: the modules that scripts/setup installs belong to it.
find_program(FLOPSTAT_PYTHON python3 HINTS /usr/bin REQUIRED)
enable_testing()
include(GoogleTest)

# tests/support/ holds what several tests use; it is found as "support/...".
file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS src/*_test.cpp tests/*.cpp)
if(test_sources)
  add_executable(flopstat_tests ${test_sources})
  target_include_directories(flopstat_tests PRIVATE src tests)
  # Half of a test's compilation is these headers, and a quarter would be optimizing what runs once.
  target_precompile_headers(flopstat_tests PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> <algorithm> <map> <string> <vector>
    "include/flopstat/analyze.h" "src/model/model.h" "src/ops/operands.h")
  target_compile_options(flopstat_tests PRIVATE -O0)
  target_link_libraries(flopstat_tests PRIVATE flopstat flopstat_flags fmt::fmt-header-only nlohmann_json::nlohmann_json
    GTest::gmock GTest::gmock_main ZLIB::ZLIB)
  cmake_path(GET PROJECT_SOURCE_DIR PARENT_PATH beside)
  set(sanitizer_flags)
  if(FLOPSTAT_SANITIZE)
    set(sanitizer_flags -fsanitize=${FLOPSTAT_SANITIZE})
  endif()
  target_compile_definitions(flopstat_tests PRIVATE
    FLOPSTAT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" FLOPSTAT_SHARED_DIR="${beside}/shared"
    FLOPSTAT_VERSION="${PROJECT_VERSION}" FLOPSTAT_PYTHON="${FLOPSTAT_PYTHON}"
    FLOPSTAT_BINARY_DIR="${PROJECT_BINARY_DIR}" FLOPSTAT_COMPILER="${CMAKE_CXX_COMPILER}"
    FLOPSTAT_SANITIZER_FLAGS="${sanitizer_flags}")
  if(TARGET flopstat_cli)
    add_dependencies(flopstat_tests flopstat_cli)
    target_compile_definitions(flopstat_tests PRIVATE FLOPSTAT_PROGRAM="$<TARGET_FILE:flopstat_cli>")
  endif()
  gtest_discover_tests(flopstat_tests DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endif()

add_test(NAME includes_point_in_the_agreed_direction
         COMMAND ${FLOPSTAT_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/check_includes)

# The worked diffs of the documentation, made to a copy. Only compiled: a whole build of the copy takes minutes.
add_test(NAME worked_diffs_of_the_documentation_apply_and_compile
         COMMAND ${FLOPSTAT_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/try_worked_diffs ${CMAKE_CXX_COMPILER})
set_tests_properties(worked_diffs_of_the_documentation_apply_and_compile PROPERTIES TIMEOUT 600)
