# Each fuzz/fuzz_*.cpp is one target. With FLOPSTAT_FUZZ it is linked with libFuzzer: build/asan/fuzz_tflite from
# fuzz/fuzz_tflite.cpp. Else fuzz/replay.cpp is its main program. The tests run it on its kept corpus,
# fuzz/corpus/fuzz_tflite, either way.
file(GLOB fuzz_sources CONFIGURE_DEPENDS fuzz/fuzz_*.cpp)
add_custom_target(fuzz_targets)
foreach(source IN LISTS fuzz_sources)
  cmake_path(GET source STEM name)
  if(FLOPSTAT_FUZZ)
    set(target ${name})
    set(once -runs=0)
    add_executable(${target} ${source})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    set(target replay_${name})
    set(once)
    add_executable(${target} ${source} fuzz/replay.cpp)
  endif()
  target_include_directories(${target} PRIVATE src ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE flopstat flopstat_flags)
  add_dependencies(fuzz_targets ${target})
  if(FLOPSTAT_TESTS)
    set(seeds ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
    if(NOT FLOPSTAT_FUZZ AND name MATCHES "_(tflite|detect)$")  # libFuzzer might write into the first folder
      list(APPEND seeds ${PROJECT_SOURCE_DIR}/examples)
    endif()
    add_test(NAME ${name}_replays_its_corpus COMMAND ${target} ${once} ${seeds})
    set_tests_properties(${name}_replays_its_corpus PROPERTIES TIMEOUT 300)
  endif()
endforeach()

# Damaged models in child processes: `ctest -L mutants`. Sanitizers take memory of their own, which it measures.
if(FLOPSTAT_TESTS AND NOT FLOPSTAT_SANITIZE)
  add_executable(flopstat_mutants fuzz/mutants.cpp tests/support/c_source.cpp)
  target_include_directories(flopstat_mutants PRIVATE src tests)
  target_link_libraries(flopstat_mutants PRIVATE flopstat flopstat_flags fmt::fmt-header-only)
  cmake_path(GET PROJECT_SOURCE_DIR PARENT_PATH beside)
  add_test(NAME mutants_of_models_end_in_little_time_and_memory
           COMMAND flopstat_mutants 2000 ${PROJECT_BINARY_DIR}/mutants
                   ${PROJECT_SOURCE_DIR}/examples ${PROJECT_SOURCE_DIR}/fuzz/corpus/fuzz_tflite
                   ${PROJECT_SOURCE_DIR}/fuzz/corpus/fuzz_onnx ${PROJECT_SOURCE_DIR}/fuzz/corpus/fuzz_graphdef
                   ${PROJECT_SOURCE_DIR}/fuzz/corpus/fuzz_detect
                   ${beside}/shared/models/tflite ${beside}/shared/models/onnx ${beside}/shared/models/graphdef)
  set_tests_properties(mutants_of_models_end_in_little_time_and_memory PROPERTIES LABELS mutants TIMEOUT 600)
endif()

# The tool that writes the first seeds.
if(FLOPSTAT_TESTS)
  add_executable(fuzz_make_corpus EXCLUDE_FROM_ALL fuzz/make_corpus.cpp
    tests/support/tflite_writer.cpp tests/support/onnx_writer.cpp tests/support/tensorflow_writer.cpp
    tests/support/c_source.cpp tests/support/zip_writer.cpp tests/support/hdf5_writer.cpp)
  target_include_directories(fuzz_make_corpus PRIVATE tests)
  target_link_libraries(fuzz_make_corpus PRIVATE flopstat_flags fmt::fmt-header-only ZLIB::ZLIB)
endif()
