# SPDX-License-Identifier: Apache-2.0
# find_package(tvm_embedded CONFIG REQUIRED) for a release: it contains a library for each processor, and this file selects the
# one for the compiler's flags. To override it, set TVM_EMBEDDED_CORE to a directory in lib/.
if(TARGET tvm_embedded::tvm_embedded)
  return()
endif()
get_filename_component(tvm_embedded_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT CMAKE_C_COMPILE_OBJECT)
  set(tvm_embedded_FOUND FALSE)
  set(tvm_embedded_NOT_FOUND_MESSAGE
    "This project has no C, which models are written in: project(${PROJECT_NAME} LANGUAGES C …), or enable_language(C) before find_package.")
  return()
endif()

# The library of the core itself, or of one whose code it can run.
include(${CMAKE_CURRENT_LIST_DIR}/TVMEmbeddedCore.cmake)
tvm_embedded_core(tvm_embedded_wanted)
file(GLOB tvm_embedded_cores RELATIVE "${tvm_embedded_prefix}/lib" "${tvm_embedded_prefix}/lib/*/libtvm_embedded.a")
list(TRANSFORM tvm_embedded_cores REPLACE "/libtvm_embedded.a" "")
set(tvm_embedded_library "")
foreach(tvm_embedded_built IN LISTS tvm_embedded_wanted tvm_embedded_cores)
  set(tvm_embedded_file "${tvm_embedded_prefix}/lib/${tvm_embedded_built}/libtvm_embedded.a")
  tvm_embedded_core_suits(tvm_embedded_suits "${tvm_embedded_built}" "${tvm_embedded_wanted}")
  if(tvm_embedded_suits AND EXISTS "${tvm_embedded_file}")
    set(tvm_embedded_library "${tvm_embedded_file}")
    if(tvm_embedded_built STREQUAL tvm_embedded_wanted)
      break()
    endif()
  endif()
endforeach()
if(NOT tvm_embedded_library)
  list(JOIN tvm_embedded_cores ", " tvm_embedded_cores)
  tvm_embedded_flags(tvm_embedded_flags)
  list(JOIN tvm_embedded_flags " " tvm_embedded_flags)
  if(NOT tvm_embedded_wanted)
    set(tvm_embedded_wanted "a core that is not known")
  endif()
  set(tvm_embedded_FOUND FALSE)
  set(tvm_embedded_NOT_FOUND_MESSAGE
    "This release has no library for ${tvm_embedded_wanted}, which ${CMAKE_C_COMPILER} with the flags '${tvm_embedded_flags}' compiles \
for. It has: ${tvm_embedded_cores}. Where the processor's flags are on a target that is not known here, set TVM_EMBEDDED_CORE to one \
of these.")
  return()
endif()

add_library(tvm_embedded::tvm_embedded STATIC IMPORTED GLOBAL)
set_target_properties(tvm_embedded::tvm_embedded PROPERTIES
  IMPORTED_LOCATION "${tvm_embedded_library}"
  INTERFACE_INCLUDE_DIRECTORIES "${tvm_embedded_prefix}/include")

# The program runs on this machine, so it is searched for on the host, also when CMake compiles for another one.
find_program(TVM_EMBEDDED_TOOL tvm-embedded HINTS "${tvm_embedded_prefix}/bin" NO_CMAKE_FIND_ROOT_PATH
  DOC "The tvm-embedded program")
if(TVM_EMBEDDED_TOOL)
  add_executable(tvm_embedded::tool IMPORTED GLOBAL)
  set_target_properties(tvm_embedded::tool PROPERTIES IMPORTED_LOCATION ${TVM_EMBEDDED_TOOL})
endif()
include(${CMAKE_CURRENT_LIST_DIR}/TVMEmbeddedModel.cmake)
set(TVM_EMBEDDED_CORE ${tvm_embedded_wanted})
unset(tvm_embedded_prefix)
unset(tvm_embedded_library)
