# SPDX-License-Identifier: Apache-2.0
# Builds what is written in Rust through cargo: the static and the shared library for the target, the program for this machine.
find_program(TVM_EMBEDDED_CARGO cargo HINTS $ENV{HOME}/.cargo/bin REQUIRED DOC "Rust's build program")

set(tvm_embedded_root ${CMAKE_CURRENT_LIST_DIR}/..)
cmake_path(NORMAL_PATH tvm_embedded_root)
set(tvm_embedded_header_dir ${tvm_embedded_root}capi/include)
file(GLOB_RECURSE tvm_embedded_runtime_sources CONFIGURE_DEPENDS
  ${tvm_embedded_root}src/*.rs ${tvm_embedded_root}capi/src/*.rs)
list(APPEND tvm_embedded_runtime_sources ${tvm_embedded_root}Cargo.toml ${tvm_embedded_root}capi/Cargo.toml)

# As a part of another project, only the targets that it uses are built.
set(tvm_embedded_all "")
if(PROJECT_IS_TOP_LEVEL OR TVM_EMBEDDED_INSTALL)
  set(tvm_embedded_all ALL)
endif()

# Target settings in the caller's environment belong to another build.
set(tvm_embedded_cargo ${CMAKE_COMMAND} -E env --unset=CARGO_BUILD_TARGET --unset=CARGO_TARGET_DIR ${TVM_EMBEDDED_CARGO})

# One crate type per call: with two, rustc would skip link-time optimisation.
function(tvm_embedded_cargo_library out crate_type file)
  set(folder ${TVM_EMBEDDED_CARGO_TARGET_DIR})
  set(target_args "")
  if(tvm_embedded_rust_target)
    set(target_args --target ${tvm_embedded_rust_target})
    string(APPEND folder /${tvm_embedded_rust_target})
  endif()
  set(command ${tvm_embedded_cargo} rustc --quiet --locked --release --lib --crate-type ${crate_type}
    --manifest-path ${tvm_embedded_root}capi/Cargo.toml --target-dir ${TVM_EMBEDDED_CARGO_TARGET_DIR} ${target_args} ${ARGN})
  set(${out}_command ${command} PARENT_SCOPE)
  set(${out}_file ${folder}/release/${file} PARENT_SCOPE)
endfunction()

function(tvm_embedded_add_static_library)
  set(library ${CMAKE_CURRENT_BINARY_DIR}/libtvm_embedded.a)
  tvm_embedded_cargo_library(built staticlib libtvm_embedded.a)
  add_custom_command(OUTPUT ${library}
    COMMAND ${built_command}
    COMMAND ${CMAKE_COMMAND} -DAR=${CMAKE_AR} -DKEEP=${TVM_EMBEDDED_KEEP_BUILTINS} -DIN=${built_file} -DOUT=${library}
            -P ${tvm_embedded_root}cmake/strip-builtins.cmake
    DEPENDS ${tvm_embedded_runtime_sources} ${tvm_embedded_root}cmake/strip-builtins.cmake
    COMMENT "cargo: libtvm_embedded.a ${tvm_embedded_rust_target}" VERBATIM)
  add_custom_target(tvm_embedded_static_build ${tvm_embedded_all} DEPENDS ${library})
  add_library(tvm_embedded::tvm_embedded STATIC IMPORTED GLOBAL)
  set_target_properties(tvm_embedded::tvm_embedded PROPERTIES
    IMPORTED_LOCATION ${library}
    INTERFACE_INCLUDE_DIRECTORIES ${tvm_embedded_header_dir})
  add_dependencies(tvm_embedded::tvm_embedded tvm_embedded_static_build)
  set(tvm_embedded_static_library ${library} PARENT_SCOPE)
endfunction()

# libtvm_embedded.so -> .so.<ABI version> -> .so.<version>; the middle name is the SONAME.
function(tvm_embedded_add_shared_library)
  set(name libtvm_embedded.so)
  set(soname ${name}.${tvm_embedded_abi_version})
  set(library ${CMAKE_CURRENT_BINARY_DIR}/${name}.${PROJECT_VERSION})
  tvm_embedded_cargo_library(built cdylib ${name} -- -C link-arg=-Wl,-soname,${soname})
  add_custom_command(OUTPUT ${library}
    COMMAND ${built_command}
    COMMAND ${CMAKE_COMMAND} -E copy ${built_file} ${library}
    COMMAND ${CMAKE_COMMAND} -E create_symlink ${name}.${PROJECT_VERSION} ${CMAKE_CURRENT_BINARY_DIR}/${soname}
    COMMAND ${CMAKE_COMMAND} -E create_symlink ${soname} ${CMAKE_CURRENT_BINARY_DIR}/${name}
    DEPENDS ${tvm_embedded_runtime_sources}
    COMMENT "cargo: ${soname} ${tvm_embedded_rust_target}" VERBATIM)
  add_custom_target(tvm_embedded_shared_build ${tvm_embedded_all} DEPENDS ${library})
  # Two cargo calls on one crate and directory run one after the other instead of building everything twice.
  add_dependencies(tvm_embedded_shared_build tvm_embedded_static_build)
  add_library(tvm_embedded::tvm_embedded_shared SHARED IMPORTED GLOBAL)
  set_target_properties(tvm_embedded::tvm_embedded_shared PROPERTIES
    IMPORTED_LOCATION ${library}
    IMPORTED_SONAME ${soname}
    INTERFACE_INCLUDE_DIRECTORIES ${tvm_embedded_header_dir})
  add_dependencies(tvm_embedded::tvm_embedded_shared tvm_embedded_shared_build)
  set(tvm_embedded_shared_library ${library} PARENT_SCOPE)
endfunction()

# The program runs on this machine, also when CMake compiles for another one.
function(tvm_embedded_add_tool)
  set(tvm_embedded_tool_command "" CACHE INTERNAL "")
  if(NOT TVM_EMBEDDED_TOOL AND TVM_EMBEDDED_BUILD_TOOL AND NOT PROJECT_IS_TOP_LEVEL)
    tvm_embedded_find_installed_tool()
  endif()
  if(TVM_EMBEDDED_TOOL)
    set(tool ${TVM_EMBEDDED_TOOL})
  elseif(NOT TVM_EMBEDDED_BUILD_TOOL)
    return()
  else()
    set(tool ${CMAKE_CURRENT_BINARY_DIR}/bin/tvm-embedded${CMAKE_HOST_EXECUTABLE_SUFFIX})
    set(built ${TVM_EMBEDDED_CARGO_TARGET_DIR}/host/tvm-embedded${CMAKE_HOST_EXECUTABLE_SUFFIX})
    set(command ${tvm_embedded_cargo} build --quiet --locked --profile host --manifest-path
      ${tvm_embedded_root}host/cli/Cargo.toml --target-dir ${TVM_EMBEDDED_CARGO_TARGET_DIR})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${tvm_embedded_root}host/*)
    list(FILTER sources EXCLUDE REGEX "/(tests|target|__pycache__)/")
    add_custom_command(OUTPUT ${tool}
      COMMAND ${command}
      COMMAND ${CMAKE_COMMAND} -E copy ${built} ${tool}
      DEPENDS ${sources} ${tvm_embedded_runtime_sources} ${tvm_embedded_root}Cargo.lock
      COMMENT "cargo: the tvm-embedded program" VERBATIM)
    add_custom_target(tvm_embedded_tool_build ${tvm_embedded_all} DEPENDS ${tool})
    # tvm_embedded_add_model() gets the names of the files from the program, so it builds it earlier.
    set(tvm_embedded_tool_command ${command} CACHE INTERNAL "")
    set(tvm_embedded_tool_built ${built} CACHE INTERNAL "")
  endif()
  add_executable(tvm_embedded::tool IMPORTED GLOBAL)
  set_target_properties(tvm_embedded::tool PROPERTIES IMPORTED_LOCATION ${tool})
  if(TARGET tvm_embedded_tool_build)
    add_dependencies(tvm_embedded::tool tvm_embedded_tool_build)
  endif()
endfunction()

# As a part of another project: a program of the same version on PATH is used instead of building one.
function(tvm_embedded_find_installed_tool)
  find_program(tvm_embedded_installed_tool tvm-embedded NO_CMAKE_FIND_ROOT_PATH)
  mark_as_advanced(tvm_embedded_installed_tool)
  if(NOT tvm_embedded_installed_tool)
    return()
  endif()
  execute_process(COMMAND ${tvm_embedded_installed_tool} --version OUTPUT_VARIABLE said ERROR_QUIET)
  if(said MATCHES "^tvm-embedded ${PROJECT_VERSION}\n")
    message(STATUS "tvm_embedded: ${tvm_embedded_installed_tool} has the same version and is used "
      "(-DTVM_EMBEDDED_TOOL=<path> for another)")
    set(TVM_EMBEDDED_TOOL ${tvm_embedded_installed_tool} PARENT_SCOPE)
  endif()
endfunction()
