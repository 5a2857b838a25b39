# SPDX-License-Identifier: Apache-2.0
# find_package(tvm_embedded CONFIG REQUIRED) for a release: it holds a library for each processor, and this file picks the
# one that the compiler's flags ask for. To choose yourself, set TVM_EMBEDDED_CORE to a folder in lib/.
if(TARGET tvm_embedded::tvm_embedded)
  return()
endif()
get_filename_component(tvm_embedded_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

# The folder of the library for what the C compiler compiles for, judged by the macros it defines; empty if there is none.
function(tvm_embedded_core out)
  get_directory_property(options COMPILE_OPTIONS)
  # Only flags: a generator expression is not known yet.
  list(FILTER options EXCLUDE REGEX "\\$<")
  separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS}")
  execute_process(COMMAND ${CMAKE_C_COMPILER} ${flags} ${options} -dM -E -x c /dev/null
    OUTPUT_VARIABLE macros ERROR_VARIABLE errors RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "tvm_embedded: ${CMAKE_C_COMPILER} does not tell what it compiles for:\n${errors}")
  endif()
  foreach(name __thumb__ __ARM_ARCH_6M__ __ARM_ARCH_7M__ __ARM_ARCH_7EM__ __ARM_ARCH_8M_BASE__ __ARM_ARCH_8M_MAIN__
          __ARM_ARCH_8_1M_MAIN__ __ARM_PCS_VFP __ARM_FEATURE_MVE __riscv __riscv_compressed __riscv_atomic __riscv_mul
          __riscv_float_abi_soft __x86_64__ __linux__)
    if(macros MATCHES "#define ${name} ")
      set(${name} TRUE)
    else()
      set(${name} FALSE)
    endif()
  endforeach()
  string(REGEX MATCH "#define __ARM_FP ([0-9xa-fA-F]+)" _ "${macros}")
  set(double_precision FALSE)
  if(CMAKE_MATCH_1)
    math(EXPR has_double "${CMAKE_MATCH_1} & 8")
    if(has_double)
      set(double_precision TRUE)
    endif()
  endif()

  set(core "")
  if(__ARM_ARCH_6M__ OR __ARM_ARCH_8M_BASE__)
    set(core cortex-m0)
  elseif(__ARM_ARCH_7M__)
    set(core cortex-m3)
  elseif(__ARM_ARCH_7EM__)
    if(NOT __ARM_PCS_VFP)
      set(core cortex-m4)
    elseif(double_precision)
      set(core cortex-m7)
    else()
      set(core cortex-m4f)
    endif()
  elseif(__ARM_ARCH_8M_MAIN__ OR __ARM_ARCH_8_1M_MAIN__)
    if(NOT __ARM_PCS_VFP)
      set(core cortex-m3) # Armv8-M Mainline runs what was compiled for Armv7-M
    elseif(__ARM_FEATURE_MVE)
      set(core cortex-m55)
    else()
      set(core cortex-m33)
    endif()
  elseif(__riscv AND macros MATCHES "#define __riscv_xlen 32" AND __riscv_float_abi_soft AND __riscv_mul
         AND __riscv_compressed AND __riscv_atomic)
    set(core rv32imac)
  elseif(__x86_64__ AND __linux__)
    set(core x86_64-linux)
  endif()
  set(${out} "${core}" PARENT_SCOPE)
endfunction()

if(NOT TVM_EMBEDDED_CORE)
  tvm_embedded_core(TVM_EMBEDDED_CORE)
endif()
set(tvm_embedded_library "${tvm_embedded_prefix}/lib/${TVM_EMBEDDED_CORE}/libtvm_embedded.a")
if(NOT TVM_EMBEDDED_CORE OR NOT EXISTS "${tvm_embedded_library}")
  file(GLOB cores RELATIVE "${tvm_embedded_prefix}/lib" "${tvm_embedded_prefix}/lib/*/libtvm_embedded.a")
  list(TRANSFORM cores REPLACE "/libtvm_embedded.a" "")
  list(JOIN cores ", " cores)
  set(tvm_embedded_FOUND FALSE)
  set(tvm_embedded_NOT_FOUND_MESSAGE
    "This release has no library for what ${CMAKE_C_COMPILER} with the flags '${CMAKE_C_FLAGS}' compiles for. It has: ${cores}. "
    "Give the processor's flags (-mcpu=…) in CMAKE_C_FLAGS, or set TVM_EMBEDDED_CORE to one of these.")
  return()
endif()

add_library(tvm_embedded::tvm_embedded STATIC IMPORTED GLOBAL)
set_target_properties(tvm_embedded::tvm_embedded PROPERTIES
  IMPORTED_LOCATION "${tvm_embedded_library}"
  INTERFACE_INCLUDE_DIRECTORIES "${tvm_embedded_prefix}/include")

# The program runs on this machine, so it is looked for here also when CMake compiles for another one.
find_program(TVM_EMBEDDED_TOOL tvm-embedded HINTS "${tvm_embedded_prefix}/bin" NO_CMAKE_FIND_ROOT_PATH
  DOC "The tvm-embedded program")
if(TVM_EMBEDDED_TOOL)
  add_executable(tvm_embedded::tool IMPORTED GLOBAL)
  set_target_properties(tvm_embedded::tool PROPERTIES IMPORTED_LOCATION ${TVM_EMBEDDED_TOOL})
endif()
include(${CMAKE_CURRENT_LIST_DIR}/TVMEmbeddedModel.cmake)
unset(tvm_embedded_prefix)
unset(tvm_embedded_library)
