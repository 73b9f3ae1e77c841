# Each fuzz/fuzz_*.cpp is one target, linked with libFuzzer: build/fuzz/fuzz_tflite from fuzz/fuzz_tflite.cpp.
file(GLOB fuzz_sources CONFIGURE_DEPENDS fuzz/fuzz_*.cpp)
foreach(source IN LISTS fuzz_sources)
  cmake_path(GET source STEM target)
  add_executable(${target} ${source})
  target_include_directories(${target} PRIVATE src)
  target_link_libraries(${target} PRIVATE flopstat flopstat_flags)
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
endforeach()
