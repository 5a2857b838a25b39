# SPDX-License-Identifier: Apache-2.0
# cmake -DTOOL=<tvm-embedded> "-DARCHIVE=<file, or --header;file>" -DFOLDER=<directory> "-DOPTIONS=<option;...>" [-DHOST_CC=<compiler>] -P TVMEmbeddedGenerate.cmake
# Generates a model's C. The program does not write files that would not change; here each gets a new time, so that build
# tools see that the files are younger than the archive.
if(HOST_CC)
  set(ENV{CC} ${HOST_CC})
endif()
execute_process(COMMAND ${TOOL} generate ${ARCHIVE} --output ${FOLDER} ${OPTIONS}
  RESULT_VARIABLE result OUTPUT_QUIET)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${TOOL} generate ${ARCHIVE} failed (${result})")
endif()
file(GLOB_RECURSE files ${FOLDER}/*)
file(TOUCH ${files})
