# The benchmarks: an empty program to compare with, the models that are read, and what runs and times them.
if(NOT TARGET flopstat_cli)
  message(FATAL_ERROR "the benchmarks time the program, which this build does not have")
endif()
add_executable(flopstat_bench_empty bench/empty.cpp)
if(FLOPSTAT_STATIC)
  target_link_options(flopstat_bench_empty PRIVATE -static-pie)
endif()

add_executable(flopstat_bench_models
  bench/models.cpp bench/onnx_models.cpp tests/support/tflite_writer.cpp tests/support/onnx_writer.cpp)
target_include_directories(flopstat_bench_models PRIVATE tests)
target_link_libraries(flopstat_bench_models PRIVATE flopstat_flags)

add_executable(flopstat_bench bench/run.cpp bench/process.cpp)
target_link_libraries(flopstat_bench PRIVATE flopstat_flags)
add_dependencies(flopstat_bench flopstat_cli flopstat_bench_empty flopstat_bench_models)
