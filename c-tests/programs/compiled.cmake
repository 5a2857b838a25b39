# SPDX-License-Identifier: Apache-2.0
# Models that arrive compiled, with TVM's header and a static library. The libraries are made here, for this build's core, as the maker
# of such a compiler does; the interface is then generated from header and library alone.

# make_library(<file> <directory of headers> <source>...), when CMake configures: tvm_embedded_add_model reads the library.
function(make_library file headers)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS} -O2 -std=c99")
  set(objects "")
  foreach(source IN LISTS ARGN)
    cmake_path(GET source STEM name)
    set(object ${file}.${name}.o)
    execute_process(COMMAND ${CMAKE_C_COMPILER} ${flags} -I ${headers} -c ${source} -o ${object} COMMAND_ERROR_IS_FATAL ANY)
    list(APPEND objects ${object})
  endforeach()
  file(REMOVE ${file})
  execute_process(COMMAND ${CMAKE_AR} rcs ${file} ${objects} COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN})
endfunction()

# The bundled model once more.
compile_digits(adopted)
set(vendor ${CMAKE_CURRENT_BINARY_DIR}/vendor)
file(ARCHIVE_EXTRACT INPUT ${CMAKE_CURRENT_BINARY_DIR}/adopted.tar DESTINATION ${vendor})
make_library(${vendor}/libadopted.a ${vendor}/codegen/host/include ${vendor}/codegen/host/src/adopted_lib0.c
  ${vendor}/codegen/host/src/adopted_lib1.c)
file(WRITE ${vendor}/facts.json "{ \"inputs\": { \"image\": { \"dtype\": \"int8\", \"shape\": [1, 8, 8, 1] } },
  \"outputs\": { \"probabilities\": { \"dtype\": \"int8\", \"shape\": [1, 10] } } }\n")
tvm_embedded_add_model(adopted ${vendor}/codegen/host/include/tvmgen_adopted.h LIBRARY ${vendor}/libadopted.a FACTS ${vendor}/facts.json)
program(adopted my_model adopted)

# The example of a device: a typed device with hooks.
set(device ${tvm_embedded_root}examples/device)
make_library(${vendor}/libscale.a ${device}/model ${device}/model/scale.c)
tvm_embedded_add_model(scale ${device}/model/tvmgen_scale.h LIBRARY ${vendor}/libscale.a FACTS ${device}/model/facts.json)
tvm_embedded_c_test(programs.device SOURCES ${device}/main.c LIBRARIES scale)
target_include_directories(programs.device PRIVATE ${device})
set_tests_properties(programs.device PROPERTIES PASS_REGULAR_EXPRESSION "scaler0: power on
mutex: not free after 100 ms
busy: -1
scaler0: power off
scaler0: power on
scaler0: power off
free: 0, 2 -4 6 8")
