# tvm_embedded_add_model(<symbol> <file> [SHARE_KERNELS] [INPUT_SHAPES <input=shape>...])
#
# Makes the static library tvm_model_<symbol> of a .tflite file (or an archive): <symbol>.h and its C, written by `tvm-embedded generate
# --no-library` when CMake configures. A changed file configures again. The program `tvm-embedded` comes with `pip install
# tvm-embedded`; TVM_EMBEDDED_TOOL names another one. INPUT_SHAPES are the shapes of inputs whose size a .tflite file leaves open, such as
# audio=1x16000. Models with SHARE_KERNELS share kernels in flash (docs/interface.md); with GCC and Clang.
function(tvm_embedded_add_model symbol file)
  cmake_parse_arguments(PARSE_ARGV 2 model "SHARE_KERNELS" "" "INPUT_SHAPES")
  if(model_UNPARSED_ARGUMENTS OR model_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "tvm_embedded_add_model(${symbol}): wrong arguments: "
      "${model_UNPARSED_ARGUMENTS} ${model_KEYWORDS_MISSING_VALUES}")
  endif()
  set(shapes "")
  foreach(shape IN LISTS model_INPUT_SHAPES)
    list(APPEND shapes --input-shape "${shape}")
  endforeach()
  get_filename_component(file "${file}" ABSOLUTE)
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "tvm_embedded_add_model(${symbol}): there is no file ${file}")
  endif()
  find_program(TVM_EMBEDDED_TOOL tvm-embedded NO_CMAKE_FIND_ROOT_PATH DOC "The tvm-embedded program")
  if(NOT TVM_EMBEDDED_TOOL)
    message(FATAL_ERROR "The program tvm-embedded was not found: pip install tvm-embedded, or set TVM_EMBEDDED_TOOL to its path.")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/tvm_embedded/${symbol}")
  execute_process(COMMAND "${TVM_EMBEDDED_TOOL}" generate "${file}" --no-library --symbol ${symbol} --output "${folder}"
    ${shapes}
    RESULT_VARIABLE result ERROR_VARIABLE errors OUTPUT_QUIET)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "tvm_embedded_add_model(${symbol}): ${TVM_EMBEDDED_TOOL} generate ${file} failed (${result}):\n${errors}")
  endif()
  add_subdirectory("${folder}" "${folder}/build")
  if(model_SHARE_KERNELS AND CMAKE_C_COMPILER_ID MATCHES "GNU|Clang" AND NOT WIN32)
    target_compile_definitions(tvm_model_${symbol} PRIVATE TVM_EMBEDDED_SHARE_KERNELS)
    target_compile_options(tvm_model_${symbol} PRIVATE -ffunction-sections -fdata-sections)
  endif()
  if(MSVC)
    message(WARNING "tvm_embedded_add_model(${symbol}): the generated C is tested with GCC and Clang")
  endif()
endfunction()
