# SPDX-License-Identifier: Apache-2.0
# tvm_embedded_add_model(<target> <archive> [SYMBOL <name>] [MODULE <name>] [TFLITE <file>] [RUNTIME <target>]
#                        [LIBRARIES <target>...] [LAYERS] [SHARE_KERNELS] [SELF_TEST <runs>] [PARAMETERS user]
#                        [INPUT_SHAPES <input=shape>...])
# tvm_embedded_add_model(<target> <tvmgen_name.h> LIBRARY <libname.a> [FACTS <file>] ...)
#
# Makes the static library <target> of a model: the C that `tvm-embedded generate` writes for <archive>, in
# <target>/ of the current build directory, which is on the include path of targets that link <target>.
#
#   SYMBOL     name of the descriptor and of the header; default: the module's own name
#   MODULE     which model, if the archive holds several
#   TFLITE     the file that an archive of TVM was made from: adds shapes and quantisation
#   RUNTIME    the runtime to link: tvm_embedded::tvm_embedded, if not given, or tvm_embedded::tvm_embedded_shared
#   LAYERS     with hooks around each layer, and runs in parts: defines TVM_EMBEDDED_LAYERS, also for targets that link <target>
#   SHARE_KERNELS  kernels are stored once for all models of a program that have this word and the same text of the kernel, if the program is
#              linked with -Wl,--gc-sections: defines TVM_EMBEDDED_SHARE_KERNELS. With GCC and Clang, not for Windows; elsewhere no effect
#   SELF_TEST  with TVMSelfTest_<model>, which repeats so many runs of this computer on the device. This computer's C compiler is
#              the project's, or `cc` when cross compiling, or TVM_EMBEDDED_HOST_CC
#   PARAMETERS user: the program provides constant pools outside the code with TVMSetParameters, and the generated C has none
#   INPUT_SHAPES  of a .tflite file: the shapes of inputs whose size it leaves open, such as audio=1x16000
#   LIBRARIES  targets with functions that the model calls and does not contain: CMSIS-NN, a device's driver
#   LIBRARY    the model arrived compiled: its code, for this project's core. TVM's C header is then in the place of the archive
#   FACTS      facts that such a header does not hold
#
# The archive, or header and library, must exist when CMake configures: the names of the files inside decide what is compiled. When it changes, the
# next build configures again and compiles the new files.
set(tvm_embedded_generate_script ${CMAKE_CURRENT_LIST_DIR}/TVMEmbeddedGenerate.cmake CACHE INTERNAL "")
function(tvm_embedded_add_model target archive)
  cmake_parse_arguments(PARSE_ARGV 2 model "LAYERS;SHARE_KERNELS" "SYMBOL;MODULE;TFLITE;RUNTIME;SELF_TEST;PARAMETERS;LIBRARY;FACTS" "LIBRARIES;INPUT_SHAPES")
  if(model_UNPARSED_ARGUMENTS OR model_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "tvm_embedded_add_model(${target}): wrong arguments: "
      "${model_UNPARSED_ARGUMENTS} ${model_KEYWORDS_MISSING_VALUES}")
  endif()
  if(NOT CMAKE_C_COMPILE_OBJECT)
    message(FATAL_ERROR "tvm_embedded_add_model(${target}): models are C, and C is not enabled in this project: "
      "project(${PROJECT_NAME} LANGUAGES C …), or enable_language(C).")
  endif()
  if(NOT model_RUNTIME)
    set(model_RUNTIME tvm_embedded::tvm_embedded)
  endif()
  cmake_path(ABSOLUTE_PATH archive NORMALIZE)
  set(inputs ${archive})
  set(options "")
  set(given ${archive})
  if(model_LIBRARY)
    set(given --header ${archive})
  endif()
  foreach(word IN ITEMS LIBRARY FACTS TFLITE)
    if(model_${word})
      cmake_path(ABSOLUTE_PATH model_${word} NORMALIZE)
      list(APPEND inputs ${model_${word}})
    endif()
  endforeach()
  foreach(word IN ITEMS LIBRARY FACTS TFLITE SYMBOL MODULE PARAMETERS)
    if(model_${word})
      string(TOLOWER ${word} option)
      list(APPEND options --${option} ${model_${word}})
    endif()
  endforeach()
  foreach(shape IN LISTS model_INPUT_SHAPES)
    list(APPEND options --input-shape ${shape})
  endforeach()
  set(host_cc "")
  if(model_SELF_TEST)
    list(APPEND options --self-test ${model_SELF_TEST})
    # CMake sets CC to the project's compiler, also when that is a cross compiler.
    if(TVM_EMBEDDED_HOST_CC)
      set(host_cc ${TVM_EMBEDDED_HOST_CC})
    elseif(CMAKE_CROSSCOMPILING)
      set(host_cc cc)
    else()
      set(host_cc ${CMAKE_C_COMPILER})
    endif()
  endif()
  foreach(input IN LISTS inputs)
    if(NOT EXISTS ${input})
      message(FATAL_ERROR "tvm_embedded_add_model(${target}): there is no file ${input}")
    endif()
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${inputs})

  # Once now, for the names of the files; again in the build, for their content.
  tvm_embedded_find_tool(tool)
  set(trial ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.trial)
  file(REMOVE_RECURSE ${trial})
  set(environment "")
  if(host_cc)
    set(environment ${CMAKE_COMMAND} -E env CC=${host_cc})
  endif()
  execute_process(COMMAND ${environment} ${tool} generate ${given} --output ${trial} ${options}
    RESULT_VARIABLE result ERROR_VARIABLE errors OUTPUT_QUIET)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "tvm_embedded_add_model(${target}): ${tool} generate ${given} failed (${result}):\n${errors}")
  endif()
  file(GLOB_RECURSE names RELATIVE ${trial} ${trial}/*)
  file(STRINGS ${trial}/sources.txt sources)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target})
  list(TRANSFORM names PREPEND ${folder}/)
  list(TRANSFORM sources PREPEND ${folder}/)
  set(tool_target "")
  if(TARGET tvm_embedded_tool_build)
    set(tool_target tvm_embedded_tool_build)
  endif()
  add_custom_command(OUTPUT ${names}
    COMMAND ${CMAKE_COMMAND} -DTOOL=${tool} "-DARCHIVE=${given}" -DFOLDER=${folder} "-DOPTIONS=${options}"
            "-DHOST_CC=${host_cc}" -P ${tvm_embedded_generate_script}
    DEPENDS ${inputs} ${tool} ${tool_target} ${tvm_embedded_generate_script}
    COMMENT "tvm-embedded: C of ${target}" VERBATIM)

  # C that TVM wrote: its warnings can't be fixed here, so they are not shown. A product and a sum are not fused: float32 then
  # gives the same bytes on every core. The C of `tvm-embedded compile` needs neither; the generated build file says which it is.
  set(foreign ${sources})
  list(FILTER foreign INCLUDE REGEX "/archive/[^/]*$")
  file(STRINGS ${trial}/CMakeLists.txt wants_flags REGEX "COMPILE_OPTIONS")
  if(foreign AND wants_flags AND CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
    set_source_files_properties(${foreign} PROPERTIES COMPILE_OPTIONS "-w;-ffp-contract=off")
  endif()
  # The copy of a library is for builds that take the generated files elsewhere.
  list(FILTER names EXCLUDE REGEX "/archive/[^/]*[.](a|o|lib)$")
  add_library(${target} STATIC ${names})
  list(GET sources 0 symbol)
  cmake_path(GET symbol STEM symbol)
  set_target_properties(${target} PROPERTIES TVM_EMBEDDED_SYMBOL ${symbol} TVM_EMBEDDED_ARCHIVE ${archive})
  tvm_embedded_register_symbol(${target} ${symbol})
  target_include_directories(${target} PUBLIC ${folder} PRIVATE ${folder}/archive)
  target_compile_features(${target} PRIVATE c_std_99)
  # Linker scripts may include the part that places pools of constants.
  target_link_directories(${target} INTERFACE ${folder})
  target_link_libraries(${target} PUBLIC ${model_LIBRARY} ${model_RUNTIME} ${model_LIBRARIES})
  if(model_LAYERS)
    target_compile_definitions(${target} PUBLIC TVM_EMBEDDED_LAYERS)
  endif()
  # Each function has a section of its own, so that the linker can remove a second definition.
  if(model_SHARE_KERNELS AND CMAKE_C_COMPILER_ID MATCHES "GNU|Clang" AND NOT WIN32)
    target_compile_definitions(${target} PRIVATE TVM_EMBEDDED_SHARE_KERNELS)
    target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections)
  endif()
  if(wants_flags AND (UNIX OR CMAKE_SYSTEM_NAME STREQUAL Generic))
    target_link_libraries(${target} PUBLIC m)
  endif()
endfunction()

# Path of the tvm-embedded program, which is built first if it belongs to this build and does not exist yet.
function(tvm_embedded_find_tool out)
  if(NOT TARGET tvm_embedded::tool)
    message(FATAL_ERROR "The tvm-embedded program was not found: set TVM_EMBEDDED_TOOL to its path.")
  endif()
  get_target_property(tool tvm_embedded::tool IMPORTED_LOCATION)
  get_property(ready GLOBAL PROPERTY tvm_embedded_tool_ready)
  if(tvm_embedded_tool_command AND NOT ready)
    if(NOT EXISTS ${tool})
      message(STATUS "Building the tvm-embedded program (once)")
    endif()
    execute_process(COMMAND ${tvm_embedded_tool_command} COMMAND_ERROR_IS_FATAL ANY)
    cmake_path(GET tool PARENT_PATH folder)
    file(MAKE_DIRECTORY ${folder})
    configure_file(${tvm_embedded_tool_built} ${tool} COPYONLY)
    set_property(GLOBAL PROPERTY tvm_embedded_tool_ready TRUE)
  endif()
  if(NOT EXISTS ${tool})
    message(FATAL_ERROR "There is no tvm-embedded program at ${tool}.")
  endif()
  set(${out} ${tool} PARENT_SCOPE)
endfunction()

# Two models of one symbol may be in one project, for two programs, but not in one program. With static libraries the linker
# would take the first and call it for both. The links of each program are known after the whole project is read.
function(tvm_embedded_register_symbol target symbol)
  get_property(known GLOBAL PROPERTY tvm_embedded_model_of_${symbol})
  set_property(GLOBAL APPEND PROPERTY tvm_embedded_model_of_${symbol} ${target})
  get_property(deferred GLOBAL PROPERTY tvm_embedded_check_deferred)
  if(known AND NOT deferred)
    set_property(GLOBAL PROPERTY tvm_embedded_check_deferred TRUE)
    cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL tvm_embedded_check_programs ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# Checks each program and shared library of a directory and of its subdirectories.
function(tvm_embedded_check_programs directory)
  get_property(targets DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type MATCHES "^(EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY)$")
      tvm_embedded_check_program(${target})
    endif()
  endforeach()
  get_property(below DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(subdirectory IN LISTS below)
    tvm_embedded_check_programs(${subdirectory})
  endforeach()
endfunction()

function(tvm_embedded_check_program program)
  set(seen ${program})
  set(next ${program})
  while(next)
    list(POP_FRONT next target)
    get_target_property(symbol ${target} TVM_EMBEDDED_SYMBOL)
    if(symbol AND DEFINED model_${symbol})
      get_target_property(first ${model_${symbol}} TVM_EMBEDDED_ARCHIVE)
      get_target_property(second ${target} TVM_EMBEDDED_ARCHIVE)
      message(FATAL_ERROR "${program} links two models with the symbol '${symbol}': ${model_${symbol}} (${first}) and ${target} (${second}). "
        "Give one of them another name: tvm_embedded_add_model(${target} … SYMBOL ${target}).")
    elseif(symbol)
      set(model_${symbol} ${target})
    endif()
    get_target_property(links ${target} INTERFACE_LINK_LIBRARIES)
    if(target STREQUAL program)
      get_target_property(links ${target} LINK_LIBRARIES)
    endif()
    foreach(link IN LISTS links)
      string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" link "${link}")
      if(NOT TARGET "${link}")
        continue()
      endif()
      get_target_property(original ${link} ALIASED_TARGET)
      if(original)
        set(link ${original})
      endif()
      if(NOT link IN_LIST seen)
        list(APPEND seen ${link})
        list(APPEND next ${link})
      endif()
    endforeach()
  endwhile()
endfunction()
